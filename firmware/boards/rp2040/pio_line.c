/* RP2040 datasheet §3 (PIO), §2.5 (DMA). State machine 0 shifts levels out of the sending pin, state machine
 * 1 shifts samples in, one instruction a sample, both from one clock when their rates are one:
 *
 *   SEND + 0: wait, SEND + 1: wait    for the trigger, entered where there is one
 *   SEND + 2: out pins, 1  [C-1]      wraps to itself; open drain: out pindirs, 1
 *   TAKE + 0: wait, TAKE + 1: wait
 *   TAKE + 2: nop          [C/2-1]    half a sample, less what a wait took to see the trigger
 *   TAKE + 3: in pins, 1   [C-1]      wraps to itself
 *
 * C cycles to a sample. DMA brings octets from one ring and puts them into the other, by pieces: as much as
 * is loaded, as much as there is room for. Behind the last octet one goes that is all idle level, so that the
 * line is idle as soon as the last sample is over. An OUT that finds nothing holds its level and leaves
 * TXSTALL, an IN that finds no room leaves RXSTALL: an underrun, and an overrun. */
#include "pio_line.h"

#include "dma.h"
#include "rp2040.h"
#include "wake.h"

enum {
    PIN_SEND = 2,
    PIN_SAMPLE = 3,

    PIO_CTRL = 0x00,
    PIO_FSTAT = 0x04,
    PIO_FDEBUG = 0x08,
    PIO_FLEVEL = 0x0c,
    PIO_TXF0 = 0x10,
    PIO_RXF1 = 0x24,
    PIO_INSTR_MEM0 = 0x48,
    PIO_SM0 = 0xc8,
    SM_SIZE = 0x18,
    SM_CLKDIV = 0x00,
    SM_EXECCTRL = 0x04,
    SM_SHIFTCTRL = 0x08,
    SM_ADDR = 0x0c,
    SM_INSTR = 0x10,
    SM_PINCTRL = 0x14,

    SENDER = 0, /* State machines. */
    TAKER = 1,
    BOTH_ENABLE = 3,
    BOTH_RESTART = 3 << 4,
    BOTH_CLKDIV_RESTART = 3 << 8,
    FSTAT_TX_EMPTY = 1 << (24 + SENDER),
    FSTAT_RX_EMPTY = 1 << (8 + TAKER),
    FDEBUG_TXSTALL = 1 << (24 + SENDER),
    FDEBUG_RXSTALL = 1 << TAKER,
    FDEBUG_ALL = 0x0f0f0f0f,

    EXEC_WRAP_TOP = 12,
    EXEC_WRAP_BOTTOM = 7,
    SHIFT_AUTOPUSH = 1 << 16,
    SHIFT_AUTOPULL = 1 << 17,
    SHIFT_PUSH_8 = 8 << 20,
    SHIFT_PULL_8 = 8 << 25,
    SHIFT_JOIN_TX = 1 << 30,
    PINCTRL_SENDER = 1 << 26 | 1 << 20 | PIN_SAMPLE << 15 | PIN_SEND << 5 | PIN_SEND,
    PINCTRL_TAKER = PIN_SAMPLE << 15,

    SEND = 0, /* Where the programs are. */
    TAKE = 8,

    INSTR_WAIT = 0x2020, /* For the first of the input pins; bit 7 is the level. */
    INSTR_WAIT_HIGH = 1 << 7,
    INSTR_OUT = 0x6001,
    INSTR_IN = 0x4001,
    INSTR_PINDIRS = 4 << 5,
    INSTR_NOP = 0xa042,
    INSTR_PULL = 0x80a0,
    INSTR_SET = 0xe000,
    INSTR_DELAY = 8,

    GPIO_PIO0 = 6,
    GPIO_NONE = 31,
    GPIO_OE_INVERTED = 1 << 12,
    PAD_NO_PULL = 0x52,
    PAD_STRENGTH = 4,
    PAD_STRENGTHS = 3 << PAD_STRENGTH,

    SEND_RING_BITS = 14,
    SEND_RING = 1 << SEND_RING_BITS,
    SAMPLE_RING_BITS = 15,
    SAMPLE_RING = 1 << SAMPLE_RING_BITS,
    DMA_SENDS = 1u << DMA_LINE_TX,
    DMA_TAKES = 1u << DMA_LINE_RX,
    DMA_DREQ_PIO0_TX0 = 0 << 15,
    DMA_DREQ_PIO0_RX1 = 5 << 15,
    DMA_AL1_CTRL = 0x10,

    CYCLES_MOST = 32, /* At 100 Hz the divider is 39,063 of 65,536; at 10 MHz there are eight. */
    CYCLES_OF_WAIT = 2,
    ANY_RATE = 1000000,
    SPINS = 1000,
};

