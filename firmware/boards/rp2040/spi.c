/* PL022: RP2040 datasheet §4.4. The W5500 takes mode 0 at up to 33.3 MHz (its datasheet §5.5.4). */
#include "spi.h"

#include "dma.h"
#include "pio_line.h"
#include "timer.h"
#include "uart.h"
#include "wake.h"

enum {
    SSPCR0 = 0x00,
    SSPCR1 = 0x04,
    SSPDR = 0x08,
    SSPSR = 0x0c,
    SSPCPSR = 0x10,
    SSPICR = 0x20,
    SSPDMACR = 0x24,

    CR0_8_BITS_MODE_0 = 7,
    CR1_ENABLE = 1 << 1,
    CPSR_31_MHZ = 4,
    SR_RX_NOT_EMPTY = 1 << 2,
    SR_BUSY = 1 << 4,
    ICR_OVERRUN = 1 << 0,
    DMACR_BOTH = 3,
    FIFO = 8,

    PIN_MISO = 16,
    PIN_CS = 17,
    PIN_SCK = 18,
    PIN_MOSI = 19,
    PIN_RST = 20,
    PIN_INT = 21,

    SIO_GPIO_IN = 0x04,
    SIO_OUT_SET = 0x14,
    SIO_OUT_CLR = 0x18,
    SIO_OE_SET = 0x24,
    INTR2 = 0xf8, /* Of the pins 16 to 23, four bits each. */
    PROC0_INTE2 = 0x108,
    INT_EDGE_LOW = 4 << (4 * (PIN_INT - 16)),

    TIMER_ALARM1 = 0x14,
    TIMER_ARMED = 0x20,
    ALARM1 = 1 << 1,

    WAIT_ROUNDS = 1000,     /* An octet takes 32 cycles. */
    BURST_LIMIT_US = 10000, /* The longest takes 0.4 ms. */
};

static const uint8_t nothing = 0;
static volatile bool interrupt_seen;
static volatile uint32_t interrupt_at;

static void select_chip(bool selected)
{
    REG(SIO + (selected ? SIO_OUT_CLR : SIO_OUT_SET)) = 1u << PIN_CS;
}

void chip_reset(bool asserted)
{
    REG(SIO + (asserted ? SIO_OUT_CLR : SIO_OUT_SET)) = 1u << PIN_RST;
}

void spi_init(void)
{
    REG(SPI0 + SSPCR1) = 0;
    REG(SPI0 + SSPCPSR) = CPSR_31_MHZ;
    REG(SPI0 + SSPCR0) = CR0_8_BITS_MODE_0;
    REG(SPI0 + SSPDMACR) = DMACR_BOTH;
    REG(SPI0 + SSPCR1) = CR1_ENABLE;
    gpio_function(PIN_MISO, GPIO_SPI, PAD_PULL_DOWN);
    gpio_function(PIN_SCK, GPIO_SPI, PAD_PULL_DOWN);
    gpio_function(PIN_MOSI, GPIO_SPI, PAD_PULL_DOWN);

    REG(SIO + SIO_OUT_SET) = 1u << PIN_CS | 1u << PIN_RST;
    REG(SIO + SIO_OE_SET) = 1u << PIN_CS | 1u << PIN_RST;
    gpio_function(PIN_CS, GPIO_SIO, PAD_PULL_UP);
    gpio_function(PIN_RST, GPIO_SIO, PAD_PULL_UP);
    gpio_function(PIN_INT, GPIO_SIO, PAD_PULL_UP);

    REG(IO_BANK0 + INTR2) = INT_EDGE_LOW;
    REG(IO_BANK0 + PROC0_INTE2) = INT_EDGE_LOW;
    REG(DMA + DMA_INTE0) = 1u << DMA_SPI_TX | 1u << DMA_SPI_RX | 1u << DMA_UART_TX | 1u << DMA_UART_RX |
                           1u << DMA_LINE_TX | 1u << DMA_LINE_RX;
    irq_enable(IRQ_IO_BANK0);
    irq_enable(IRQ_DMA_0);
}

