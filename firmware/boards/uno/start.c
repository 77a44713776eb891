/* What outlives a reset lies in RAM that the start-up code leaves alone, for loaders clear MCUSR before they
 * start a program. The number that is this chip's own, and its boots, are in EEPROM. */
#include "start.h"

#include "crc32_step.h"

#include <avr/eeprom.h>
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/wdt.h>

enum {
    KEPT_MAGIC = 0x6e6c,
    EEPROM_MAGIC = 0x4c,
    PAINT = 0x5a,
};

enum { CAUSE_NONE, CAUSE_ASKED, CAUSE_WATCHDOG };

static struct {
    uint16_t magic;
    uint8_t cause;
    uint16_t watchdog_resets;
} kept __attribute__((section(".noinit")));

/* In EEPROM, from address 0 on. */
struct stored {
    uint8_t magic;
    uint32_t own;
    uint32_t boots;
};

/* Of ram.S. */
uint32_t chance __attribute__((section(".noinit")));
extern const uint8_t _end;

/* The first expiry comes here, the second resets. */
ISR(WDT_vect)
{
    kept.cause = CAUSE_WATCHDOG;
}

static enum nl_boot_reason reason(uint8_t flags)
{
    bool known = kept.magic == KEPT_MAGIC;
    if (flags & _BV(PORF) || !known) return NL_BOOT_POWER;
    if (kept.cause == CAUSE_ASKED) return NL_BOOT_ASKED;
    if (kept.cause == CAUSE_WATCHDOG) return NL_BOOT_WATCHDOG;
    if (flags & _BV(EXTRF) || flags == 0) return NL_BOOT_PIN;
    return flags & _BV(BORF) ? NL_BOOT_POWER : NL_BOOT_WATCHDOG;
}

/* 2 s until the interrupt, and as much until the reset. */
static void watchdog_start(void)
{
    uint8_t status = SREG;
    cli();
    wdt_reset();
    WDTCSR = _BV(WDCE) | _BV(WDE);
    WDTCSR = _BV(WDIE) | _BV(WDE) | _BV(WDP2) | _BV(WDP1) | _BV(WDP0);
    SREG = status;
}

struct boot start_boot(void)
{
    uint8_t flags = MCUSR;
    MCUSR = 0; /* While WDRF is set the watchdog cannot be told anything, and it runs at its shortest. */
    watchdog_start();
    struct boot boot = { .reason = reason(flags) };
    if (boot.reason == NL_BOOT_POWER) kept.watchdog_resets = 0;
    if (boot.reason == NL_BOOT_WATCHDOG) kept.watchdog_resets++;
    kept.magic = KEPT_MAGIC;
    kept.cause = CAUSE_NONE;
    boot.watchdog_resets = kept.watchdog_resets;

    struct stored *eeprom = 0, stored;
    eeprom_read_block(&stored, eeprom, sizeof stored);
    if (stored.magic != EEPROM_MAGIC) {
        stored.magic = EEPROM_MAGIC;
        stored.own = ~nl_crc32_step(NL_CRC32_BEGIN, (const uint8_t *)&chance, sizeof chance);
        stored.boots = stored.own;
    }
    stored.boots++;
    eeprom_update_block(&stored, eeprom, sizeof stored);
    boot.number = stored.boots;
    boot.own = stored.own;
    return boot;
}

void watchdog_feed(void)
{
    wdt_reset();
}

void watchdog_restart(void)
{
    cli();
    kept.cause = CAUSE_ASKED;
    wdt_reset();
    WDTCSR = _BV(WDCE) | _BV(WDE);
    WDTCSR = _BV(WDE); /* 16 ms. */
    for (;;) {
    }
}

uint16_t stack_used(void)
{
    const uint8_t *deepest = &_end;
    while ((uintptr_t)deepest < RAMEND && *deepest == PAINT) deepest++;
    return (uint16_t)(RAMEND + 1 - (uintptr_t)deepest);
}
