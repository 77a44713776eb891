import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../base/octets.ts';
import {
  COM_PORT,
  CONTROL,
  type ComPortCommand,
  type ComPortMessage,
  decodeComPort,
  encodeComPort,
} from './com-port.ts';

const message = (
  command: ComPortCommand,
  from: ComPortMessage['from'],
  value = 0,
  text = '',
): ComPortMessage => ({ command, from, value, text });

describe('a COM-PORT message', () => {
  // RFC 2217 §3: the values of the commands; an access server's are 100 higher; the rate has four octets.
  it.each([
    ['SET-BAUDRATE 9600', '0100002580', message(COM_PORT.SET_BAUDRATE, 'client', 9600)],
    ['SERVER-SET-BAUDRATE 115200', '650001c200', message(COM_PORT.SET_BAUDRATE, 'server', 115_200)],
    ['SET-DATASIZE 8', '0208', message(COM_PORT.SET_DATASIZE, 'client', 8)],
    ['SET-CONTROL DTR off', '0509', message(COM_PORT.SET_CONTROL, 'client', CONTROL.DTR_OFF)],
    ['SERVER-SET-CONTROL RTS on', '690b', message(COM_PORT.SET_CONTROL, 'server', CONTROL.RTS_ON)],
    ['PURGE-DATA both', '0c03', message(COM_PORT.PURGE_DATA, 'client', 3)],
    ['FLOWCONTROL-SUSPEND of the server', '6c', message(COM_PORT.FLOWCONTROL_SUSPEND, 'server')],
    ['a request for the signature', '00', message(COM_PORT.SIGNATURE, 'client')],
    ['a signature', '64736572', message(COM_PORT.SIGNATURE, 'server', 0, 'ser')],
  ])('%s', (_, hex, expected) => {
    expect(decodeComPort(fromHex(hex) ?? new Uint8Array(0))).toEqual({ ok: true, value: expected });
    expect(toHex(encodeComPort(expected))).toBe(hex);
  });

  it.each([
    ['nothing', '', { code: 'truncated' }],
    ['a rate that is cut off', '01000025', { code: 'truncated', need: 5, have: 4 }],
    ['a setting without a value', '02', { code: 'truncated', need: 2, have: 1 }],
    ['a command that is none', '0d00', { code: 'bad-field', field: 'command', value: 13 }],
    ['one above the servers', 'c800', { code: 'bad-field', value: 200 }],
  ])('refuses %s', (_, hex, error) => {
    const decoded = decodeComPort(fromHex(hex) ?? new Uint8Array(0));
    expect(decoded).toMatchObject({ ok: false, error });
  });

  it('reads a rate that a server has padded', () => {
    expect(decodeComPort(Uint8Array.of(101, 0, 0, 0x25, 0x80, 0, 0, 0, 0))).toMatchObject({
      value: { value: 9600 },
    });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (octets) => void decodeComPort(octets)),
    );
  });
});
