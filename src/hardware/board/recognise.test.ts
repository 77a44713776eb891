import { describe, expect, it } from 'vitest';
import { recognise } from './recognise.ts';

describe('recognising a board by its USB identity', () => {
  it.each([
    [
      'our firmware by its manufacturer',
      '2e8a',
      '000a',
      'netlab',
      undefined,
      'w5500-evb-pico',
      'ours',
    ],
    ['our firmware by its product', '2E8A', '000A', undefined, 'netlab', 'w5500-evb-pico', 'ours'],
    [
      'an RP2040 with another program',
      '2e8a',
      '000a',
      'Raspberry Pi',
      'Pico',
      'w5500-evb-pico',
      'board',
    ],
    ['an ESP32-C3', '303a', '1001', undefined, undefined, 'esp32c3', 'board'],
    ['an ESP32 behind a CP210x', '10c4', 'ea60', undefined, undefined, 'esp32', 'adapter'],
    ['a clone behind a CH340', '1a86', '7523', undefined, undefined, 'uno', 'adapter'],
    ['an Arduino Uno', '2341', '0043', undefined, undefined, 'uno', 'board'],
  ] as const)('knows %s', (_name, vendorId, productId, manufacturer, product, board, certainty) => {
    expect(recognise({ vendorId, productId, manufacturer, product })).toMatchObject({
      board,
      certainty,
    });
  });

  it('knows nothing of a mouse', () => {
    expect(recognise({ vendorId: '046d', productId: 'c077', product: 'netlab' })).toBeUndefined();
  });
});
