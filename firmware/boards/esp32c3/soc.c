/* ESP32-C3 with a W5500 module: what it gives the shared main loop. sleep_unless() is in start.S. */
#include "soc.h"

#include "esp32c3.h"
#include "i2s_line.h"
#include "spi.h"
#include "timer.h"
#include "uart.h"
#include "usb.h"
#include "watchdog.h"

enum {
    EFUSE_MAC_LOW = 0x44,
    EFUSE_MAC_HIGH = 0x48,
    MAC = 6,
    SYSCLK_CRYSTAL = 0xfff, /* Source and divider, 0: the crystal, undivided. */
};

const struct soc soc = {
    .board = "esp32c3",
    .id_length = MAC,
    .gpio = &i2s_line,
    .port_count = 2,
    .ports = {
        {
            .receive = usb_receive,
            .consume = usb_consume,
            .reserve = usb_reserve,
            .commit = usb_commit,
        },
        {
            .receive = uart_receive,
            .consume = uart_consume,
            .reserve = uart_reserve,
            .commit = uart_commit,
            .rate = uart_rate,
            .set_rate = uart_set_rate,
            .highest_rate = UART_HIGHEST_RATE,
        },
    },
};

bool soc_id(uint8_t *id)
{
    uint32_t low = REG(EFUSE + EFUSE_MAC_LOW), high = REG(EFUSE + EFUSE_MAC_HIGH);
    for (unsigned i = 0; i < 2; i++) id[i] = (uint8_t)(high >> (8 * (1 - i)));
    for (unsigned i = 0; i < 4; i++) id[2 + i] = (uint8_t)(low >> (8 * (3 - i)));
    return true;
}

/* Everything from the crystal: 40 MHz, and no PLL to wait for. */
static void clocks_init(void)
{
    REG(SYSTEM + SYSTEM_SYSCLK) &= ~(uint32_t)SYSCLK_CRYSTAL;
    REG(SYSTEM + SYSTEM_CLOCK_ENABLE) |= SYSTEM_TIMERS | SYSTEM_SYSTIMER;
}

void soc_init(const char *serial_number)
{
    (void)serial_number; /* The chip's USB tells its own. */
    clocks_init();
    watchdog_start();
    timer_init();
    spi_init();
    uart_init();
    usb_init();
    interrupts_on();
}

uint32_t soc_octets_lost(void)
{
    return uart_octets_lost();
}
