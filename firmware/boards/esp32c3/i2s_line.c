/* Levels as I2S0 shifts them (TRM §29) and GDMA carries them (TRM §2): two channels of 32 bits are one stream
 * without gaps, MSB alignment has no bit between a frame and the next, and BCK and WS need no pins.
 *
 *   send_ring --> out_words --GDMA--> FIFO --> I2SO_SD --GPIO matrix--> GPIO 0
 *   sample_ring <-- in_words <--GDMA-- FIFO <-- I2SI_SD <--GPIO matrix-- GPIO 1
 *
 * A word is 32 levels, the first in the top bit. A slow sample is 32 levels long, or 16: the divider does not
 * go as low as the line does, and a trigger is seen to that part of a sample. A fast one is a level.
 *
 * The receiver runs all the time of a run and is its clock: what it has taken in tells how far the
 * transmitter is. With something to send at once it has the transmitter's BCK and WS, so that word n is taken
 * while word n is sent. Else it has its own, and the transmitter begins at the trigger with its FIFO full.
 *
 * The transmitter never stops: `out_words` goes round and round, cleared behind what has left and filled with
 * what is loaded ahead of it. 0 is the idle level: the matrix inverts where that is high, so that a
 * transmitter that has nothing, or has not begun, idles.
 *
 * Invariants
 *  1. filled <= cleared <= gone + OUT_WORDS: nothing that has left goes out again.
 *  2. What is filled is filled LEAD words before its time: GDMA has read ahead by as much as the FIFOs hold.
 */
#include "i2s_line.h"

#include "i2s_registers.h"
#include "line_words.h"
#include "timer.h"
#include "wake.h"

enum {
    PIN_SEND = 0,
    PIN_SAMPLE = 1,
    PAD_DRIVE = 10, /* FUN_DRV: 5, 10, 20, 40 mA. */

    LOWEST_RATE = 100,
    /* TRM §29.6: a receiver with another's BCK wants eight of its clocks a bit, and its divider is at
       least 2. */
    HIGHEST_RATE = XTAL_HZ / 2 / 8,
    BCK_DIVIDER = 8,
    BCK_DIVIDER_SLOW = 64, /* The most, below what the first divider reaches. */
    CLKM_MOST = 255,

    OUT_WORDS = 512,
    LEAD = 192, /* FIFO 64, GDMA's own 16, a block twice and what the CPU may be late by. */
    IN_BLOCKS = 32,
    BLOCK_MOST = 16,
    BLOCKS_A_SECOND = 4000,
    IDLE_WORDS = 2, /* A frame, sent and taken in before the first sample. */
    FILL_ROUNDS = 100,

    SEND_RING = 16384,
    SAMPLE_RING = 32768,
};

static uint8_t send_ring[SEND_RING], sample_ring[SAMPLE_RING];
static volatile uint32_t out_words[OUT_WORDS], in_words[IN_BLOCKS * BLOCK_MOST]; /* GDMA's as well. */
static struct descriptor out_link, in_links[IN_BLOCKS];

static struct line_sender sender = { .ring = send_ring, .size = SEND_RING };
static struct line_taker taker = { .ring = sample_ring, .size = SAMPLE_RING };

static struct {
    bool idle; /* The level. */
    struct nl_gpio_run run;
    bool running, sends;

    uint32_t received; /* Words, since the receiver began. */
    uint32_t block;    /* How many come at a time. */
    unsigned in_next;  /* Of in_links. */
    bool late;         /* They were not taken in time. */

    /* Of the transmitter, in words since it began, which was when `base` were received. */
    bool transmits, ran_short;
    uint32_t base, cleared, filled, words; /* `words`: idle ones and samples. */
} line;

/* The divider of the crystal by 256, and of the clock that comes of it. */
struct pace {
    uint32_t clkm, bck, stretch;
};

