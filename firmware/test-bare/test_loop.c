/* The main loop, between a host whose octets come together with the opening of the port and a chip that is a
 * model. It never returns: it is left from where it sleeps. */
#define main board_main
#include "../boards/shared/main.c"
#undef main

#include "check.h"
#include "w5500_model.h"

#include <setjmp.h>
#include <string.h>

enum { SENT = 4096, SLEEPS = 20, FRAMES = 8, KIND = 0x0f, OPENED = 2, BOOT = 8 };

/* The vector `open` of test/vectors/control.txt. */
static const uint8_t open_frame[] = { 0x00, 0x04, 0x11, 0x12, 0x34, 0x01, 0x02, 0x80, 0x0e, 0x01, 0x01, 0x20,
                                      0x06, 0x35, 0xde, 0xad, 0xbe, 0xef, 0x7b, 0xa7, 0xb1, 0x58, 0x00 };

static struct {
    struct w5500_model chip;
    uint64_t now;
    bool opened;
    size_t taken;
    uint8_t sent[SENT];
    size_t sent_length;
    int sleeps;
    unsigned asked_to_loader;
    jmp_buf asleep;
} host;

uint32_t stack_start, stack_end;
volatile bool timer_rose[ALARMS];

/* The loop looks; by the time it looks for octets, the host has opened the port and written. */
static bool fake_open(void)
{
    bool was = host.opened;
    host.opened = true;
    return was;
}

static const uint8_t *fake_receive(size_t *length)
{
    *length = host.opened ? sizeof open_frame - host.taken : 0;
    return open_frame + host.taken;
}

static void fake_consume(size_t length)
{
    host.taken += length;
}

static uint8_t *fake_reserve(size_t length)
{
    return length < SENT - host.sent_length ? host.sent + host.sent_length : NULL;
}

static void fake_commit(size_t length)
{
    host.sent_length += length;
}

const struct soc soc = {
    .board = "bench",
    .id_length = 2,
    .port_count = 1,
    .ports = { { .open = fake_open,
                 .receive = fake_receive,
                 .consume = fake_consume,
                 .reserve = fake_reserve,
                 .commit = fake_commit } },
};

bool soc_id(uint8_t *id)
{
    (void)id;
    return false;
}

void soc_init(const char *serial)
{
    check(strcmp(serial, "0001") == 0, "a board whose id cannot be read is number 1");
}

uint32_t soc_octets_lost(void)
{
    return 0;
}

void sleep_unless(const volatile bool *flag)
{
    if (*flag) return;
    woken = true;
    if (++host.sleeps > SLEEPS) longjmp(host.asleep, 1);
}

uint64_t timer_us64(void)
{
    return host.now += 1000;
}

uint32_t timer_us(void)
{
    return (uint32_t)timer_us64();
}

void timer_alarm(enum timer_alarm alarm, uint32_t microseconds)
{
    (void)microseconds;
    timer_rose[alarm] = false;
}

int spi_transfer(const uint8_t header[NL_SPI_HEADER], const uint8_t *tx, uint8_t *rx, size_t length)
{
    return w5500_model_transfer(&host.chip, header, tx, rx, length);
}

void chip_reset(bool asserted)
{
    if (asserted) w5500_model_reset(&host.chip);
}

bool chip_interrupt(uint32_t *at)
{
    *at = timer_us();
    return w5500_model_interrupt(&host.chip);
}

struct boot watchdog_boot(void)
{
    return (struct boot){ .number = 1, .reason = NL_BOOT_POWER };
}

void watchdog_feed(void) {}

void watchdog_restart(enum cause cause, uint32_t detail)
{
    (void)cause;
    (void)detail;
    longjmp(host.asleep, 2);
}

void rom_loader(void) {}

/* The kinds of the frames that went out, the first first. */
static unsigned kinds(uint8_t kind[FRAMES])
{
    unsigned count = 0;
    bool begins = true;
    for (size_t i = 0; i + 1 < host.sent_length && count < FRAMES; i++) {
        if (begins && host.sent[i] != 0) kind[count++] = host.sent[i + 1] & KIND;
        begins = host.sent[i] == 0;
    }
    return count;
}

void test_loop(void)
{
    w5500_model_init(&host.chip);
    if (setjmp(host.asleep) == 0) board_main();
    uint8_t kind[FRAMES] = { 0 };
    check(kinds(kind) >= 2, "a host that asks with the opening of the port is answered");
    check(kind[0] == BOOT && kind[1] == OPENED, "but hears BOOT first");
}
