/* GP-SPI2 by the CPU, 64 octets at a time through its buffer (TRM, SPI Controller). Mode 0 at 20 MHz: half of
 * what the W5500 takes, for wires of a hand's breadth. */
#include "spi.h"

#include "octets.h"
#include "timer.h"
#include "wake.h"

enum {
    CMD = 0x00,
    CTRL = 0x08,
    CLOCK = 0x0c,
    USER = 0x10,
    USER1 = 0x14,
    USER2 = 0x18,
    MS_DLEN = 0x1c,
    MISC = 0x20,
    DMA_CONF = 0x30,
    DMA_INT_ENA = 0x34,
    DMA_INT_CLR = 0x38,
    DMA_INT_ST = 0x40,
    BUFFER = 0x98,
    SLAVE = 0xe0,
    CLK_GATE = 0xe8,

    CMD_UPDATE = 1 << 23,
    CMD_USR = 1 << 24,
    CLOCK_20_MHZ = 1 << 12 | 0 << 6 | 1,    /* The crystal by two. */
    USER_BOTH_WAYS = 1 << 28 | 1 << 27 | 1, /* MISO and MOSI at once. */
    MISC_NO_CS = 0x3f,
    CLK_GATE_XTAL = 3,
    INT_TRANS_DONE = 1 << 12,

    PIN_MISO = 2,
    PIN_RST = 3,
    PIN_INT = 4,
    PIN_SCK = 6,
    PIN_MOSI = 7,
    PIN_CS = 10,

    PIECE = 64,
    POLLED = 8, /* Octets, or fewer: over before a trap would be. */
    WAIT_ROUNDS = 1000,
    TRANSFER_LIMIT_US = 10000, /* The longest takes 0.8 ms. */
};

static const uint32_t AFIFO_RESETS = 7u << 29;

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
    REG(SYSTEM + SYSTEM_CLOCK_ENABLE) |= SYSTEM_SPI2;
    REG(SYSTEM + SYSTEM_RESET) |= SYSTEM_SPI2;
    REG(SYSTEM + SYSTEM_RESET) &= ~(uint32_t)SYSTEM_SPI2;
    REG(SPI2 + CLK_GATE) = CLK_GATE_XTAL;
    REG(SPI2 + SLAVE) = 0;
    REG(SPI2 + USER) = USER_BOTH_WAYS;
    REG(SPI2 + USER1) = 0;
    REG(SPI2 + USER2) = 0;
    REG(SPI2 + CTRL) = 0;
    REG(SPI2 + CLOCK) = CLOCK_20_MHZ;
    REG(SPI2 + MISC) = MISC_NO_CS;
    REG(SPI2 + DMA_CONF) = 0;
    pad_function(PIN_SCK, PAD_SPI2, PAD_OUTPUT);
    pad_function(PIN_MOSI, PAD_SPI2, PAD_OUTPUT);
    pad_function(PIN_MISO, PAD_SPI2, PAD_INPUT | PAD_PULL_UP);
    plain_output(PIN_CS);
    plain_output(PIN_RST);
    pad_function(PIN_INT, PAD_GPIO, PAD_INPUT | PAD_PULL_UP);
    REG(GPIO + GPIO_STATUS_CLEAR) = 1u << PIN_INT;
    REG(GPIO + GPIO_PIN + 4 * PIN_INT) = GPIO_PIN_FALLING | GPIO_PIN_CPU;
    interrupt_enable(SOURCE_GPIO);
    interrupt_enable(SOURCE_SPI2);
}

void spi_interrupt(void)
{
    if (REG(SPI2 + DMA_INT_ST) & INT_TRANS_DONE) {
        REG(SPI2 + DMA_INT_CLR) = INT_TRANS_DONE;
        over = true;
    }
    if (timer_rose[ALARM_SPI]) over = true;
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

static int wait_for(uint32_t bits)
{
    for (int rounds = WAIT_ROUNDS; REG(SPI2 + CMD) & bits;) {
        if (--rounds == 0) return -1;
    }
    return 0;
}

/* What is in the buffer goes out, and what comes in stands there. */
static int shift(size_t length)
{
    REG(SPI2 + MS_DLEN) = 8 * (uint32_t)length - 1;
    REG(SPI2 + DMA_CONF) = AFIFO_RESETS;
    REG(SPI2 + DMA_CONF) = 0;
    REG(SPI2 + CMD) = CMD_UPDATE;
    if (wait_for(CMD_UPDATE) != 0) return -1;
    REG(SPI2 + DMA_INT_ENA) = length <= POLLED ? 0 : INT_TRANS_DONE;
    REG(SPI2 + DMA_INT_CLR) = INT_TRANS_DONE;
    over = false;
    REG(SPI2 + CMD) = CMD_USR;
    if (length <= POLLED) return wait_for(CMD_USR);
    while (REG(SPI2 + CMD) & CMD_USR) {
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
        REG(SPI2 + BUFFER + at) = word;
    }
}

static void get(uint8_t *octets, size_t length)
{
    for (size_t at = 0; at < length; at += 4) {
        uint32_t word = REG(SPI2 + BUFFER + at);
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
