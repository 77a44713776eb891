/* ESP32-C3 with a W5500 module: the core on its HAL, and the loop that sleeps whenever there is nothing to
 * do. */
#include "board.h"
#include "crc32.h"
#include "spi.h"
#include "start.h"
#include "timer.h"
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

    EFUSE_MAC_LOW = 0x44,
    EFUSE_MAC_HIGH = 0x48,
    MAC = 6,
    SYSCLK_CRYSTAL = 0xfff, /* Source and divider, 0: the crystal, undivided. */

    /* Less than the watchdog's limit, and long enough to cost nothing. */
    SLEEP_LIMIT_US = 2000000,
    FEED_EVERY_US = 100000,
};

volatile bool woken;
static bool alarm_armed;
static uint32_t alarm_at;

static struct nl_board board;
static struct nl_crc32 crc;
static struct nl_queue in_queue, out_queue;
static struct nl_line lines[PORTS];
static uint32_t in_octets[IN_QUEUE / 4], out_octets[OUT_QUEUE / 4];
static uint32_t frame_buffers[PORTS][FRAME_BUFFER / 4];
static char serial_number[2 * MAC + 1];
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
    uint32_t now = timer_us();

    /* An alarm that is early costs one look; a late one is set anew. */
    if (!alarm_armed || timer_rose[ALARM_MAIN] || (int32_t)(now + microseconds - alarm_at) < 0) {
        alarm_at = now + microseconds;
        alarm_armed = true;
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
    if (kind == NL_RESTART_LOADER) rom_loader();
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

/* The chip's MAC names the board: as the serial number, and in its locally administered MAC address. */
static void name_board(struct nl_identity *identity)
{
    static const uint8_t prefix[3] = { 0x02, 0x4e, 0x4c };
    static const char digits[] = "0123456789ABCDEF";
    uint32_t low = REG(EFUSE + EFUSE_MAC_LOW), high = REG(EFUSE + EFUSE_MAC_HIGH);
    uint8_t mac[MAC] = { (uint8_t)(high >> 8), (uint8_t)high,       (uint8_t)(low >> 24),
                         (uint8_t)(low >> 16), (uint8_t)(low >> 8), (uint8_t)low };
    uint32_t number = nl_crc32(&crc, mac, sizeof mac);

    for (unsigned i = 0; i < MAC; i++) {
        serial_number[2 * i] = digits[mac[i] >> 4];
        serial_number[2 * i + 1] = digits[mac[i] & 0x0f];
    }
    identity->serial_number = serial_number;
    for (unsigned i = 0; i < sizeof prefix; i++) {
        identity->mac_address[i] = prefix[i];
        identity->mac_address[3 + i] = (uint8_t)(number >> (8 * (2 - i)));
    }
}

/* Everything from the crystal: 40 MHz, and no PLL to wait for. */
static void clocks_init(void)
{
    REG(SYSTEM + SYSTEM_SYSCLK) &= ~(uint32_t)SYSCLK_CRYSTAL;
    REG(SYSTEM + SYSTEM_CLOCK_ENABLE) |= SYSTEM_TIMERS | SYSTEM_SYSTIMER;
}

static void init(void)
{
    struct boot boot = watchdog_boot();
    nl_crc32_init(&crc);
    struct nl_board_setup setup = {
        .hal = &hal,
        .identity = { .board = "esp32c3",
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
    timer_init();
    spi_init();
    uart_init();
    usb_init();
    nl_queue_init(&in_queue, in_octets, sizeof in_octets);
    nl_queue_init(&out_queue, out_octets, sizeof out_octets);
    for (unsigned port = 0; port < PORTS; port++) {
        /* One octet in, so that the payload behind the header is aligned. */
        nl_line_init(&lines[port], &hal, &crc, &board.statistics, port, (uint8_t *)frame_buffers[port] + 1,
                     NL_FRAME_MAX);
    }
    interrupts_on();
    nl_board_init(&board, &setup);
    nl_link_port_up(&board.link, PORT_USB, timer_us());
    nl_link_port_up(&board.link, PORT_UART, timer_us());
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
        uint32_t wait = nl_board_poll(&board);
        if (wait > 0) sleep_until_woken(wait < SLEEP_LIMIT_US ? wait : SLEEP_LIMIT_US);
    }
}
