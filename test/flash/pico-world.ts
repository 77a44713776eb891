/**
 * A W5500-EVB-Pico at a machine's USB plug, in virtual time: the emulated RP2040 while a program runs, the
 * twin of its mask ROM's disk while the loader does. What comes through the disk is what the chip boots.
 */
import { EXIT, NetlabError } from '../../src/base/errors.ts';
import { after, type Duration, type Instant, seconds } from '../../src/base/time.ts';
import { type EmulatedBoard, World } from '../../src/hardware/emulator/world.ts';
import { decodeInfo } from '../../src/hardware/flash/uf2.ts';
import { Loopback } from '../../src/medium/loopback.ts';
import type { PortDescription } from '../../src/node/discovery.ts';
import type {
  FlashWorld,
  LoaderVolume,
  UsbLink,
  UsbLoader,
  VolumeFile,
} from '../../src/node/flash/flash-world.ts';
import { type PicobootFault, PicobootRomTwin } from './picoboot-rom-twin.ts';
import { RP2_INFO, Uf2RomTwin } from './uf2-rom-twin.ts';

export const PORT = '/dev/ttyACM0';
export const VOLUME = '/media/me/RPI-RP2';

export const DEVICE = 'usb:1-4';

export interface PicoOptions {
  /** What is in its flash, from 0 on; nothing: it is new, and only its loader runs. */
  readonly image?: Uint8Array;
  readonly info?: string;
  /** The system's error code, at the write of this number. */
  readonly fault?: { readonly write: number; readonly code: string };
  /** The loader never gets this sector. */
  readonly deafAt?: number;
  /** Never mounted, as on a server. */
  readonly unmounted?: boolean;
  /** What is flashed never shows itself. */
  readonly mute?: boolean;
  /** The program does not know the touch. */
  readonly stubborn?: boolean;
  /** USB devices can be reached: as they are, or not to be opened. Undefined: there is no library. */
  readonly usb?: 'open' | 'refused';
  readonly usbFault?: PicobootFault;
}

const errno = (code: string): Error => Object.assign(new Error(`${code}: it failed`), { code });

const usbError = (code: string): NetlabError =>
  new NetlabError(code, EXIT.noBoard, code, { path: DEVICE, reason: code, remedy: 'true' });

export class PicoWorld implements FlashWorld {
  readonly rom: Uf2RomTwin;
  /** Of the program that runs, if one does. */
  emulated: EmulatedBoard | undefined;
  touches = 0;
  closedLinks = 0;
  plugged = true;
  readonly #options: PicoOptions;
  #world: World | undefined;
  #time = 0 as Instant;
  #state: 'program' | 'loader' | 'button' = 'button';

  constructor(options: PicoOptions = {}, rom = new Uf2RomTwin()) {
    this.#options = options;
    this.rom = rom;
    if (options.image !== undefined) {
      this.rom.flash.set(options.image);
      this.#boot();
    }
  }

  now(): Instant {
    return after(this.#time, (this.#world?.now() ?? 0) as Duration);
  }

  async sleep(time: Duration): Promise<void> {
    if (this.#world === undefined) this.#time = after(this.#time, time);
    else this.#world.advance(after(this.#world.now(), time));
  }

  /** BOOTSEL held while the cable goes in. */
  pressBootsel(): void {
    this.plugged = true;
    this.#enterLoader();
  }

  async ports(): Promise<readonly PortDescription[]> {
    if (this.#state !== 'program' || !this.plugged) return [];
    return [{ path: PORT, board: 'w5500-evb-pico', what: 'netlab', certainty: 'ours' }];
  }

  async volumes(): Promise<readonly LoaderVolume[]> {
    const info = decodeInfo(this.#options.info ?? RP2_INFO);
    const { unmounted = false } = this.#options;
    if (this.#state !== 'loader' || !this.plugged || unmounted || info === undefined) return [];
    return [{ path: VOLUME, info, create: async () => this.#file() }];
  }

  async usbLoaders(): Promise<readonly UsbLoader[]> {
    const { usb } = this.#options;
    if (usb === undefined) throw usbError('usb-unavailable');
    if (this.#state !== 'loader' || !this.plugged) return [];
    return [{ path: DEVICE, open: async () => this.#openUsb() }];
  }

  async unmounted(label: string): Promise<string | undefined> {
    const { unmounted = false } = this.#options;
    const there = this.#state === 'loader' && unmounted;
    return there ? `udisksctl mount -b /dev/disk/by-label/${label}` : undefined;
  }

  async touch(port: string): Promise<void> {
    this.#require(port);
    this.touches++;
    if (this.#options.stubborn === true || this.emulated === undefined) return;
    const { emulated } = this;
    const { resets } = emulated;
    emulated.setLineCoding(1200);
    emulated.setLineState(true, true);
    await this.sleep(seconds(0.1));
    emulated.setLineState(false, false);
    await this.sleep(seconds(0.5));
    // There is no mask ROM in the emulator: that the firmware went for it is seen by its restart.
    if (emulated.resets > resets) this.#enterLoader();
  }

  async openLine(port: string) {
    this.#require(port);
    this.emulated?.setLineState(true, true);
    const transport = this.emulated?.transport();
    if (transport === undefined) throw new Error('no program runs');
    return transport;
  }

  async takeLease() {
    return { release() {} };
  }

  openLoaderLine(): Promise<never> {
    throw new Error('an RP2040 has no loader on its serial line');
  }

  #openUsb(): UsbLink {
    const { usb, usbFault } = this.#options;
    if (usb === 'refused') throw usbError('usb-no-permission');
    const twin = new PicobootRomTwin(this.rom);
    twin.fault = usbFault;
    return {
      transfer: async (transfer) => {
        const outcome = twin.handle(transfer);
        if (outcome.kind === 'gone') this.plugged = false;
        if (twin.restarted && this.#state === 'loader') this.#boot();
        return outcome;
      },
      close: async () => {
        this.closedLinks++;
      },
    };
  }

  #require(port: string): void {
    if (port === PORT && this.#state === 'program' && this.plugged) return;
    throw new NetlabError('no-such-port', EXIT.noBoard, `there is no ${port}`, { port });
  }

  #enterLoader(): void {
    this.#time = this.now();
    this.#world = undefined;
    this.emulated = undefined;
    this.#state = 'loader';
  }

  #boot(): void {
    this.#time = this.now();
    this.#state = 'button';
    if (this.#options.mute === true) return;
    this.#world = new World({ medium: new Loopback(), seed: 1 });
    const { flash } = this.rom;
    this.emulated = this.#world.addBoard({ name: '', board: 'w5500-evb-pico', image: flash });
    this.#world.advance(seconds(1) as unknown as Instant);
    this.#state = 'program';
  }

  #file(): VolumeFile {
    let writes = 0;
    let sector = 0;
    return {
      write: async (octets) => {
        const { fault, deafAt } = this.#options;
        if (fault?.write === writes++) {
          if (fault.code === 'EIO') this.plugged = false;
          throw errno(fault.code);
        }
        for (let at = 0; at < octets.length; at += 512, sector++) {
          if (sector !== deafAt) this.rom.handleOctets(octets.subarray(at, at + 512));
        }
      },
      sync: async () => {
        if (!this.rom.restarted) return;
        this.#boot();
        // The disk was taken away under the file.
        throw errno('EIO');
      },
      close: async () => {},
    };
  }
}
