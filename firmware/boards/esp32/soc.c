/* ESP32 with a W5500 module: what it gives the shared main loop. sleep_unless() is in start.c. */
#include "soc.h"

#include "esp32.h"
#include "spi.h"
#include "timer.h"
#include "uart.h"
#include "watchdog.h"

enum {
    EFUSE_MAC_LOW = 0x04, /* BLK0_RDATA1 */
    EFUSE_MAC_HIGH = 0x08,
    MAC = 6,

    RTC_CLK_CONF = 0x70,
    CLK_CONF_SOURCE = 3 << 27, /* 0: the crystal. */
};

const struct soc soc = {
    .board = "esp32",
    .id_length = MAC,
    .port_count = 1,
    .ports = {
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

/* Everything from the crystal, undivided: 40 MHz, and no PLL to wait for. */
static void clocks_init(void)
{
    REG(SYSCON + SYSCLK_CONF) &= ~(uint32_t)SYSCLK_DIVIDER;
    REG(RTC_CNTL + RTC_CLK_CONF) &= ~(uint32_t)CLK_CONF_SOURCE;
}

void soc_init(const char *serial_number)
{
    (void)serial_number; /* The USB adapter tells its own. */
    clocks_init();
    watchdog_start();
    timer_init();
    spi_init();
    uart_init();
    interrupts_on();
}

uint32_t soc_octets_lost(void)
{
    return uart_octets_lost();
}
