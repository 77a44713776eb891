/* The core on its HAL, and the loop that sleeps whenever there is nothing to do: the same on every board
 * without an operating system. */
#include "board.h"
#include "crc32.h"
#include "line.h"
#include "queue.h"
#include "soc.h"
#include "spi.h"
#include "stack.h"
#include "timer.h"
#include "wake.h"
#include "watchdog.h"

enum {
    IN_QUEUE = 40960,
    OUT_QUEUE = 65536,
    FRAME_BUFFER = NL_FRAME_MAX + 8,
    WINDOW = 64,

    /* Less than the watchdog's limit, and long enough to cost nothing. */
    SLEEP_LIMIT_US = 2000000,
    FEED_EVERY_US = 100000,
};

volatile bool woken;

static struct nl_board board;
static struct nl_crc32 crc;
static struct nl_queue in_queue, out_queue;
static struct nl_line lines[NL_PORTS_MAX];
static bool port_open[NL_PORTS_MAX]; /* As the main loop saw it last. */
static uint32_t in_octets[IN_QUEUE / 4], out_octets[OUT_QUEUE / 4];
static uint32_t frame_buffers[NL_PORTS_MAX][FRAME_BUFFER / 4];
static char serial_number[2 * SOC_ID_MAX + 1];
static const uint8_t source_hash[8] = NL_SOURCE_HASH;

static int hal_spi_transfer(void *context, const uint8_t header[NL_SPI_HEADER], const uint8_t *tx,
                            uint8_t *rx, size_t length)
{
    (void)context;
    return spi_transfer(header, tx, rx, length);
}

static void hal_chip_reset(void *context, bool asserted)
{
    (void)context;
    chip_reset(asserted);
}

static bool hal_chip_interrupt(void *context, uint32_t *at)
{
    (void)context;
    return chip_interrupt(at);
}

static uint32_t hal_now_us(void *context)
{
    (void)context;
    return timer_us();
}

static uint64_t hal_uptime_us(void *context)
{
    (void)context;
    return timer_us64();
}

/* Sleeps until an interrupt has something for the main loop, or for `microseconds`. */
static void sleep_until_woken(uint32_t microseconds)
{
    static bool alarm_set;
    static uint32_t alarm_at;
    uint32_t now = timer_us();

    /* An alarm that is early costs one look; a late one is set anew. */
    if (!alarm_set || timer_rose[ALARM_MAIN] || (int32_t)(now + microseconds - alarm_at) < 0) {
        alarm_at = now + microseconds;
        alarm_set = true;
        timer_alarm(ALARM_MAIN, microseconds);
    }
    while (!woken) sleep_unless(&woken);
}

static void hal_sleep_us(void *context, uint32_t microseconds)
{
    (void)context;
    uint32_t started = timer_us(), passed;
    while ((passed = timer_us() - started) < microseconds) {
        woken = false;
        sleep_until_woken(microseconds - passed);
    }
    woken = true;
}

/* Octets that came with the opening itself wait for the loop to see it: BOOT goes out before any answer. */
static const uint8_t *hal_port_receive(void *context, unsigned port, size_t *length)
{
    (void)context;
    *length = 0;
    return port_open[port] ? soc.ports[port].receive(length) : NULL;
}

static void hal_port_consume(void *context, unsigned port, size_t length)
{
    (void)context;
    soc.ports[port].consume(length);
}

static uint8_t *hal_port_reserve(void *context, unsigned port, size_t length)
{
    (void)context;
    return soc.ports[port].reserve(length);
}

static void hal_port_commit(void *context, unsigned port, size_t length)
{
    (void)context;
    soc.ports[port].commit(length);
}

static uint32_t hal_port_rate(void *context, unsigned port, uint32_t *highest)
{
    (void)context;
    const struct soc_port *at = &soc.ports[port];
    *highest = at->highest_rate;
    return at->rate != NULL ? at->rate() : 0;
}

static bool hal_port_set_rate(void *context, unsigned port, uint32_t rate, bool apply)
{
    (void)context;
    const struct soc_port *at = &soc.ports[port];
    return at->set_rate == NULL || at->set_rate(rate, apply);
}

static uint32_t hal_octets_lost(void *context)
{
    (void)context;
    return soc_octets_lost();
}

