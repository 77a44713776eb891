/** What tells the ESP chips apart, and what each wants. */

/** As esp_image_format.h numbers them. */
const ESP_CHIPS: Readonly<Record<number, string>> = {
  0: 'ESP32',
  2: 'ESP32-S2',
  5: 'ESP32-C3',
  9: 'ESP32-S3',
  12: 'ESP32-C2',
  13: 'ESP32-C6',
  16: 'ESP32-H2',
};
export const espName = (chip: number): string => ESP_CHIPS[chip] ?? `ESP 0x${chip.toString(16)}`;

export const CLASSIC = 0;
export const C3 = 5;
/** The chip that does not know `securityInfo` is told by a word of its ROM. */
export const MAGIC_ADDRESS = 0x4000_1000;
export const CLASSIC_MAGIC = 0x00f0_1d83;
export const CHIP_ID_AT = 12;

/**
 * The ROM leaves them running when it was entered over the chip's own USB: the RTC's is stopped, the super watchdog
 * feeds itself. RTC_CNTL_WDTWPROTECT (0xA8) opens WDTCONFIG0 (0x90), SWD_WPROTECT (0xB0) opens SWD_CONF (0xAC), whose
 * highest bit is SWD_AUTO_FEED_EN (ESP32-C3 technical reference manual, Low-power Management; ESP-IDF,
 * components/soc/esp32c3/include/soc/rtc_cntl_reg.h). Address, value, mask.
 */
export const C3_WATCHDOGS: readonly (readonly [number, number, number])[] = [
  [0x6000_80a8, 0x50d8_3aa1, 0xffff_ffff],
  [0x6000_8090, 0, 0xffff_ffff],
  [0x6000_80a8, 0, 0xffff_ffff],
  [0x6000_80b0, 0x8f1d_312a, 0xffff_ffff],
  [0x6000_80ac, 0x8000_0000, 0x8000_0000],
  [0x6000_80b0, 0, 0xffff_ffff],
];
