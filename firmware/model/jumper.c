#include "jumper.h"

static const uint64_t SECOND_NS = 1000000000;

/* What the sampling pin sees of a level that the sending pin puts on the wire. */
static bool seen(const struct jumper *jumper, bool level)
{
    if (jumper->driven && !(jumper->setup.open_drain && level)) return level;
    return jumper->setup.pull == NL_GPIO_PULL_UP;
}

static bool sent_level(const struct jumper *jumper, uint64_t index)
{
    uint64_t end = 8 * (uint64_t)jumper->send_end;
    if (index >= end) return seen(jumper, jumper->setup.idle);
    uint8_t octet = jumper->send_ring[index / 8 % JUMPER_RING];
    return seen(jumper, octet >> (7 - index % 8) & 1);
}

/* Whole periods of the rate in a time. */
static uint64_t periods(uint64_t time, uint32_t rate)
{
    return time / SECOND_NS * rate + time % SECOND_NS * rate / SECOND_NS;
}

static bool level_at(const struct jumper *jumper, uint64_t time)
{
    if (!jumper->send_begun || time < jumper->send_from) return seen(jumper, jumper->setup.idle);
    return sent_level(jumper, periods(time - jumper->send_from, jumper->run.send_rate));
}

static void trigger(struct jumper *jumper, uint64_t at)
{
    if (jumper->run.sample_octets > 0) {
        jumper->sample_begun = true;
        jumper->sample_from = at;
    }
    if (jumper->run.send_at_trigger) {
        jumper->send_begun = true;
        jumper->send_from = at;
    }
}

static bool wanted_level(const struct jumper *jumper)
{
    return jumper->run.trigger == NL_GPIO_RISING || jumper->run.trigger == NL_GPIO_HIGH;
}

static bool waiting(const struct jumper *jumper)
{
    if (jumper->run.trigger == NL_GPIO_AT_ONCE) return false;
    return jumper->run.sample_octets > 0 ? !jumper->sample_begun : !jumper->send_begun;
}

/* Nobody but itself moves the wire: it looks at each sample that it sends. */
static void seek(struct jumper *jumper, uint64_t now)
{
    if (!jumper->send_begun) return;
    uint64_t end = periods(now - jumper->send_from, jumper->run.send_rate) + 1;
    uint64_t last = 8 * (uint64_t)jumper->send_end + 1;
    if (end > last) end = last;
    for (; jumper->sought < end && waiting(jumper); jumper->sought++) {
        bool level = sent_level(jumper, jumper->sought), before = jumper->sought_level;
        jumper->sought_level = level;
        if (level == before || level != wanted_level(jumper)) continue;
        uint64_t rate = jumper->run.send_rate;
        /* The first nanosecond of that sample. */
        trigger(jumper, jumper->send_from + (jumper->sought * SECOND_NS + rate - 1) / rate);
    }
}

static void take_samples(struct jumper *jumper, uint64_t until)
{
    uint64_t total = 8 * (uint64_t)jumper->run.sample_octets, rate = jumper->run.sample_rate;
    while (jumper->sample_begun && jumper->sampled < total) {
        uint64_t at = jumper->sample_from + (2 * (uint64_t)jumper->sampled + 1) * (SECOND_NS / 2) / rate;
        if (at > until) return;
        if (jumper->sampled >= 8 * (uint64_t)jumper->sample_end) {
            jumper->full = true;
            return;
        }
        uint8_t *octet = &jumper->sample_ring[jumper->sampled / 8 % JUMPER_RING];
        *octet = (uint8_t)(*octet << 1 | level_at(jumper, at));
        jumper->sampled++;
    }
}

static void open_line(void *context, const struct nl_gpio_setup *setup)
{
    struct jumper *jumper = context;
    jumper->setup = *setup;
    jumper->driven = true;
}

static void close_line(void *context)
{
    ((struct jumper *)context)->driven = false;
}

static uint64_t rate_of(void *context, uint32_t rate)
{
    (void)context;
    return (uint64_t)rate * 1000;
}

static void start(void *context, const struct nl_gpio_run *run)
{
    struct jumper *jumper = context;
    jumper->run = *run;
    jumper->began = jumper->now_ns(jumper->clock);
    jumper->send_begun = jumper->sample_begun = jumper->dry = jumper->full = false;
    jumper->send_end = jumper->sample_end = 0;
    jumper->sampled = 0;
    jumper->sought = 0;
    jumper->running = true;
    jumper->sought_level = seen(jumper, jumper->setup.idle);
    if (run->send_octets > 0 && !run->send_at_trigger) {
        jumper->send_begun = true;
        jumper->send_from = jumper->began;
    }
    if (run->trigger == NL_GPIO_AT_ONCE) {
        jumper->sample_begun = run->sample_octets > 0;
        jumper->sample_from = jumper->began;
    }
}

static void advance(void *context, uint32_t send_end, uint32_t sample_end)
{
    struct jumper *jumper = context;
    bool level = jumper->run.trigger == NL_GPIO_HIGH || jumper->run.trigger == NL_GPIO_LOW;
    bool first = jumper->send_end == 0 && jumper->sample_end == 0;
    jumper->send_end = send_end;
    jumper->sample_end = sample_end;
    if (first && level && level_at(jumper, jumper->began) == wanted_level(jumper)) {
        trigger(jumper, jumper->began);
    }
}

static void progress(void *context, struct nl_gpio_progress *told)
{
    struct jumper *jumper = context;
    uint64_t now = jumper->now_ns(jumper->clock);
    uint64_t sent = 0, total = 8 * (uint64_t)jumper->run.send_octets;

    if (waiting(jumper)) seek(jumper, now);
    if (jumper->send_begun) {
        uint64_t end = 8 * (uint64_t)jumper->send_end;
        sent = periods(now - jumper->send_from, jumper->run.send_rate);
        jumper->dry = sent >= end && end < total;
        if (sent > end) sent = end;
    }
    take_samples(jumper, now);
    *told = (struct nl_gpio_progress){
        .sent = (uint32_t)(sent / 8),
        .sampled = jumper->sampled / 8,
        .sending = sent < total,
        .waiting = waiting(jumper),
        .dry = jumper->dry,
        .full = jumper->full,
    };
}

static void stop(void *context)
{
    ((struct jumper *)context)->running = false;
}

void jumper_init(struct jumper *jumper, uint64_t (*now_ns)(void *clock), void *clock)
{
    *jumper = (struct jumper){ .now_ns = now_ns, .clock = clock };
    jumper->hal = (struct nl_gpio_hal){
        .context = jumper,
        .send_pin = 2,
        .sample_pin = 3,
        .features = NL_GPIO_OPEN_DRAIN | NL_GPIO_SENDS_LONGER | NL_GPIO_SAMPLES_LONGER | NL_GPIO_TWO_RATES,
        .lowest_rate = 100,
        .highest_rate = 1000000,
        .send_ring = jumper->send_ring,
        .sample_ring = jumper->sample_ring,
        .send_size = JUMPER_RING,
        .sample_size = JUMPER_RING,
        .open = open_line,
        .close = close_line,
        .rate = rate_of,
        .start = start,
        .advance = advance,
        .progress = progress,
        .stop = stop,
    };
}
