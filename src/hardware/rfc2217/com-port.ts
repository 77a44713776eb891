/** The parameters of the COM-PORT-OPTION's subnegotiations, RFC 2217 §3 to §5. */
import { assert, type DecodeError } from '../../base/errors.ts';
import { fromAscii, toAscii, view } from '../../base/octets.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { SUBNEGOTIATION_MAX } from './telnet.ts';

/** As the client sends them; an access server's answers and notices are FROM_SERVER higher. */
export const COM_PORT = {
  SIGNATURE: 0,
  SET_BAUDRATE: 1,
  SET_DATASIZE: 2,
  SET_PARITY: 3,
  SET_STOPSIZE: 4,
  SET_CONTROL: 5,
  NOTIFY_LINESTATE: 6,
  NOTIFY_MODEMSTATE: 7,
  FLOWCONTROL_SUSPEND: 8,
  FLOWCONTROL_RESUME: 9,
  SET_LINESTATE_MASK: 10,
  SET_MODEMSTATE_MASK: 11,
  PURGE_DATA: 12,
} as const;

export type ComPortCommand = (typeof COM_PORT)[keyof typeof COM_PORT];

const FROM_SERVER = 100;

/** Asks for the present value of SET_BAUDRATE, SET_DATASIZE, SET_PARITY and SET_STOPSIZE. */
export const PRESENT = 0;
export const PARITY = { NONE: 1, ODD: 2, EVEN: 3, MARK: 4, SPACE: 5 } as const;
export const STOPSIZE = { ONE: 1, TWO: 2, ONE_AND_A_HALF: 3 } as const;
export const CONTROL = {
  FLOW_REQUEST: 0,
  FLOW_NONE: 1,
  FLOW_XON_XOFF: 2,
  FLOW_HARDWARE: 3,
  BREAK_REQUEST: 4,
  BREAK_ON: 5,
  BREAK_OFF: 6,
  DTR_REQUEST: 7,
  DTR_ON: 8,
  DTR_OFF: 9,
  RTS_REQUEST: 10,
  RTS_ON: 11,
  RTS_OFF: 12,
} as const;
export const PURGE = { RECEIVE: 1, TRANSMIT: 2, BOTH: 3 } as const;

/** One command of the client's, or what a server says to it. */
export interface ComPortMessage {
  readonly command: ComPortCommand;
  readonly from: 'client' | 'server';
  /** 0 where the command has none. */
  readonly value: number;
  /** SIGNATURE alone; empty asks for the other's. */
  readonly text: string;
}

export function encodeComPort({ command, from, value, text }: ComPortMessage): Uint8Array {
  const first = command + (from === 'server' ? FROM_SERVER : 0);
  switch (command) {
    case COM_PORT.SIGNATURE:
      assert(text.length < SUBNEGOTIATION_MAX, 'a signature is short');
      return Uint8Array.of(first, ...fromAscii(text));
    case COM_PORT.SET_BAUDRATE: {
      const octets = new Uint8Array(5);
      octets[0] = first;
      view(octets).setUint32(1, value);
      return octets;
    }
    case COM_PORT.FLOWCONTROL_SUSPEND:
    case COM_PORT.FLOWCONTROL_RESUME:
      return Uint8Array.of(first);
    default:
      assert(value >= 0 && value <= 0xff, `${value} is no octet`);
      return Uint8Array.of(first, value);
  }
}

/** What comes behind a message is skipped: a server is known that pads SET_BAUDRATE. */
export function decodeComPort(octets: Uint8Array): Result<ComPortMessage, DecodeError> {
  const [first] = octets;
  if (first === undefined) return truncated(1, 0);
  const from = first >= FROM_SERVER ? 'server' : 'client';
  const command = (first % FROM_SERVER) as ComPortCommand;
  if (command > COM_PORT.PURGE_DATA || first >= 2 * FROM_SERVER) {
    return fail({ code: 'bad-field', protocol: 'rfc2217', field: 'command', value: first });
  }
  const message = { command, from, value: 0, text: '' } as const;
  switch (command) {
    case COM_PORT.SIGNATURE:
      return ok({ ...message, text: toAscii(octets.subarray(1)) });
    case COM_PORT.SET_BAUDRATE:
      if (octets.length < 5) return truncated(5, octets.length);
      return ok({ ...message, value: view(octets).getUint32(1) });
    case COM_PORT.FLOWCONTROL_SUSPEND:
    case COM_PORT.FLOWCONTROL_RESUME:
      return ok(message);
    default: {
      const [, value] = octets;
      return value === undefined ? truncated(2, octets.length) : ok({ ...message, value });
    }
  }
}

const truncated = (need: number, have: number): Result<never, DecodeError> =>
  fail({ code: 'truncated', protocol: 'rfc2217', need, have });