static uint8_t send_ring[SEND_RING] __attribute__((aligned(SEND_RING)));
static uint8_t sample_ring[SAMPLE_RING] __attribute__((aligned(SAMPLE_RING)));

static struct {
    struct nl_gpio_setup setup;
    struct nl_gpio_run run;
    bool started;
    uint8_t idle_octet;
    volatile uint32_t send_end, sample_end;     /* As the core allows. */
    volatile uint32_t send_done, sample_done;   /* By the pieces before this one. */
    volatile uint32_t send_piece, sample_piece; /* What the channels have in hand. */
} line;

static uint32_t machine(unsigned number, unsigned which)
{
    return PIO0 + PIO_SM0 + SM_SIZE * number + which;
}

static void execute(unsigned number, uint32_t instruction)
{
    REG(machine(number, SM_INSTR)) = instruction;
}

/* The clock by 256 and the cycles of one sample. */
struct pace {
    uint32_t divider, cycles;
};

static struct pace pace_for(uint32_t rate)
{
    struct pace pace = { .cycles = CYCLES_MOST };
    while (rate * pace.cycles > CLK_SYS_HZ) pace.cycles /= 2;
    uint64_t clock = (uint64_t)CLK_SYS_HZ * 256, one = (uint64_t)rate * pace.cycles;
    pace.divider = (uint32_t)((clock + one / 2) / one);
    return pace;
}

static uint64_t line_rate(void *context, uint32_t rate)
{
    (void)context;
    struct pace pace = pace_for(rate);
    uint64_t one = (uint64_t)pace.divider * pace.cycles;
    return ((uint64_t)CLK_SYS_HZ * 256 * 1000 + one / 2) / one;
}

static void connect(unsigned pin, uint32_t function, uint32_t pad)
{
    REG(PADS_BANK0 + 4 + 4 * pin) = pad;
    REG(IO_BANK0 + 4 + 8 * pin) = function;
}

/* 2, 4, 8 or 12 mA. */
static uint32_t strength(uint8_t milliamperes)
{
    if (milliamperes == 0) return 1;
    if (milliamperes < 4) return 0;
    if (milliamperes < 8) return 1;
    return milliamperes < 12 ? 2 : 3;
}

static void set_idle(void)
{
    uint32_t target = line.setup.open_drain ? INSTR_PINDIRS : 0;
    execute(SENDER, INSTR_SET | target | (line.setup.idle ? 1 : 0));
}

static void line_open(void *context, const struct nl_gpio_setup *setup)
{
    (void)context;
    static const uint32_t pulls[] = { PAD_NO_PULL, PAD_PULL_UP, PAD_PULL_DOWN };
    line.setup = *setup;
    line.idle_octet = setup->idle ? 0xff : 0;
    REG(machine(SENDER, SM_PINCTRL)) = PINCTRL_SENDER;
    REG(machine(TAKER, SM_PINCTRL)) = PINCTRL_TAKER;
    /* The other half first: an open drain's pin is low whenever it drives, any other drives always. */
    execute(SENDER, INSTR_SET | (setup->open_drain ? 0 : INSTR_PINDIRS | 1));
    set_idle();
    connect(PIN_SAMPLE, GPIO_PIO0, pulls[setup->pull]);
    uint32_t inverted = setup->open_drain ? GPIO_OE_INVERTED : 0;
    uint32_t pad = (PAD_NO_PULL & ~(uint32_t)PAD_STRENGTHS) | strength(setup->strength) << PAD_STRENGTH;
    connect(PIN_SEND, GPIO_PIO0 | inverted, pad);
}

static void line_close(void *context)
{
    (void)context;
    connect(PIN_SEND, GPIO_NONE, PAD_PULL_DOWN);
    connect(PIN_SAMPLE, GPIO_NONE, PAD_PULL_DOWN);
}

static void write_program(unsigned at, const uint16_t *program, unsigned count)
{
    for (unsigned i = 0; i < count; i++) REG(PIO0 + PIO_INSTR_MEM0 + 4 * (at + i)) = program[i];
}

/* Where a program begins whose two waits come first. */
static unsigned entry(bool waits)
{
    if (!waits || line.run.trigger == NL_GPIO_AT_ONCE) return 2;
    return line.run.trigger == NL_GPIO_HIGH || line.run.trigger == NL_GPIO_LOW ? 1 : 0;
}

