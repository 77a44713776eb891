/* An ATmega328P of simavr's with the firmware's own model of a W5500 at its SPI: what a program leaves in the memory,
 * or what an image says on its line.
 *
 *   simavr-uno IMAGE memory              runs until the program sleeps with interrupts off; writes registers and SRAM
 *   simavr-uno IMAGE line CYCLES [CYCLE OCTETS]...   puts octets on the line from each cycle on; writes what came
 *
 * All is written in hexadecimal. */
#include "w5500_model.h"

#include <simavr/avr_ioport.h>
#include <simavr/avr_spi.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLASH = 32768, SCSN = 2, OCTET_CYCLES = 2800 /* Slower than its USART, which overlooks U2X0. */ };

static struct w5500_model chip;
static uint8_t header[NL_SPI_HEADER];
static unsigned phase;
static avr_irq_t *spi_in;

/* A frame's head, then an octet at a time, each at its own address. */
static void on_spi(struct avr_irq_t *irq, uint32_t value, void *context)
{
    (void)irq, (void)context;
    uint8_t octet = (uint8_t)value, answer = 0;
    if (phase < NL_SPI_HEADER) {
        header[phase] = octet;
    } else {
        unsigned address = (unsigned)(header[0] << 8 | header[1]) + phase - NL_SPI_HEADER;
        uint8_t at[NL_SPI_HEADER] = { (uint8_t)(address >> 8), (uint8_t)address, header[2] };
        (void)w5500_model_transfer(&chip, at, &octet, &answer, 1);
    }
    phase++;
    avr_raise_irq(spi_in, answer);
}

static void on_select(struct avr_irq_t *irq, uint32_t value, void *context)
{
    (void)irq, (void)value, (void)context;
    phase = 0;
}

static void on_line(struct avr_irq_t *irq, uint32_t value, void *context)
{
    (void)irq, (void)context;
    printf("%02x", value & 0xff);
}

static avr_t *load(const char *path)
{
    static uint8_t flash[FLASH];
    memset(flash, 0xff, sizeof flash);
    FILE *file = fopen(path, "rb");
    size_t size = file != NULL ? fread(flash, 1, sizeof flash, file) : 0;
    avr_t *avr = avr_make_mcu_by_name("atmega328p");
    if (file == NULL || size == 0 || avr == NULL) exit(2);
    fclose(file);
    avr_init(avr);
    avr->frequency = 16000000;
    avr->log = LOG_ERROR;
    avr_loadcode(avr, flash, sizeof flash, 0);
    avr->codeend = sizeof flash;
    return avr;
}

static bool over(int state)
{
    return state == cpu_Done || state == cpu_Crashed;
}

static void memory(avr_t *avr)
{
    uint64_t limit = 200000000;
    while (!over(avr_run(avr)) && avr->cycle < limit) {
    }
    for (unsigned i = 0; i < 32; i++) printf("%02x", avr->data[i]);
    for (unsigned i = 0x100; i < 0x900; i++) printf("%02x", avr->data[i]);
    printf("\n%llu\n", (unsigned long long)avr->cycle);
}

static void line(avr_t *avr, int count, char **script)
{
    uint64_t end = strtoull(script[0], NULL, 10);
    uint32_t flags = 0;
    avr_ioctl(avr, AVR_IOCTL_UART_GET_FLAGS('0'), &flags);
    flags &= ~(uint32_t)(AVR_UART_FLAG_STDIO | AVR_UART_FLAG_POLL_SLEEP);
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), on_line, NULL);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_SPI_GETIRQ(0), SPI_IRQ_OUTPUT), on_spi, NULL);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('B'), SCSN), on_select, NULL);
    spi_in = avr_io_getirq(avr, AVR_IOCTL_SPI_GETIRQ(0), SPI_IRQ_INPUT);
    avr_irq_t *uart_in = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT);

    for (int i = 1; i + 1 < count; i += 2) {
        uint64_t at = strtoull(script[i], NULL, 10);
        for (const char *hex = script[i + 1]; *hex != '\0'; hex += 2, at += OCTET_CYCLES) {
            unsigned octet;
            sscanf(hex, "%2x", &octet);
            while (avr->cycle < at && !over(avr->state)) avr_run(avr);
            avr_raise_irq(uart_in, octet);
        }
    }
    while (avr->cycle < end && !over(avr->state)) avr_run(avr);
    printf("\n");
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    avr_t *avr = load(argv[1]);
    w5500_model_init(&chip);
    if (strcmp(argv[2], "memory") == 0)
        memory(avr);
    else if (argc > 3)
        line(avr, argc - 3, argv + 3);
    return 0;
}