static uint32_t hal_stack_used(void *context)
{
    (void)context;
    return stack_used();
}

static void hal_restart(void *context, enum nl_restart kind)
{
    (void)context;
    if (kind == NL_RESTART_LOADER) rom_loader();
    watchdog_restart(CAUSE_ASKED, 0);
}

static struct nl_hal hal = {
    .spi_transfer = hal_spi_transfer,
    .chip_reset = hal_chip_reset,
    .chip_interrupt = hal_chip_interrupt,
    .now_us = hal_now_us,
    .uptime_us = hal_uptime_us,
    .sleep_us = hal_sleep_us,
    .port_receive = hal_port_receive,
    .port_consume = hal_port_consume,
    .port_reserve = hal_port_reserve,
    .port_commit = hal_port_commit,
    .port_rate = hal_port_rate,
    .port_set_rate = hal_port_set_rate,
    .octets_lost = hal_octets_lost,
    .stack_used = hal_stack_used,
    .restart = hal_restart,
};

/* The chip's id names the board: as the serial number, and in its locally administered MAC address. */
static void name_board(struct nl_identity *identity)
{
    static const uint8_t prefix[3] = { 0x02, 0x4e, 0x4c };
    static const char digits[] = "0123456789ABCDEF";
    uint8_t id[SOC_ID_MAX] = { 0 };
    uint32_t number = 1;

    if (soc_id(id))
        number = nl_crc32(&crc, id, soc.id_length);
    else
        id[soc.id_length - 1] = 1;
    for (unsigned i = 0; i < soc.id_length; i++) {
        serial_number[2 * i] = digits[id[i] >> 4];
        serial_number[2 * i + 1] = digits[id[i] & 0x0f];
    }
    identity->serial_number = serial_number;
    for (unsigned i = 0; i < sizeof prefix; i++) {
        identity->mac_address[i] = prefix[i];
        identity->mac_address[3 + i] = (uint8_t)(number >> (8 * (2 - i)));
    }
}

static void init(void)
{
    struct boot boot = watchdog_boot();
    nl_crc32_init(&crc);
    struct nl_board_setup setup = {
        .hal = &hal,
        .identity = { .board = soc.board,
                      .source_hash = source_hash,
                      .boot_number = boot.number,
                      .boot_reason = boot.reason,
                      .capabilities = NL_CAPABILITY_PHY | NL_CAPABILITY_MAC },
        .lines = lines,
        .line_count = soc.port_count,
        .in = &in_queue,
        .out = &out_queue,
        .window = WINDOW,
        .watchdog_resets = boot.watchdog_resets,
    };
    hal.gpio = soc.gpio;
    name_board(&setup.identity);
    soc_init(serial_number);
    nl_queue_init(&in_queue, in_octets, sizeof in_octets);
    nl_queue_init(&out_queue, out_octets, sizeof out_octets);
    for (unsigned port = 0; port < soc.port_count; port++) {
        /* One octet in, so that the payload behind the header is aligned. */
        nl_line_init(&lines[port], &hal, &crc, &board.statistics, port, (uint8_t *)frame_buffers[port] + 1,
                     NL_FRAME_MAX);
    }
    nl_board_init(&board, &setup);
}

static void see_to_port(unsigned port)
{
    const struct soc_port *at = &soc.ports[port];
    bool open = at->open == NULL || at->open();

    if (at->loader_asked != NULL && at->loader_asked()) hal_restart(NULL, NL_RESTART_LOADER);
    if (open == port_open[port]) return;
    port_open[port] = open;
    if (!open) {
        nl_link_port_down(&board.link, port);
        return;
    }
    if (at->clear != NULL) at->clear();
    nl_link_port_up(&board.link, port, timer_us());
}

int main(void)
{
    init();
    uint32_t fed_at = timer_us();
    for (;;) {
        woken = false;
        if (timer_us() - fed_at >= FEED_EVERY_US) {
            watchdog_feed();
            fed_at = timer_us();
        }
        for (unsigned port = 0; port < soc.port_count; port++) see_to_port(port);
        uint32_t wait = nl_board_poll(&board);
        if (wait > 0) sleep_until_woken(wait < SLEEP_LIMIT_US ? wait : SLEEP_LIMIT_US);
    }
}