static void write_programs(void)
{
    bool high = line.run.trigger == NL_GPIO_RISING || line.run.trigger == NL_GPIO_HIGH;
    uint16_t then = (uint16_t)(INSTR_WAIT | (high ? INSTR_WAIT_HIGH : 0));
    uint16_t first = (uint16_t)(then ^ INSTR_WAIT_HIGH);
    struct pace send = pace_for(line.run.send_octets > 0 ? line.run.send_rate : ANY_RATE);
    struct pace take = pace_for(line.run.sample_octets > 0 ? line.run.sample_rate : ANY_RATE);
    uint32_t half = take.cycles / 2 - (line.run.trigger == NL_GPIO_AT_ONCE ? 0 : CYCLES_OF_WAIT);
    uint32_t out = INSTR_OUT | (line.setup.open_drain ? INSTR_PINDIRS : 0);
    const uint16_t sender[] = { first, then, (uint16_t)(out | (send.cycles - 1) << INSTR_DELAY) };
    const uint16_t taker[] = { first, then, (uint16_t)(INSTR_NOP | (half - 1) << INSTR_DELAY),
                               (uint16_t)(INSTR_IN | (take.cycles - 1) << INSTR_DELAY) };
    write_program(SEND, sender, sizeof sender / sizeof *sender);
    write_program(TAKE, taker, sizeof taker / sizeof *taker);
    REG(machine(SENDER, SM_CLKDIV)) = send.divider << 8;
    REG(machine(TAKER, SM_CLKDIV)) = take.divider << 8;
    REG(machine(SENDER, SM_EXECCTRL)) = (SEND + 2) << EXEC_WRAP_TOP | (SEND + 2) << EXEC_WRAP_BOTTOM;
    REG(machine(TAKER, SM_EXECCTRL)) = (TAKE + 3) << EXEC_WRAP_TOP | (TAKE + 3) << EXEC_WRAP_BOTTOM;
    REG(machine(SENDER, SM_SHIFTCTRL)) = SHIFT_AUTOPULL | SHIFT_PULL_8 | SHIFT_JOIN_TX;
    REG(machine(TAKER, SM_SHIFTCTRL)) = SHIFT_AUTOPUSH | SHIFT_PUSH_8;
}

static void empty_fifos(void)
{
    for (int i = 0; i < 8 && !(REG(PIO0 + PIO_FSTAT) & FSTAT_TX_EMPTY); i++) execute(SENDER, INSTR_PULL);
    for (int i = 0; i < 8 && !(REG(PIO0 + PIO_FSTAT) & FSTAT_RX_EMPTY); i++) (void)REG(PIO0 + PIO_RXF1);
}

static void line_start(void *context, const struct nl_gpio_run *run)
{
    (void)context;
    line.run = *run;
    line.started = false;
    line.send_end = line.sample_end = line.send_done = line.sample_done = 0;
    line.send_piece = line.sample_piece = 0;
    REG(PIO0 + PIO_CTRL) = 0;
    write_programs();
    REG(PIO0 + PIO_CTRL) = BOTH_RESTART;
    empty_fifos();
}

/* The next octets, if there are some and the channel has nothing to do. Interrupts are off. */
static void send_more(void)
{
    uint32_t count = line.send_end - line.send_done;
    if (line.send_piece > 0 || count == 0) return;
    bool last = line.send_end == line.run.send_octets;
    uint32_t base = DMA + DMA_CHANNEL_SIZE * DMA_LINE_TX;
    if (last) {
        uint32_t pad = DMA + DMA_CHANNEL_SIZE * DMA_LINE_PAD;
        REG(pad + DMA_READ_ADDR) = (uint32_t)&line.idle_octet;
        REG(pad + DMA_WRITE_ADDR) = PIO0 + PIO_TXF0;
        REG(pad + DMA_TRANS_COUNT) = 1;
        REG(pad + DMA_AL1_CTRL) =
            DMA_ENABLE | DMA_HIGH_PRIORITY | DMA_LINE_PAD << DMA_CHAIN_TO | DMA_DREQ_PIO0_TX0 | DMA_QUIET;
    }
    line.send_piece = count;
    REG(base + DMA_READ_ADDR) = (uint32_t)&send_ring[line.send_done % SEND_RING];
    REG(base + DMA_WRITE_ADDR) = PIO0 + PIO_TXF0;
    REG(base + DMA_TRANS_COUNT) = count;
    REG(base + DMA_CTRL_TRIG) = DMA_ENABLE | DMA_HIGH_PRIORITY | DMA_INCREMENT_READ |
                                SEND_RING_BITS << DMA_RING_BITS | DMA_DREQ_PIO0_TX0 |
                                (uint32_t)(last ? DMA_LINE_PAD : DMA_LINE_TX) << DMA_CHAIN_TO;
}

