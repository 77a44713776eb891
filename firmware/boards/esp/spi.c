/* The SPI of an ESP32 or ESP32-C3 by the CPU, 64 octets at a time through its buffer. Mode 0 at 20 MHz: half
 * of what the W5500 takes, for wires of a hand's breadth. */
#include "spi.h"

#include "octets.h"
#include "spi_registers.h"
#include "timer.h"
#include "wake.h"

enum {
    PIECE = 64,
    POLLED = 8, /* Octets, or fewer: over before a trap would be. */
    WAIT_ROUNDS = 1000,
    TRANSFER_LIMIT_US = 10000, /* The longest takes 0.8 ms. */
};

static volatile bool interrupt_seen;
static volatile uint32_t interrupt_at;
static volatile bool over; /* The transfer is, or its time. */

static void set_pin(unsigned pin, bool high)
{
    REG(GPIO + (uint32_t)(high ? GPIO_OUT_SET : GPIO_OUT_CLEAR)) = 1u << pin;
}

void chip_reset(bool asserted)
{
    set_pin(PIN_RST, !asserted);
}

static void plain_output(unsigned pin)
{
    set_pin(pin, true);
    REG(GPIO + GPIO_OUT_SELECT + 4 * pin) = GPIO_SELECT_PLAIN;
    REG(GPIO + GPIO_ENABLE_SET) = 1u << pin;
    pad_function(pin, PAD_GPIO, PAD_OUTPUT);
}

void spi_init(void)
{
    spi_begin();
    plain_output(PIN_CS);
    plain_output(PIN_RST);
    pad_function(PIN_INT, PAD_GPIO, PAD_INPUT | PAD_PULL_UP);
    REG(GPIO + GPIO_STATUS_CLEAR) = 1u << PIN_INT;
    REG(GPIO + GPIO_PIN + 4 * PIN_INT) = GPIO_PIN_FALLING | GPIO_PIN_CPU;
    interrupt_enable(SOURCE_GPIO);
    interrupt_enable(SOURCE_SPI);
}

/* Of SPI2, and of the pin INTn. */
void spi_interrupt(void)
{
    if (spi_take_interrupt() || timer_rose[ALARM_SPI]) over = true;
    if (REG(GPIO + GPIO_INTERRUPTS) & 1u << PIN_INT) {
        REG(GPIO + GPIO_STATUS_CLEAR) = 1u << PIN_INT;
        interrupt_at = timer_us();
        interrupt_seen = true;
        woken = true;
    }
}

bool chip_interrupt(uint32_t *at)
{
    if (interrupt_seen) {
        interrupt_seen = false;
        *at = interrupt_at;
        return true;
    }
    if (REG(GPIO + GPIO_IN) & 1u << PIN_INT) return false;
    *at = timer_us();
    return true;
}

static int wait_until_shifted(void)
{
    for (int rounds = WAIT_ROUNDS; spi_shifting();) {
        if (--rounds == 0) return -1;
    }
    return 0;
}

/* What is in the buffer goes out, and what comes in stands there. */
static int shift(size_t length)
{
    over = false;
    if (spi_shift((uint32_t)length, length > POLLED) != 0) return -1;
    if (length <= POLLED) return wait_until_shifted();
    while (spi_shifting()) {
        if (timer_rose[ALARM_SPI]) return -1;
        sleep_unless(&over);
    }
    return 0;
}

static void put(const uint8_t *octets, size_t length)
{
    for (size_t at = 0; at < length; at += 4) {
        uint32_t word = 0;
        if (length - at >= 4 && nl_aligned(octets + at)) {
            word = *(const nl_word *)(const void *)(octets + at);
        } else {
            for (size_t i = 0; i < 4 && at + i < length; i++) word |= (uint32_t)octets[at + i] << (8 * i);
        }
        REG(SPI_BUFFER + at) = word;
    }
}

static void get(uint8_t *octets, size_t length)
{
    for (size_t at = 0; at < length; at += 4) {
        uint32_t word = REG(SPI_BUFFER + at);
        if (length - at >= 4 && nl_aligned(octets + at)) {
            *(nl_word *)(void *)(octets + at) = word;
        } else {
            for (size_t i = 0; i < 4 && at + i < length; i++) octets[at + i] = (uint8_t)(word >> (8 * i));
        }
    }
}

static int pieces(const uint8_t *tx, uint8_t *rx, size_t length)
{
    for (size_t at = 0; at < length; at += PIECE) {
        size_t piece = length - at < PIECE ? length - at : PIECE;
        if (tx != NULL) put(tx + at, piece);
        if (shift(piece) != 0) return -1;
        if (rx != NULL) get(rx + at, piece);
    }
    return 0;
}

/* A read sends what the buffer happens to hold: the chip does not look at it. */
int spi_transfer(const uint8_t header[NL_SPI_HEADER], const uint8_t *tx, uint8_t *rx, size_t length)
{
    bool slept = length > POLLED;
    if (slept) timer_alarm(ALARM_SPI, TRANSFER_LIMIT_US);
    set_pin(PIN_CS, false);
    int result = pieces(header, NULL, NL_SPI_HEADER);
    if (result == 0) result = pieces(tx, rx, length);
    set_pin(PIN_CS, true);
    if (slept) timer_alarm_off(ALARM_SPI);
    return result;
}
