/** The calls of libusb-1.0 (libusb.sourceforge.io/api-1.0) by way of koffi, an optional dependency. */
import { EXIT, NetlabError } from '../../base/errors.ts';

/** An address, in koffi's form. */
export type Pointer = unknown;
/** A result below zero is one of these. */
export const LIBUSB = {
  access: -3,
  noDevice: -4,
  notFound: -5,
  busy: -6,
  timeout: -7,
  pipe: -9,
  notSupported: -12,
} as const;

export interface LibUsb {
  /** @throws NetlabError `usb-unavailable` */
  init(): Pointer;
  exit(context: Pointer): void;
  /** The devices, and what frees them; they are gone after that unless they were opened. */
  devices(context: Pointer): { readonly list: readonly Pointer[]; readonly free: () => void };
  /** 18 octets; undefined where it cannot be had. */
  deviceDescriptor(device: Pointer): Uint8Array | undefined;
  busNumber(device: Pointer): number;
  deviceAddress(device: Pointer): number;
  /** A handle, or a code below zero. */
  open(device: Pointer): { readonly code: number; readonly handle: Pointer };
  close(handle: Pointer): void;
  claimInterface(handle: Pointer, number: number): number;
  releaseInterface(handle: Pointer, number: number): number;
  errorName(code: number): string;
  /** Those that wait do so on another thread. */
  clearHalt(handle: Pointer, endpoint: number): Promise<number>;
  /** The number of octets that were transferred, or a code below zero. */
  controlTransfer(
    handle: Pointer,
    setup: Setup,
    octets: Uint8Array,
    wait_ms: number,
  ): Promise<number>;
  bulkTransfer(
    handle: Pointer,
    endpoint: number,
    octets: Uint8Array,
    wait_ms: number,
  ): Promise<{ readonly code: number; readonly transferred: number }>;
}

/** USB 2.0 §9.3. */
interface Setup {
  readonly type: number;
  readonly request: number;
  readonly value: number;
  readonly index: number;
}

/** More devices than a machine's buses hold. */
const DEVICES_MAX = 4096;
const DEVICE_DESCRIPTOR = 18;

const NAMES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['libusb-1.0.so.0'],
  // Homebrew's two places are not searched by themselves.
  darwin: [
    'libusb-1.0.dylib',
    '/opt/homebrew/lib/libusb-1.0.dylib',
    '/usr/local/lib/libusb-1.0.dylib',
  ],
  win32: ['libusb-1.0.dll'],
};
const INSTALL: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'sudo apt install libusb-1.0-0',
  darwin: 'brew install libusb',
};

/** `remedy` is the one command that mends it, or does without. */
const unavailable = (reason: string, remedy: string, cause?: unknown): NetlabError => {
  const details = { reason, remedy };
  return new NetlabError(
    'usb-unavailable',
    EXIT.noBoard,
    `no way to USB devices: ${reason}`,
    details,
    cause,
  );
};

type Koffi = typeof import('koffi').default;

/**
 * @param names of the library, in the order in which they are tried
 * @throws NetlabError `usb-unavailable`
 */
export async function loadLibUsb(
  names: readonly string[] = NAMES[process.platform] ?? [],
): Promise<LibUsb> {
  let koffi: Koffi;
  try {
    koffi = (await import('koffi')).default;
  } catch (cause) {
    const remedy = 'npm install --no-save koffi';
    throw unavailable('the optional package koffi is not installed', remedy, cause);
  }
  return bind(koffi, libraryOf(koffi, names));
}

function libraryOf(koffi: Koffi, names: readonly string[]): ReturnType<Koffi['load']> {
  let last: unknown;
  for (const name of names) {
    try {
      return koffi.load(name);
    } catch (error) {
      last = error;
    }
  }
  const remedy = INSTALL[process.platform] ?? 'netlab flash --via volume';
  throw unavailable('the library libusb-1.0 is not installed', remedy, last);
}

function bind(koffi: Koffi, library: ReturnType<Koffi['load']>): LibUsb {
  const init = library.func('int libusb_init(_Out_ void **context)');
  const list = library.func('intptr_t libusb_get_device_list(void *context, _Out_ void **list)');
  const free = library.func('void libusb_free_device_list(void *list, int unref)');
  const descriptor = library.func('int libusb_get_device_descriptor(void *device, void *octets)');
  const open = library.func('int libusb_open(void *device, _Out_ void **handle)');
  const clear = library.func('int libusb_clear_halt(void *handle, unsigned char endpoint)');
  const control = library.func(
    'int libusb_control_transfer(void *handle, uint8_t type, uint8_t request, uint16_t value, uint16_t index, void *octets, uint16_t length, unsigned int wait)',
  );
  const bulk = library.func(
    'int libusb_bulk_transfer(void *handle, unsigned char endpoint, void *octets, int length, void *transferred, unsigned int wait)',
  );
  const errorName = library.func('const char *libusb_error_name(int code)');
  return {
    init: () => {
      const context: Pointer[] = [null];
      const code: number = init(context);
      if (code === 0) return context[0];
      throw unavailable(`libusb does not start (${errorName(code)})`, 'netlab flash --via volume');
    },
    exit: library.func('void libusb_exit(void *context)'),
    devices: (context) => {
      const start: Pointer[] = [null];
      const count = Number(list(context, start));
      if (count < 0) return { list: [], free: () => {} };
      const devices = koffi.decode(start[0], 'void *', Math.min(count, DEVICES_MAX));
      return { list: devices as Pointer[], free: () => free(start[0], 1) };
    },
    deviceDescriptor: (device) => {
      const octets = new Uint8Array(DEVICE_DESCRIPTOR);
      return descriptor(device, octets) === 0 ? octets : undefined;
    },
    busNumber: library.func('uint8_t libusb_get_bus_number(void *device)'),
    deviceAddress: library.func('uint8_t libusb_get_device_address(void *device)'),
    open: (device) => {
      const handle: Pointer[] = [null];
      const code: number = open(device, handle);
      return { code, handle: handle[0] };
    },
    close: library.func('void libusb_close(void *handle)'),
    claimInterface: library.func('int libusb_claim_interface(void *handle, int number)'),
    releaseInterface: library.func('int libusb_release_interface(void *handle, int number)'),
    errorName,
    clearHalt: (handle, endpoint) => elsewhere(clear, handle, endpoint),
    controlTransfer: (handle, { type, request, value, index }, octets, wait_ms) =>
      elsewhere(control, handle, type, request, value, index, octets, octets.length, wait_ms),
    bulkTransfer: async (handle, endpoint, octets, wait_ms) => {
      const moved = new Int32Array(1);
      const code = await elsewhere(bulk, handle, endpoint, octets, octets.length, moved, wait_ms);
      return { code, transferred: moved[0] ?? 0 };
    },
  };
}

interface Call {
  // biome-ignore lint/suspicious/noExplicitAny: koffi's own type
  async: (...args: any[]) => unknown;
}

const elsewhere = (call: Call, ...args: readonly unknown[]): Promise<number> =>
  new Promise((resolve, reject) => {
    call.async(...args, (error: unknown, result: number) => {
      if (error === null || error === undefined) resolve(result);
      else reject(error);
    });
  });
