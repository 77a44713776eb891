/** The RP2040s that wait in their mask ROM, by libusb-1.0 where that is installed. */
import { EXIT, NetlabError } from '../../base/errors.ts';
import { view } from '../../base/octets.ts';
import { PICOBOOT_USB, picobootInterface } from '../../hardware/flash/picoboot-packet.ts';
import type { UsbInterface, UsbOutcome, UsbTransfer } from '../../hardware/flash/usb-transfer.ts';
import type { UsbLink, UsbLoader } from './flash-world.ts';
import { LIBUSB, type LibUsb, loadLibUsb, type Pointer } from './libusb-calls.ts';

/** USB 2.0 §9.3: direction, type and recipient. */
const TYPE = { deviceIn: 0x80, vendorOut: 0x41, vendorIn: 0xc1 } as const;
const GET_DESCRIPTOR = { request: 6, configuration: 0x0200, longest: 512, wait_ms: 1000 } as const;
/** A device that is pulled out fails at once, and is known to be gone only when its hub was asked again. */
const PULLED_MS = 200;
/** udev gives the device to who sits at the machine, and to the group of those who may plug in. */
const UDEV_RULE =
  'SUBSYSTEM=="usb", ATTR{idVendor}=="2e8a", ATTR{idProduct}=="0003", MODE="0660", GROUP="plugdev", TAG+="uaccess"';

/**
 * @param load in place of this machine's library
 * @throws NetlabError `usb-unavailable`
 */
export async function usbLoaders(load: () => Promise<LibUsb> = loadLibUsb): Promise<UsbLoader[]> {
  const usb = await load();
  const found: UsbLoader[] = [];
  const context = usb.init();
  try {
    eachLoader(usb, context, (_, path) => {
      found.push({ path, open: () => openLoader(usb, path) });
    });
  } finally {
    usb.exit(context);
  }
  return found;
}

function eachLoader(
  usb: LibUsb,
  context: Pointer,
  visit: (device: Pointer, path: string) => void,
): void {
  const { list, free } = usb.devices(context);
  try {
    for (const device of list) {
      const descriptor = usb.deviceDescriptor(device);
      if (descriptor === undefined || !isPicoboot(descriptor)) continue;
      visit(device, `usb:${usb.busNumber(device)}-${usb.deviceAddress(device)}`);
    }
  } finally {
    free();
  }
}

/** idVendor and idProduct (USB 2.0 §9.6.1). */
const isPicoboot = (descriptor: Uint8Array): boolean =>
  view(descriptor).getUint16(8, true) === PICOBOOT_USB.vendor &&
  view(descriptor).getUint16(10, true) === PICOBOOT_USB.product;

async function openLoader(usb: LibUsb, path: string): Promise<UsbLink> {
  const context = usb.init();
  try {
    const handle = handleOf(usb, context, path);
    try {
      const at = await claim(usb, handle, path);
      return new Link(usb, context, handle, at);
    } catch (error) {
      usb.close(handle);
      throw error;
    }
  } catch (error) {
    usb.exit(context);
    throw error;
  }
}

function handleOf(usb: LibUsb, context: Pointer, path: string): Pointer {
  let opened: ReturnType<LibUsb['open']> = { code: LIBUSB.noDevice, handle: null };
  eachLoader(usb, context, (device, at) => {
    if (at === path && opened.code !== 0) opened = usb.open(device);
  });
  if (opened.code !== 0) throw refused(path, opened.code, usb.errorName(opened.code));
  return opened.handle;
}

async function claim(usb: LibUsb, handle: Pointer, path: string): Promise<UsbInterface> {
  const { request, configuration: value, longest, wait_ms } = GET_DESCRIPTOR;
  const octets = new Uint8Array(longest);
  const setup = { type: TYPE.deviceIn, request, value, index: 0 };
  const length = await usb.controlTransfer(handle, setup, octets, wait_ms);
  if (length < 0) throw refused(path, length, usb.errorName(length));
  const at = picobootInterface(octets.subarray(0, length));
  if (at === undefined) throw failed(path, 'it has no PICOBOOT interface');
  const code = usb.claimInterface(handle, at.number);
  if (code !== 0) throw refused(path, code, usb.errorName(code));
  return at;
}