static struct pace pace_for(uint32_t rate)
{
    struct pace pace = { .bck = BCK_DIVIDER, .stretch = LINE_WORD_BITS };
    if (rate > HIGHEST_RATE / pace.stretch) pace.stretch /= 2;
    if (rate > HIGHEST_RATE / pace.stretch) pace.stretch = 1;
    uint32_t levels = rate * pace.stretch;
    if (XTAL_HZ / BCK_DIVIDER / levels >= CLKM_MOST) pace.bck = BCK_DIVIDER_SLOW;
    uint64_t clock = (uint64_t)XTAL_HZ * FRACTION, one = (uint64_t)levels * pace.bck;
    pace.clkm = (uint32_t)((clock + one / 2) / one);
    return pace;
}

static uint64_t line_rate(void *context, uint32_t rate)
{
    (void)context;
    struct pace pace = pace_for(rate);
    uint64_t one = (uint64_t)pace.clkm * pace.bck * pace.stretch;
    return ((uint64_t)XTAL_HZ * FRACTION * 1000 + one / 2) / one;
}

/* The pin at its idle level, whatever the transmitter does. */
static void set_idle(void)
{
    REG(GPIO + (uint32_t)(line.idle ? GPIO_OUT_SET : GPIO_OUT_CLEAR)) = 1u << PIN_SEND;
    REG(GPIO + GPIO_OUT_SELECT + 4 * PIN_SEND) = GPIO_SELECT_PLAIN | GPIO_SELECT_ENABLE;
}

static void line_open(void *context, const struct nl_gpio_setup *setup)
{
    (void)context;
    static const uint32_t pulls[] = { 0, PAD_PULL_UP, PAD_PULL_DOWN };
    uint32_t strength = setup->strength == 0 ? 1 : setup->strength < 10 ? 0 : setup->strength < 20 ? 1 : 2;
    line.idle = setup->idle;
    pad_function(PIN_SAMPLE, PAD_GPIO, PAD_INPUT | pulls[setup->pull]);
    REG(GPIO + GPIO_IN_SELECT + 4 * SIGNAL_I2S_DATA) = GPIO_SELECT_MATRIX | PIN_SAMPLE;
    REG(GPIO + GPIO_PIN + 4 * PIN_SEND) = setup->open_drain ? GPIO_PIN_OPEN_DRAIN : 0;
    set_idle();
    REG(GPIO + GPIO_ENABLE_SET) = 1u << PIN_SEND;
    pad_function(PIN_SEND, PAD_GPIO, PAD_INPUT | strength << PAD_DRIVE);
}

static void line_close(void *context)
{
    (void)context;
    REG(GPIO + GPIO_ENABLE_CLEAR) = 1u << PIN_SEND;
    pad_function(PIN_SAMPLE, PAD_GPIO, PAD_INPUT);
}

/* Words of the transmitter that have left for certain. */
static uint32_t words_gone(void)
{
    return line.transmits && line.received > line.base ? line.received - line.base : 0;
}

static void refill(void)
{
    uint32_t gone = words_gone(), word;
    for (; line.cleared - gone < OUT_WORDS; line.cleared++) {
        out_words[line.cleared % OUT_WORDS] = 0;
    }
    while (!line.ran_short && line.filled < line.words && line.filled < line.cleared) {
        if (!line_word(&sender, line.filled - IDLE_WORDS, &word)) break;
        out_words[line.filled++ % OUT_WORDS] = word;
    }
    if (line.filled < line.words && line.filled < gone + LEAD) line.ran_short = true;
}

/* The pin is the transmitter's, which sends idle words first. */
static void transmit(uint32_t conf)
{
    REG(I2S0 + TX_CONF) = conf | CONF_START;
    uint32_t inverts = line.idle ? GPIO_SELECT_INVERT : 0;
    REG(GPIO + GPIO_OUT_SELECT + 4 * PIN_SEND) = SIGNAL_I2S_DATA | GPIO_SELECT_ENABLE | inverts;
    line.transmits = true;
}

