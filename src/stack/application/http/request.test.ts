import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromAscii } from '../../../base/octets.ts';
import { decodeRequest, endOfHead } from './request.ts';

describe('the end of a head', () => {
  it.each([
    ['is behind the empty line', 'GET / HTTP/1.0\r\nA: b\r\n\r\nbody', 24],
    ['may be of lone line feeds', 'GET / HTTP/1.0\nA: b\n\nbody', 21],
    ['of HTTP/0.9 is behind its one line', 'GET /\r\nmore', 7],
    ['has not come yet', 'GET / HTTP/1.0\r\nA: b\r\n', -1],
    ['is not in the middle of a line', 'GET / HTTP/1.0', -1],
    ['is not in nothing', '', -1],
  ])('%s', (_, text, end) => {
    expect(endOfHead(fromAscii(text))).toBe(end);
  });
});

describe('a request', () => {
  it.each([
    ['GET /a HTTP/1.0\r\n\r\n', { method: 'GET', target: '/a', full: true }],
    ['HEAD  /  HTTP/1.1\n\n', { method: 'HEAD', target: '/', full: true }],
    ['GET /.\n', { method: 'GET', target: '/.', full: false }],
  ])('is read: %j', (text, value) => {
    expect(decodeRequest(fromAscii(text))).toEqual({ ok: true, value });
  });

  it.each([
    ['', 'method'],
    ['G(T / HTTP/1.0\n', 'method'],
    ['GET\n', 'target'],
    ['GET / HTTP/x\n', 'version'],
    ['GET / HTTP/1.0 x\n', 'version'],
    ['PUT /\n', 'version'],
  ])('is none: %j', (text, field) => {
    expect(decodeRequest(fromAscii(text))).toMatchObject({ ok: false, error: { field } });
  });

  it('may be any octets at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (octets) => {
        decodeRequest(octets);
        expect(endOfHead(octets)).toBeLessThanOrEqual(octets.length);
      }),
    );
  });
});