static void take_more(void)
{
    uint32_t count = line.sample_end - line.sample_done;
    if (line.sample_piece > 0 || count == 0) return;
    line.sample_piece = count;
    dma_start(DMA_LINE_RX, PIO0 + PIO_RXF1, (uint32_t)&sample_ring[line.sample_done % SAMPLE_RING], count,
              DMA_HIGH_PRIORITY | DMA_INCREMENT_WRITE | DMA_RING_WRITE | SAMPLE_RING_BITS << DMA_RING_BITS |
                  DMA_DREQ_PIO0_RX1);
}

void pio_line_dma(uint32_t done)
{
    if (done & DMA_SENDS) {
        line.send_done += line.send_piece;
        line.send_piece = 0;
        send_more();
    }
    if (done & DMA_TAKES) {
        line.sample_done += line.sample_piece;
        line.sample_piece = 0;
        take_more();
    }
    if (done & (DMA_SENDS | DMA_TAKES)) woken = true;
}

/* Both machines begin in one cycle, the sender with its first octet in hand. */
static void begin(void)
{
    uint32_t machines = 0;
    line.started = true;
    if (line.run.send_octets > 0) {
        for (int i = 0; i < SPINS && REG(PIO0 + PIO_FSTAT) & FSTAT_TX_EMPTY; i++) continue;
        execute(SENDER, INSTR_PULL);
        execute(SENDER, SEND + entry(line.run.send_at_trigger));
        machines |= 1u << SENDER;
    }
    if (line.run.sample_octets > 0) {
        execute(TAKER, TAKE + entry(true));
        machines |= 1u << TAKER;
    }
    REG(PIO0 + PIO_FDEBUG) = FDEBUG_ALL; /* Of the last run. */
    REG(PIO0 + PIO_CTRL) = BOTH_CLKDIV_RESTART | machines;
}

static void line_advance(void *context, uint32_t send_end, uint32_t sample_end)
{
    (void)context;
    interrupts_off();
    line.send_end = send_end;
    line.sample_end = sample_end;
    send_more();
    take_more();
    interrupts_on();
    if (!line.started) begin();
}

/* What a channel has moved, of whole pieces and of the one in hand. */
static uint32_t moved(enum dma_channel channel, const volatile uint32_t *done, const volatile uint32_t *piece)
{
    interrupts_off();
    uint32_t octets = *done;
    if (*piece > 0) octets += *piece - dma_left(channel);
    interrupts_on();
    return octets;
}

static void line_progress(void *context, struct nl_gpio_progress *progress)
{
    (void)context;
    /* The stalls first: what was moved after them was in time. */
    uint32_t stalls = REG(PIO0 + PIO_FDEBUG);
    bool all_given = line.send_done == line.run.send_octets && !dma_busy(DMA_LINE_PAD);
    bool stalled = (stalls & FDEBUG_TXSTALL) != 0;
    uint32_t given = moved(DMA_LINE_TX, &line.send_done, &line.send_piece);
    uint32_t held = (REG(PIO0 + PIO_FLEVEL) & 15) + (stalled ? 0 : 1);
    bool takes = line.run.sample_octets > 0;
    unsigned at = REG(machine(takes ? TAKER : SENDER, SM_ADDR)) & 31;

    *progress = (struct nl_gpio_progress){
        .sent = given > held ? given - held : 0,
        .sampled = moved(DMA_LINE_RX, &line.sample_done, &line.sample_piece),
        .sending = line.run.send_octets > 0 && !(stalled && all_given),
        .waiting = line.run.trigger != NL_GPIO_AT_ONCE && at < (takes ? TAKE : SEND) + 2u,
        .dry = stalled && !all_given,
        .full = (stalls & FDEBUG_RXSTALL) != 0,
    };
}

static void line_stop(void *context)
{
    (void)context;
    interrupts_off();
    REG(PIO0 + PIO_CTRL) = 0;
    dma_abort(DMA_SENDS | DMA_TAKES | 1u << DMA_LINE_PAD);
    REG(DMA + DMA_INTS0) = DMA_SENDS | DMA_TAKES;
    line.send_piece = line.sample_piece = 0;
    interrupts_on();
    set_idle();
}

const struct nl_gpio_hal pio_line = {
    .send_pin = PIN_SEND,
    .sample_pin = PIN_SAMPLE,
    .features = NL_GPIO_OPEN_DRAIN | NL_GPIO_SENDS_LONGER | NL_GPIO_SAMPLES_LONGER | NL_GPIO_TWO_RATES |
                NL_GPIO_STRENGTHS,
    .lowest_rate = 100,
    .highest_rate = 10000000,
    .send_ring = send_ring,
    .sample_ring = sample_ring,
    .send_size = SEND_RING,
    .sample_size = SAMPLE_RING,
    .open = line_open,
    .close = line_close,
    .rate = line_rate,
    .start = line_start,
    .advance = line_advance,
    .progress = line_progress,
    .stop = line_stop,
};