/* All that has been received. */
static void catch_up(void)
{
    for (;;) {
        struct descriptor *in = &in_links[line.in_next];
        if (in->head & DESCRIPTOR_OF_GDMA) break;
        uint32_t count = descriptor_octets(in) / 4;
        for (uint32_t i = 0; i < count; i++, line.received++) line_take(&taker, in->buffer[i]);
        in->head = DESCRIPTOR_OF_GDMA | 4 * line.block;
        line.in_next = (line.in_next + 1) % IN_BLOCKS;
    }
    if (line.sends && !line.transmits && !taker.waiting) {
        /* It is later by what is received of the next block, and by what a start takes. */
        line.base = line.received + line.block + IDLE_WORDS;
        transmit(CONF_PLAIN | TX_STOP_EN);
    }
    if (line.sends) refill();
    /* Every block is full, and the CPU has come to none: the receiver has halted (TRM §2.4.5). */
    if (REG(GDMA + GDMA_INT_RAW) & GDMA_IN_DSCR_ERR) line.late = true;
}

static bool still_sending(void)
{
    return line.sends && words_gone() < line.words;
}

static bool ran_dry(void)
{
    return line.sends && ((line.ran_short && words_gone() >= line.filled) || (line.late && still_sending()));
}

static bool ran_over(void)
{
    return taker.full || (line.late && line.run.sample_octets > 0);
}

void i2s_line_interrupt(void)
{
    if (!line.running || !REG(GDMA + GDMA_INT_ST)) return;
    REG(GDMA + GDMA_INT_CLR) = GDMA_IN_DONE;
    catch_up();
    bool over = !still_sending() && taker.taken >= line.run.sample_octets;
    if (over || ran_dry() || ran_over()) woken = true;
}

static void line_start(void *context, const struct nl_gpio_run *run)
{
    (void)context;
    bool sends = run->send_octets > 0;
    struct pace pace = pace_for(sends ? run->send_rate : run->sample_rate);
    bool look = (REG(GPIO + GPIO_IN) >> PIN_SAMPLE & 1) != 0;

    line.running = line.transmits = line.ran_short = line.late = false;
    line.run = *run;
    line.sends = sends;
    line.received = line.base = line.cleared = 0;
    sender.stretch = pace.stretch;
    sender.idle = line.idle;
    sender.octets = run->send_octets;
    sender.end = 0;
    line.filled = IDLE_WORDS;
    line.words = IDLE_WORDS + line_words(&sender);
    line_taker_begin(&taker, run, pace.stretch, IDLE_WORDS * LINE_WORD_BITS + pace.stretch / 2, look);
    line.block = 2; /* A power of two, so that the largest EOF number falls on the end of a block. */
    uint32_t words = (sends ? run->send_rate : run->sample_rate) * pace.stretch / LINE_WORD_BITS;
    while (line.block < BLOCK_MOST && words / line.block > BLOCKS_A_SECOND) line.block *= 2;
}

/* `clkm`, `div`: the two registers of a unit's clock. */
static void set_clock(uint32_t clkm, uint32_t div, uint32_t divider, uint32_t gate)
{
    uint32_t b = divider % FRACTION, above = b > FRACTION / 2, z = above ? FRACTION - b : b;
    uint32_t x = z > 0 ? FRACTION / z - 1 : 0, y = z > 0 ? FRACTION % z : 1;
    REG(I2S0 + clkm) = gate | CLKM_ACTIVE | divider / FRACTION;
    REG(I2S0 + div) = above << CLKM_DIV_YN1 | x << CLKM_DIV_X | y << CLKM_DIV_Y | z;
}

