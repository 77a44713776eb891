/* An Arduino Uno with a W5500 shield: the core on its HAL, and the loop that sleeps whenever there is nothing
 * to do. Frames stream through its 2 KB: `streamed`. */
#include "board.h"
#include "line.h"
#include "queue.h"
#include "spi.h"
#include "start.h"
#include "tick_line.h"
#include "timer.h"
#include "uart.h"
#include "version.h"
#include "wake.h"

#include <avr/interrupt.h>

#define BOARD_NAME "uno"

enum {
    WINDOW = 8,
    OUT_QUEUE = 210, /* Six events, and beside them room for any answer and that of a send. */
    IDENTITY_ITEMS = 10,
    /* OPENED with this identity is the longest frame, SYSTEM_STATISTICS the longest message. */
    DRAFT = NL_OPENED_LENGTH + 2 * IDENTITY_ITEMS + (sizeof BOARD_NAME - 1) +
            (sizeof NL_FIRMWARE_VERSION - 1) + 8 + 5 + 4 + SERIAL_NUMBER_DIGITS + 1 + 8 + 6 + 19,
};

/* Less than the watchdog's limit. */
#define SLEEP_LIMIT_US UINT32_C(1000000)

volatile bool woken;

static struct nl_board board;
static struct nl_queue in_queue, out_queue;
static struct nl_line line;
static uint8_t in_octets[WINDOW * NL_IN_SLOT], out_octets[OUT_QUEUE], draft[NL_FRAME_HEADER + DRAFT];
static char serial_number[SERIAL_NUMBER_DIGITS + 1];
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

static void hal_sleep_us(void *context, uint32_t microseconds)
{
    (void)context;
    uint32_t started = timer_us();
    while (timer_us() - started < microseconds) {
    }
}

static const uint8_t *hal_port_receive(void *context, unsigned port, size_t *length)
{
    (void)context, (void)port;
    return uart_receive(length);
}

static void hal_port_consume(void *context, unsigned port, size_t length)
{
    (void)context, (void)port;
    uart_consume(length);
}

static uint8_t *hal_port_reserve(void *context, unsigned port, size_t length)
{
    (void)context, (void)port;
    return uart_reserve(length);
}

static void hal_port_commit(void *context, unsigned port, size_t length)
{
    (void)context, (void)port;
    uart_commit(length);
}

static uint32_t hal_port_rate(void *context, unsigned port, uint32_t *highest)
{
    (void)context, (void)port;
    *highest = UART_HIGHEST_RATE;
    return uart_rate();
}

static bool hal_port_set_rate(void *context, unsigned port, uint32_t rate, bool apply)
{
    (void)context, (void)port;
    return uart_set_rate(rate, apply);
}

static uint32_t hal_octets_lost(void *context)
{
    (void)context;
    return uart_octets_lost();
}

static uint32_t hal_stack_used(void *context)
{
    (void)context;
    return stack_used();
}

/* Both kinds go through the loader, which starts the program at once: only the RESET pin keeps it there. */
static void hal_restart(void *context, enum nl_restart kind)
{
    (void)context, (void)kind;
    watchdog_restart();
}

static const struct nl_hal hal = {
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
    .gpio = &tick_line,
};

_Static_assert(DRAFT >= NL_RESPONSE_HEAD + 5 * NL_STATISTIC_COUNT, "SYSTEM_STATISTICS finds room");

static char digit(uint8_t value)
{
    return (char)(value < 10 ? '0' + value : 'A' + value - 10);
}

static void name_board(struct nl_identity *identity, uint32_t own)
{
    static const uint8_t prefix[3] = { 0x02, 0x4e, 0x4c };
    uint8_t octets[4];
    nl_put32(octets, own);
    for (uint8_t i = 0; i < sizeof octets; i++) {
        serial_number[2 * i] = digit(octets[i] >> 4);
        serial_number[2 * i + 1] = digit(octets[i] & 0x0f);
    }
    identity->serial_number = serial_number;
    for (uint8_t i = 0; i < sizeof prefix; i++) {
        identity->mac_address[i] = prefix[i];
        identity->mac_address[3 + i] = octets[1 + i];
    }
}

/* Apart from main(), whose frame would hold its own for good. */
__attribute__((noinline)) static void init(void)
{
    struct boot boot = start_boot();
    struct nl_board_setup setup = {
        .hal = &hal,
        .identity = { .board = BOARD_NAME,
                      .source_hash = source_hash,
                      .boot_number = boot.number,
                      .boot_reason = boot.reason,
                      .capabilities = NL_CAPABILITY_PHY | NL_CAPABILITY_MAC },
        .lines = &line,
        .line_count = 1,
        .in = &in_queue,
        .out = &out_queue,
        .window = WINDOW,
        .divided = true,
        .watchdog_resets = boot.watchdog_resets,
    };
    name_board(&setup.identity, boot.own);
    timer_init();
    spi_init();
    uart_init();
    nl_queue_init_in(&in_queue, &board, in_octets, sizeof in_octets);
    nl_queue_init_out(&out_queue, &board, out_octets, sizeof out_octets, draft, DRAFT);
    nl_line_init(&line, &hal, &board, 0);
    sei();
    nl_board_init(&board, &setup);
    nl_link_port_up(&board.link, 0, timer_us());
}

int main(void)
{
    init();
    for (;;) {
        woken = false;
        watchdog_feed();
        uint32_t wait = nl_board_poll(&board);
        chip_watch(board.mac.open);
        if (wait > 0) timer_sleep(wait < SLEEP_LIMIT_US ? wait : SLEEP_LIMIT_US);
    }
}
