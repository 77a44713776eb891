/* Levels out and in by an interrupt at twice the rate: at even ticks a level goes out, in between one is
 * taken. The peripherals that could do it by themselves are the W5500's (SPI2 and its DMA), or count edges
 * (RMT). An interrupt that comes a whole tick late has lost a sample: that is an underrun, or an overrun, and
 * ends the run.
 *
 *   tick       0      1      2      3      4
 *   out     send 0         send 1         send 2
 *   in             take 0         take 1             without a trigger
 *
 * With a trigger the first sample is the one in which it is seen, and every second tick from there. */
#include "tick_line.h"

#include "timer.h"
#include "wake.h"

enum {
    PIN_SEND = 0,
    PIN_SAMPLE = 1,
    PAD_PULL_DOWN_C3 = 1 << 7,
    PAD_DRIVE = 10, /* FUN_DRV: 5, 10, 20, 40 mA. */
    GPIO_ENABLE_CLEAR = 0x28,

    CONF = 0x00,
    UNIT0_OP = 0x04,
    UNIT0_LOW = 0x44,
    TARGET2_CONF = 0x3c,
    COMPARATOR2_LOAD = 0x58,
    INT_ENABLE = 0x64,
    INT_CLEAR = 0x6c,
    INT_STATUS = 0x70,
    CONF_TARGET2 = 1 << 22,
    TARGET_PERIODIC = 1 << 30,
    OP_UPDATE = 1 << 30,
    OP_VALID = 1 << 29,
    TARGET2 = 1 << 2,
    COUNTS_HZ = 16000000,
    WAIT_ROUNDS = 100,

    SEND_RING = 4096,
    SAMPLE_RING = 8192,
};

static uint8_t send_ring[SEND_RING], sample_ring[SAMPLE_RING];

static struct {
    struct nl_gpio_setup setup;
    struct nl_gpio_run run;
    bool running;
    volatile bool sending, waiting, dry, full;
    uint32_t period, next; /* Counts of the timer. */
    uint32_t tick;
    uint32_t take_phase; /* Of the ticks at which samples are taken. */
    volatile uint32_t send_end, sample_end;
    volatile uint32_t sent, sampled; /* Samples. */
    bool seen;                       /* The level at the last tick. */
} line;

static uint32_t counts(void)
{
    REG(SYSTIMER + UNIT0_OP) = OP_UPDATE;
    for (int i = 0; i < WAIT_ROUNDS && !(REG(SYSTIMER + UNIT0_OP) & OP_VALID); i++) continue;
    return REG(SYSTIMER + UNIT0_LOW);
}

static void drive(bool level)
{
    if (line.setup.open_drain)
        REG(GPIO + (uint32_t)(level ? GPIO_ENABLE_CLEAR : GPIO_ENABLE_SET)) = 1u << PIN_SEND;
    else
        REG(GPIO + (uint32_t)(level ? GPIO_OUT_SET : GPIO_OUT_CLEAR)) = 1u << PIN_SEND;
}

static bool look(void)
{
    return REG(GPIO + GPIO_IN) >> PIN_SAMPLE & 1;
}

static void line_open(void *context, const struct nl_gpio_setup *setup)
{
    (void)context;
    static const uint32_t pulls[] = { 0, PAD_PULL_UP, PAD_PULL_DOWN_C3 };
    uint32_t strength = setup->strength == 0 ? 1 : setup->strength < 10 ? 0 : setup->strength < 20 ? 1 : 2;
    line.setup = *setup;
    pad_function(PIN_SAMPLE, PAD_GPIO, PAD_INPUT | pulls[setup->pull]);
    REG(GPIO + GPIO_OUT_SELECT + 4 * PIN_SEND) = GPIO_SELECT_PLAIN;
    REG(GPIO + GPIO_OUT_CLEAR) = 1u << PIN_SEND;
    drive(setup->idle);
    if (!setup->open_drain) REG(GPIO + GPIO_ENABLE_SET) = 1u << PIN_SEND;
    pad_function(PIN_SEND, PAD_GPIO, PAD_INPUT | strength << PAD_DRIVE);
}

static void line_close(void *context)
{
    (void)context;
    REG(GPIO + GPIO_ENABLE_CLEAR) = 1u << PIN_SEND;
    pad_function(PIN_SAMPLE, PAD_GPIO, PAD_INPUT);
}

/* Of half a sample. */
static uint32_t period_of(uint32_t rate)
{
    return (COUNTS_HZ + rate) / (2 * rate);
}

static uint64_t line_rate(void *context, uint32_t rate)
{
    (void)context;
    return (uint64_t)COUNTS_HZ * 1000 / (2 * period_of(rate));
}