static void link_rings(void)
{
    for (unsigned i = 0; i < IN_BLOCKS; i++) {
        in_links[i] = (struct descriptor){ .head = DESCRIPTOR_OF_GDMA | 4 * line.block,
                                           .buffer = &in_words[i * line.block],
                                           .next = &in_links[(i + 1) % IN_BLOCKS] };
    }
    out_link = (struct descriptor){
        .head =
            DESCRIPTOR_OF_GDMA | DESCRIPTOR_EOF | sizeof out_words << DESCRIPTOR_LENGTH | sizeof out_words,
        .buffer = out_words,
        .next = &out_link,
    };
    line.in_next = 0;
}

/* The transmitter's FIFO is full, then both begin. */
static void begin(void)
{
    bool together = line.sends && !line.run.send_at_trigger;
    struct pace pace = pace_for(line.sends ? line.run.send_rate : line.run.sample_rate);
    uint32_t conf1 = CONF1_WORDS | (pace.bck - 1) << CONF1_BCK_DIV;
    uint32_t transmitter = CONF_PLAIN | TX_STOP_EN | (uint32_t)(together ? TX_SIG_LOOPBACK : 0);
    uint32_t receiver = CONF_PLAIN | (uint32_t)(together ? CONF_SLAVE : 0);

    i2s_reset();
    link_rings();
    /* With BCK from the transmitter its own clock only has to be fast enough. */
    set_clock(RX_CLKM_CONF, RX_CLKM_DIV_CONF, together ? 2 * FRACTION : pace.clkm, 0);
    set_clock(TX_CLKM_CONF, TX_CLKM_DIV_CONF, pace.clkm, CLKM_GATE);
    i2s_configure(RX_CONF, receiver, conf1);
    i2s_configure(TX_CONF, transmitter, conf1 | TX_CONF1_BCK_NO_DELAY);
    gdma_configure();
    gdma_begin(GDMA_IN_LINK, GDMA_IN_START, &in_links[0]);
    if (line.sends) {
        refill();
        gdma_begin(GDMA_OUT_LINK, GDMA_OUT_START, &out_link);
        for (int i = 0; i < FILL_ROUNDS; i++) (void)REG(GDMA + GDMA_OUTFIFO_STATUS);
    }
    interrupt_enable(SOURCE_GDMA_0);
    interrupts_off();
    line.running = true;
    REG(I2S0 + RX_CONF) = receiver | CONF_START;
    if (together) transmit(transmitter);
    interrupts_on();
}

static void line_advance(void *context, uint32_t send_end, uint32_t sample_end)
{
    (void)context;
    interrupts_off();
    sender.end = send_end;
    taker.end = sample_end;
    if (line.running && line.sends) refill();
    interrupts_on();
    if (!line.running) begin();
}

/* Octets of samples that have left. */
static uint32_t octets_sent(void)
{
    uint32_t gone = words_gone();
    if (gone > line.filled) gone = line.filled;
    return gone > IDLE_WORDS ? line_octets(&sender, gone - IDLE_WORDS) : 0;
}

static void line_progress(void *context, struct nl_gpio_progress *progress)
{
    (void)context;
    interrupts_off();
    if (line.running) catch_up();
    *progress = (struct nl_gpio_progress){
        .sent = line.sends ? octets_sent() : 0,
        .sampled = taker.taken,
        .sending = still_sending(),
        .waiting = taker.waiting,
        .dry = ran_dry(),
        .full = ran_over(),
    };
    interrupts_on();
}

static void line_stop(void *context)
{
    (void)context;
    interrupts_off();
    set_idle();
    i2s_stop();
    line.running = false;
    interrupts_on();
}

const struct nl_gpio_hal i2s_line = {
    .send_pin = PIN_SEND,
    .sample_pin = PIN_SAMPLE,
    .features = NL_GPIO_OPEN_DRAIN | NL_GPIO_SENDS_LONGER | NL_GPIO_SAMPLES_LONGER | NL_GPIO_STRENGTHS,
    .lowest_rate = LOWEST_RATE,
    .highest_rate = HIGHEST_RATE,
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
