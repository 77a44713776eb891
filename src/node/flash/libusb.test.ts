import { describe, expect, it } from 'vitest';
import { refused, usbLoaders } from './libusb.ts';
import { loadLibUsb } from './libusb-calls.ts';

it('a machine without the library says so, and what to do', async () => {
  const nowhere = ['/nowhere/libusb-1.0.so.0', '/nowhere/libusb-1.0.dylib'];
  await expect(usbLoaders(() => loadLibUsb(nowhere))).rejects.toMatchObject({
    code: 'usb-unavailable',
    exitCode: 4,
    details: { reason: expect.stringMatching(/koffi|libusb-1\.0/), remedy: expect.any(String) },
  });
});

describe('a device that is not opened', () => {
  it.each([
    ['linux', -3, 'usb-no-permission'],
    ['darwin', -3, 'usb-busy'],
    ['win32', -3, 'usb-busy'],
    ['linux', -6, 'usb-busy'],
    ['win32', -12, 'usb-no-driver'],
    ['win32', -5, 'usb-no-driver'],
    ['linux', -12, 'usb-failed'],
    ['linux', -99, 'usb-failed'],
  ] as const)('on %s by %i: %s', (platform, code, expected) => {
    const error = refused('usb:1-4', code, 'LIBUSB_ERROR', platform);
    expect(error).toMatchObject({ code: expected, exitCode: 4, details: { path: 'usb:1-4' } });
  });

  it('on Linux wants the udev rule that the remedy writes', () => {
    const { details } = refused('usb:1-4', -3, 'LIBUSB_ERROR_ACCESS', 'linux');
    expect(details).toMatchObject({
      remedy: expect.stringMatching(
        /^echo 'SUBSYSTEM=="usb", ATTR\{idVendor\}=="2e8a", ATTR\{idProduct\}=="0003",.*' \| sudo tee \/etc\/udev\/rules\.d\//,
      ),
    });
  });
});
