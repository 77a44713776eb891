/** What board a serial port may be, by its USB identity. Only greeting it makes sure. */

export interface UsbIdentity {
  /** Four hexadecimal digits each, as the system lists them. */
  readonly vendorId: string;
  readonly productId: string;
  readonly manufacturer?: string | undefined;
  readonly product?: string | undefined;
}

export interface Recognition {
  /** What `--board` calls it. */
  readonly board: string;
  /** For people: what is plugged in. */
  readonly what: string;
  /**
   * `ours`: it runs netlab's firmware. `board`: it is that board, with whatever firmware.
   * `adapter`: a serial adapter, which sits on many boards; `board` is the likeliest.
   */
  readonly certainty: 'ours' | 'board' | 'adapter';
}

interface Row extends Recognition {
  /** `vvvv:pppp`, lower case. */
  readonly usb: string;
  /** Of the strings that a device tells of itself: without it any will do. */
  readonly says?: RegExp;
}

/** The first row that fits counts. 2e8a:000a is Raspberry Pi's, for RP2040 programs with a CDC port. */
const ROWS: readonly Row[] = [
  {
    usb: '2e8a:000a',
    says: /netlab/i,
    board: 'w5500-evb-pico',
    what: 'RP2040 with netlab firmware',
    certainty: 'ours',
  },
  { usb: '2e8a:000a', board: 'w5500-evb-pico', what: 'RP2040 (pico-sdk)', certainty: 'board' },
  { usb: '2e8a:0005', board: 'w5500-evb-pico', what: 'RP2040 (MicroPython)', certainty: 'board' },
  { usb: '303a:1001', board: 'esp32c3', what: 'ESP32 USB-Serial-JTAG', certainty: 'board' },
  { usb: '10c4:ea60', board: 'esp32', what: 'Silicon Labs CP210x', certainty: 'adapter' },
  { usb: '1a86:7523', board: 'uno', what: 'WCH CH340', certainty: 'adapter' },
  { usb: '1a86:55d4', board: 'esp32', what: 'WCH CH9102', certainty: 'adapter' },
  { usb: '0403:6001', board: 'uno', what: 'FTDI FT232R', certainty: 'adapter' },
  { usb: '2341:0043', board: 'uno', what: 'Arduino Uno', certainty: 'board' },
  { usb: '2341:0001', board: 'uno', what: 'Arduino Uno', certainty: 'board' },
  { usb: '2a03:0043', board: 'uno', what: 'Arduino Uno', certainty: 'board' },
];

export function recognise(identity: UsbIdentity): Recognition | undefined {
  const usb = `${identity.vendorId}:${identity.productId}`.toLowerCase();
  const text = `${identity.manufacturer ?? ''} ${identity.product ?? ''}`;
  const row = ROWS.find((each) => each.usb === usb && (each.says?.test(text) ?? true));
  return row && { board: row.board, what: row.what, certainty: row.certainty };
}