/** What a code of libusb means for the person. */
export function refused(
  path: string,
  code: number,
  name: string,
  platform: NodeJS.Platform = process.platform,
): NetlabError {
  const refusal = (which: string, details: Readonly<Record<string, string>> = {}): NetlabError =>
    new NetlabError(which, EXIT.noBoard, `${path}: ${name}`, { path, ...details });
  const windows = platform === 'win32';
  if (code === LIBUSB.access && platform === 'linux') {
    const file = '/etc/udev/rules.d/60-netlab-picoboot.rules';
    const remedy = `echo '${UDEV_RULE}' | sudo tee ${file} && sudo udevadm control --reload && sudo udevadm trigger`;
    return refusal('usb-no-permission', { remedy });
  }
  if (code === LIBUSB.busy || code === LIBUSB.access) return refusal('usb-busy');
  if (windows && (code === LIBUSB.notSupported || code === LIBUSB.notFound)) {
    return refusal('usb-no-driver');
  }
  return failed(path, name);
}

const failed = (path: string, reason: string): NetlabError =>
  new NetlabError('usb-failed', EXIT.noBoard, `${path}: ${reason}`, { path, reason });

class Link implements UsbLink {
  private readonly usb: LibUsb;
  private readonly context: Pointer;
  private readonly handle: Pointer;
  private readonly at: UsbInterface;

  constructor(usb: LibUsb, context: Pointer, handle: Pointer, at: UsbInterface) {
    this.usb = usb;
    this.context = context;
    this.handle = handle;
    this.at = at;
  }

  async transfer(transfer: UsbTransfer): Promise<UsbOutcome> {
    switch (transfer.kind) {
      case 'out':
        return this.bulk(this.at.out, transfer.octets.slice(), transfer);
      case 'in':
        return this.bulk(this.at.in, new Uint8Array(transfer.length), transfer);
      case 'clear-halt':
        return outcome(await this.usb.clearHalt(this.handle, this.at[transfer.endpoint]));
      case 'control-out':
        return this.control(TYPE.vendorOut, transfer.request, new Uint8Array(0), transfer);
      case 'control-in':
        return this.control(
          TYPE.vendorIn,
          transfer.request,
          new Uint8Array(transfer.length),
          transfer,
        );
    }
  }

  async close(): Promise<void> {
    this.usb.releaseInterface(this.handle, this.at.number);
    this.usb.close(this.handle);
    this.usb.exit(this.context);
  }

  private async bulk(
    endpoint: number,
    octets: Uint8Array,
    { kind, patience }: UsbTransfer,
  ): Promise<UsbOutcome> {
    const { code, transferred } = await this.usb.bulkTransfer(
      this.handle,
      endpoint,
      octets,
      patience / 1000,
    );
    if (code === 0 && kind === 'out' && transferred < octets.length) return { kind: 'timeout' };
    return outcome(code, kind === 'in' ? octets.subarray(0, transferred) : undefined);
  }

  private async control(
    type: number,
    request: number,
    octets: Uint8Array,
    { patience }: UsbTransfer,
  ): Promise<UsbOutcome> {
    const setup = { type, request, value: 0, index: this.at.number };
    const code = await this.usb.controlTransfer(this.handle, setup, octets, patience / 1000);
    return outcome(Math.min(code, 0), octets.subarray(0, Math.max(code, 0)));
  }
}

async function outcome(code: number, octets: Uint8Array = new Uint8Array(0)): Promise<UsbOutcome> {
  if (code === 0) return { kind: 'ok', octets };
  if (code === LIBUSB.pipe) return { kind: 'stall' };
  if (code === LIBUSB.noDevice) return { kind: 'gone' };
  if (code !== LIBUSB.timeout) await new Promise((resolve) => setTimeout(resolve, PULLED_MS));
  return { kind: 'timeout' };
}
