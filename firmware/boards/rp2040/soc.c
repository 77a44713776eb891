/* W5500-EVB-Pico: what it gives the shared main loop. */
#include "soc.h"

#include "clocks.h"
#include "flash_id.h"
#include "pio_line.h"
#include "spi.h"
#include "timer.h"
#include "uart.h"
#include "usb.h"
#include "watchdog.h"

const struct soc soc = {
    .board = "w5500-evb-pico",
    .id_length = FLASH_ID_LENGTH,
    .gpio = &pio_line,
    .port_count = 2,
    .ports = {
        {
            .open = usb_open,
            .loader_asked = usb_loader_asked,
            .clear = usb_clear,
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
    return flash_id_read(id);
}

void soc_init(const char *serial_number)
{
    clocks_init();
    watchdog_start();
    timer_init();
    spi_init();
    uart_init();
    usb_init(serial_number);
}

uint32_t soc_octets_lost(void)
{
    return uart_octets_lost();
}

void sleep_unless(const volatile bool *flag)
{
    interrupts_off();
    if (!*flag) wait_for_interrupt();
    interrupts_on();
}
