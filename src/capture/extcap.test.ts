import { describe, expect, it } from 'vitest';
import { encodeDlts, encodeInterfaces, encodeOptions, interfaceValue } from './extcap.ts';

describe('what an extcap program says', () => {
  it('its version and its interfaces', () => {
    const interfaces = [{ value: 'netlab-ttyACM0', display: 'netlab: Pico (/dev/ttyACM0)' }];
    expect(encodeInterfaces('0.1.0', interfaces)).toEqual([
      'extcap {version=0.1.0}{display=netlab}',
      'interface {value=netlab-ttyACM0}{display=netlab: Pico (/dev/ttyACM0)}',
    ]);
  });

  it('the link type: Ethernet', () => {
    expect(encodeDlts()).toEqual(['dlt {number=1}{name=EN10MB}{display=Ethernet}']);
  });

  it('its options, numbered', () => {
    const options = ['--a', '--b'].map((call) => ({ call, display: `option ${call}` }));
    expect(encodeOptions(options)).toEqual([
      'arg {number=0}{call=--a}{display=option --a}{type=boolflag}{default=false}',
      'arg {number=1}{call=--b}{display=option --b}{type=boolflag}{default=false}',
    ]);
  });

  it('nothing that would end a value or a sentence too early', () => {
    const [, sentence] = encodeInterfaces('1', [{ value: 'x', display: 'a}{value=y}\nz' }]);
    expect(sentence).toBe('interface {value=x}{display=a__value=y__z}');
  });

  it.each([
    ['/dev/ttyACM0', 'netlab-ttyACM0'],
    ['COM5', 'netlab-COM5'],
    ['/dev/serial/by-id/usb-x', 'netlab-serial_by-id_usb-x'],
    ['rfc2217://[2001:db8::1]:2217', 'netlab-rfc2217_2001_db8_1_2217'],
  ])('%s is the interface %s', (port, value) => {
    expect(interfaceValue(port)).toBe(value);
  });
});