void gpio_interrupt(void)
{
    REG(IO_BANK0 + INTR2) = INT_EDGE_LOW;
    interrupt_at = timer_us();
    interrupt_seen = true;
    woken = true;
}

void dma_interrupt(void)
{
    uint32_t done = REG(DMA + DMA_INTS0);
    REG(DMA + DMA_INTS0) = done;
    pio_line_dma(done);
    if (done & 1u << DMA_UART_RX) uart_dma_round();
    if (done & 1u << DMA_UART_TX) {
        uart_dma_done();
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
    if (REG(SIO + SIO_GPIO_IN) & 1u << PIN_INT) return false;
    *at = timer_us();
    return true;
}

static int wait_until_over(void)
{
    for (int rounds = WAIT_ROUNDS; REG(SPI0 + SSPSR) & SR_BUSY;) {
        if (--rounds == 0) return -1;
    }
    return 0;
}

static void throw_away(void)
{
    for (int i = 0; i < FIFO && REG(SPI0 + SSPSR) & SR_RX_NOT_EMPTY; i++) (void)REG(SPI0 + SSPDR);
    REG(SPI0 + SSPICR) = ICR_OVERRUN;
}

/* Sleeps until the channel is done; other interrupts are served meanwhile. */
static int wait_for_dma(enum dma_channel channel)
{
    uint32_t started = timer_us();
    int result = 0;
    REG(TIMER + TIMER_ALARM1) = started + BURST_LIMIT_US;
    interrupts_off();
    while (dma_busy(channel)) {
        if (timer_us() - started >= BURST_LIMIT_US) {
            dma_abort(1u << DMA_SPI_TX | 1u << DMA_SPI_RX);
            result = -1;
            break;
        }
        wait_for_interrupt();
        interrupts_on();
        interrupts_off();
    }
    interrupts_on();
    REG(TIMER + TIMER_ARMED) = ALARM1;
    return result;
}

static int read_burst(uint8_t *rx, size_t length)
{
    dma_start(DMA_SPI_RX, SPI0 + SSPDR, (uint32_t)rx, length, DMA_INCREMENT_WRITE | DMA_DREQ_SPI0_RX);
    dma_start(DMA_SPI_TX, (uint32_t)&nothing, SPI0 + SSPDR, length, DMA_DREQ_SPI0_TX | DMA_QUIET);
    return wait_for_dma(DMA_SPI_RX);
}

/* What comes back overruns the receive FIFO, and is thrown away at the end. */
static int write_burst(const uint8_t *tx, size_t length)
{
    dma_start(DMA_SPI_TX, (uint32_t)tx, SPI0 + SSPDR, length, DMA_INCREMENT_READ | DMA_DREQ_SPI0_TX);
    int result = wait_for_dma(DMA_SPI_TX);
    if (wait_until_over() != 0) return -1;
    throw_away();
    return result;
}

/* FIFO octets at most, so that none is lost though they are taken when all have come. */
static int short_transfer(const uint8_t header[NL_SPI_HEADER], const uint8_t *tx, uint8_t *rx, size_t length)
{
    for (size_t i = 0; i < NL_SPI_HEADER; i++) REG(SPI0 + SSPDR) = header[i];
    for (size_t i = 0; i < length; i++) REG(SPI0 + SSPDR) = tx != NULL ? tx[i] : 0;
    if (wait_until_over() != 0) return -1;
    for (size_t i = 0; i < NL_SPI_HEADER; i++) (void)REG(SPI0 + SSPDR);
    for (size_t i = 0; i < length; i++) {
        uint8_t octet = (uint8_t)REG(SPI0 + SSPDR);
        if (rx != NULL) rx[i] = octet;
    }
    return 0;
}

int spi_transfer(const uint8_t header[NL_SPI_HEADER], const uint8_t *tx, uint8_t *rx, size_t length)
{
    int result;
    select_chip(true);
    if (length <= FIFO - NL_SPI_HEADER) {
        result = short_transfer(header, tx, rx, length);
    } else {
        result = short_transfer(header, NULL, NULL, 0);
        if (result == 0) result = rx != NULL ? read_burst(rx, length) : write_burst(tx, length);
    }
    select_chip(false);
    if (result != 0) throw_away();
    return result;
}
