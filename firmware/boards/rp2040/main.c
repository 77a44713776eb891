/* W5500-EVB-Pico: the core on its HAL, and the loop that sleeps whenever there is nothing to do. */
#include "board.h"
#include "clocks.h"
#include "crc32.h"
#include "flash_id.h"
#include "rp2040.h"
#include "spi.h"
#include "start.h"
#include "uart.h"
#include "usb.h"
#include "wake.h"
#include "watchdog.h"

enum { PORT_USB = 0, PORT_UART = 1, PORTS = 2 };

enum {
    IN_QUEUE = 40960,
    OUT_QUEUE = 65536,
    FRAME_BUFFER = NL_FRAME_MAX + 8,
    WINDOW = 64,

    TIMER_TIMEHR = 0x24, /* TIMERAWH */
    TIMER_ALARM0 = 0x10,
    TIMER_INTR = 0x34,
    TIMER_INTE = 0x38,

    /* Less than the watchdog's limit, and long enough to cost nothing. */
    SLEEP_LIMIT_US = 2000000,
    FEED_EVERY_US = 100000,
};

volatile bool woken;
static volatile bool alarm_armed;
static uint32_t alarm_at;

static struct nl_board board;
static struct nl_crc32 crc;
static struct nl_queue in_queue, out_queue;
static struct nl_line lines[PORTS];
static uint32_t in_octets[IN_QUEUE / 4], out_octets[OUT_QUEUE / 4];
static uint32_t frame_buffers[PORTS][FRAME_BUFFER / 4];
static char serial_number[2 * FLASH_ID_LENGTH + 1];
static const uint8_t source_hash[8] = NL_SOURCE_HASH;

void timer_interrupt(void)
{
    REG(TIMER + TIMER_INTR) = 3;
    alarm_armed = false;
    woken = true;
}

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
    for (;;) {
        uint32_t high = REG(TIMER + TIMER_TIMEHR), low = timer_us();
        if (REG(TIMER + TIMER_TIMEHR) == high) return (uint64_t)high << 32 | low;
    }
}

/* Sleeps until an interrupt has something for the main loop, or for `microseconds`. */
static void sleep_until_woken(uint32_t microseconds)
{
    uint32_t now = timer_us();

    interrupts_off();
    /* An alarm that is early costs one look; a late one is set anew. */
    if (!alarm_armed || (int32_t)(now + microseconds - alarm_at) < 0) {
        alarm_at = now + microseconds;
        alarm_armed = true;
        REG(TIMER + TIMER_ALARM0) = alarm_at;
    }
    /* An alarm that passed while it was set would come in 72 minutes. */
    if ((int32_t)(alarm_at - timer_us()) <= 0) {
        alarm_armed = false;
        woken = true;
    }
    while (!woken) {
        wait_for_interrupt();
        interrupts_on();
        interrupts_off();
    }
    interrupts_on();
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

static const uint8_t *hal_port_receive(void *context, unsigned port, size_t *length)
{
    (void)context;
    return port == PORT_USB ? usb_receive(length) : uart_receive(length);
}

static void hal_port_consume(void *context, unsigned port, size_t length)
{
    (void)context;
    if (port == PORT_USB)
        usb_consume(length);
    else
        uart_consume(length);
}

static uint8_t *hal_port_reserve(void *context, unsigned port, size_t length)
{
    (void)context;
    return port == PORT_USB ? usb_reserve(length) : uart_reserve(length);
}

static void hal_port_commit(void *context, unsigned port, size_t length)
{
    (void)context;
    if (port == PORT_USB)
        usb_commit(length);
    else
        uart_commit(length);
}

static uint32_t hal_port_rate(void *context, unsigned port, uint32_t *highest)
{
    (void)context;
    *highest = port == PORT_UART ? UART_HIGHEST_RATE : 0;
    return port == PORT_UART ? uart_rate() : 0;
}

static bool hal_port_set_rate(void *context, unsigned port, uint32_t rate, bool apply)
{
    (void)context;
    return port != PORT_UART || uart_set_rate(rate, apply);
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

static void hal_restart(void *context, enum nl_restart kind)
{
    (void)context;
    if (kind == NL_RESTART_LOADER) {
        interrupts_off();
        rom_loader();
    }
    watchdog_restart(CAUSE_ASKED, 0);
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
};

/* The flash's id names the board: as the serial number, and in its locally administered MAC address. */
static void name_board(struct nl_identity *identity)
{
    static const uint8_t prefix[3] = { 0x02, 0x4e, 0x4c };
    static const char digits[] = "0123456789ABCDEF";
    uint8_t id[FLASH_ID_LENGTH] = { 0, 0, 0, 0, 0, 0, 0, 1 };
    uint32_t number = 1;

    if (flash_id_read(id)) number = nl_crc32(&crc, id, sizeof id);
    for (unsigned i = 0; i < FLASH_ID_LENGTH; i++) {
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
        .identity = { .board = "w5500-evb-pico",
                      .source_hash = source_hash,
                      .boot_number = boot.number,
                      .boot_reason = boot.reason,
                      .capabilities = NL_CAPABILITY_PHY | NL_CAPABILITY_MAC },
        .lines = lines,
        .line_count = PORTS,
        .in = &in_queue,
        .out = &out_queue,
        .window = WINDOW,
        .watchdog_resets = boot.watchdog_resets,
    };
    name_board(&setup.identity);
    clocks_init();
    watchdog_start();
    REG(TIMER + TIMER_INTE) = 3;
    irq_enable(IRQ_TIMER_0);
    irq_enable(IRQ_TIMER_1);
    spi_init();
    uart_init();
    nl_queue_init(&in_queue, in_octets, sizeof in_octets);
    nl_queue_init(&out_queue, out_octets, sizeof out_octets);
    for (unsigned port = 0; port < PORTS; port++) {
        /* One octet in, so that the payload behind the header is aligned. */
        nl_line_init(&lines[port], &hal, &crc, &board.statistics, port, (uint8_t *)frame_buffers[port] + 1,
                     NL_FRAME_MAX);
    }
    nl_board_init(&board, &setup);
    usb_init(serial_number);
    nl_link_port_up(&board.link, PORT_UART, timer_us());
}

static void see_to_usb(void)
{
    static bool open;
    if (usb_loader_asked()) hal_restart(NULL, NL_RESTART_LOADER);
    if (usb_open() == open) return;
    open = !open;
    if (open) {
        usb_clear();
        nl_link_port_up(&board.link, PORT_USB, timer_us());
    } else {
        nl_link_port_down(&board.link, PORT_USB);
    }
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
        see_to_usb();
        uint32_t wait = nl_board_poll(&board);
        if (wait > 0) sleep_until_woken(wait < SLEEP_LIMIT_US ? wait : SLEEP_LIMIT_US);
    }
}
