/** What flashing needs of the machine: a port, so that it can be tested against boards that are not there. */
import type { Duration, Instant } from '../../base/time.ts';
import type { Transport } from '../../hardware/board/transport.ts';
import type { Uf2Info } from '../../hardware/flash/uf2.ts';
import type { UsbOutcome, UsbTransfer } from '../../hardware/flash/usb-transfer.ts';
import type { PortDescription } from '../discovery.ts';

/** A file on a loader's volume, while it is written. */
export interface VolumeFile {
  write(octets: Uint8Array): Promise<void>;
  /** Resolves when what was written is on the medium. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A mounted volume behind which a UF2 loader is. */
export interface LoaderVolume {
  readonly path: string;
  readonly info: Uf2Info;
  /** Rejects with the system's error, as the methods of the file do. */
  create(name: string): Promise<VolumeFile>;
}

/** The PICOBOOT interface of a device, claimed. */
export interface UsbLink {
  /** Never rejects, and ends within the transfer's patience; one at a time. */
  transfer(transfer: UsbTransfer): Promise<UsbOutcome>;
  close(): Promise<void>;
}

/** An RP2040 that waits in its loader, as USB shows it. */
export interface UsbLoader {
  /** For people, and the same while it stays plugged in: `usb:1-4`, by bus and address. */
  readonly path: string;
  /** @throws NetlabError `usb-no-permission`, `usb-busy`, `usb-no-driver`, `usb-failed` */
  open(): Promise<UsbLink>;
}

/** A serial line with its modem lines, octet by octet. */
export interface LoaderLine {
  /** What came since it was opened is given in its order, to one listener. */
  onOctets(listener: (octets: Uint8Array) => void): void;
  /** The port is gone. */
  onLost(listener: (error: Error) => void): void;
  write(octets: Uint8Array): void;
  /** Does nothing where there are no such lines, as on a PTY. */
  setSignals(dtr: boolean, rts: boolean): Promise<void>;
  /** In bit/s; nothing where the line has no rate. */
  setRate(rate: number): Promise<void>;
  close(): Promise<void>;
}

export interface FlashWorld {
  now(): Instant;
  sleep(time: Duration): Promise<void>;
  ports(): Promise<readonly PortDescription[]>;
  volumes(): Promise<readonly LoaderVolume[]>;
  /** @throws NetlabError `usb-unavailable` where USB devices cannot be reached at all */
  usbLoaders(): Promise<readonly UsbLoader[]>;
  /** The command that mounts a volume with this label, when there is one that nothing has mounted. */
  unmounted(label: string): Promise<string | undefined>;
  /**
   * Opens the port at 1200 bit/s and lets DTR fall: firmware that knows that sign enters its loader.
   * @throws NetlabError `no-such-port`, `no-permission`, `port-busy`, `port-failed`
   */
  touch(port: string): Promise<void>;
  /**
   * While a board goes from port to loader and back, no other process gets it.
   * @throws NetlabError `board-leased`
   */
  takeLease(port: string): Promise<{ release(): void }>;
  /** @throws NetlabError of open-line.ts */
  openLine(port: string): Promise<Transport>;
  /** @throws NetlabError as `touch` */
  openLoaderLine(port: string, rate: number): Promise<LoaderLine>;
}