static void switch_off(void)
{
    REG(SYSTIMER + CONF) &= ~(uint32_t)CONF_TARGET2;
    REG(SYSTIMER + INT_ENABLE) &= ~(uint32_t)TARGET2;
    REG(SYSTIMER + INT_CLEAR) = TARGET2;
    line.running = false;
}

static void line_start(void *context, const struct nl_gpio_run *run)
{
    (void)context;
    line.run = *run;
    line.sending = run->send_octets > 0;
    line.waiting = run->trigger != NL_GPIO_AT_ONCE;
    line.dry = line.full = false;
    line.tick = line.sent = line.sampled = 0;
    line.take_phase = 1;
    line.send_end = line.sample_end = 0;
    line.seen = look();
    line.period = period_of(run->send_octets > 0 ? run->send_rate : run->sample_rate);
}

static bool at_trigger(bool before, bool now)
{
    switch (line.run.trigger) {
        case NL_GPIO_RISING: return !before && now;
        case NL_GPIO_FALLING: return before && !now;
        case NL_GPIO_HIGH: return now;
        case NL_GPIO_LOW: return !now;
        case NL_GPIO_AT_ONCE: break;
    }
    return true;
}

static void take(bool level)
{
    if (line.sampled == 8 * line.run.sample_octets) return;
    if (line.sampled == 8 * line.sample_end) {
        line.full = true;
        return;
    }
    uint8_t *octet = &sample_ring[line.sampled / 8 % SAMPLE_RING];
    *octet = (uint8_t)(*octet << 1 | level);
    line.sampled = line.sampled + 1;
}

static void put(void)
{
    if (line.sent == 8 * line.run.send_octets) {
        drive(line.setup.idle);
        line.sending = false;
    } else if (line.sent == 8 * line.send_end) {
        line.dry = true;
    } else {
        drive(send_ring[line.sent / 8 % SEND_RING] >> (7 - line.sent % 8) & 1);
        line.sent = line.sent + 1;
    }
}

static void do_tick(void)
{
    bool now = look();
    if (line.waiting && at_trigger(line.seen, now)) {
        line.waiting = false;
        line.take_phase = line.tick & 1;
    }
    line.seen = now;
    if (!line.waiting && (line.tick & 1) == line.take_phase) take(now);
    bool held = line.waiting && line.run.send_at_trigger;
    if ((line.tick & 1) == 0 && line.sending && !held) put();
    line.tick++;
}

void tick_line_interrupt(void)
{
    if (!line.running || !(REG(SYSTIMER + INT_STATUS) & TARGET2)) return;
    REG(SYSTIMER + INT_CLEAR) = TARGET2;
    line.next += line.period;
    if (!line.dry && !line.full) do_tick();
    /* The next tick is due already: this one was a whole tick late. */
    if ((int32_t)(counts() - line.next) >= 0) {
        if (line.sending) line.dry = true;
        if (line.run.sample_octets > 0 && !line.waiting) line.full = true;
    }
    bool over = !line.sending && line.sampled >= 8 * line.run.sample_octets;
    if (over || line.dry || line.full) {
        switch_off();
        woken = true;
    }
}

static void begin(void)
{
    interrupts_off();
    REG(SYSTIMER + TARGET2_CONF) = line.period;
    REG(SYSTIMER + TARGET2_CONF) = TARGET_PERIODIC | line.period;
    REG(SYSTIMER + COMPARATOR2_LOAD) = 1;
    REG(SYSTIMER + INT_CLEAR) = TARGET2;
    line.next = counts() + line.period;
    line.running = true;
    REG(SYSTIMER + INT_ENABLE) |= TARGET2;
    REG(SYSTIMER + CONF) |= CONF_TARGET2;
    interrupt_enable((enum source)SOURCE_SYSTIMER_2);
    interrupts_on();
}

static void line_advance(void *context, uint32_t send_end, uint32_t sample_end)
{
    (void)context;
    bool first = line.send_end == 0 && line.sample_end == 0;
    line.send_end = send_end;
    line.sample_end = sample_end;
    if (first) begin();
}

static void line_progress(void *context, struct nl_gpio_progress *progress)
{
    (void)context;
    *progress = (struct nl_gpio_progress){
        .sent = line.sent / 8,
        .sampled = line.sampled / 8,
        .sending = line.sending,
        .waiting = line.waiting,
        .dry = line.dry,
        .full = line.full,
    };
}

static void line_stop(void *context)
{
    (void)context;
    interrupts_off();
    switch_off();
    interrupts_on();
    drive(line.setup.idle);
}

const struct nl_gpio_hal tick_line = {
    .send_pin = PIN_SEND,
    .sample_pin = PIN_SAMPLE,
    .features = NL_GPIO_OPEN_DRAIN | NL_GPIO_SENDS_LONGER | NL_GPIO_SAMPLES_LONGER | NL_GPIO_STRENGTHS,
    .lowest_rate = 100,
    .highest_rate = 20000,
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
