/* The raw line's words (esp32c3): samples into levels and back, against one level at a time. */
#include "check.h"

#include "../boards/esp32c3/line_words.h"

#include <string.h>

enum { RING = 64, OCTETS = 40, WORDS = 8 * OCTETS };

static const uint32_t stretches[] = { 1, 16, 32 };

static void fill(uint8_t *octets, unsigned count)
{
    for (unsigned i = 0; i < count; i++) octets[i] = (uint8_t)next_random();
}

static unsigned level_of(const uint8_t *octets, unsigned sample)
{
    return (unsigned)octets[sample / 8] >> (7 - sample % 8) & 1;
}

static unsigned level_in(const uint32_t *words, unsigned level)
{
    return words[level / 32] >> (31 - level % 32) & 1u;
}

/* Each sample is its levels, idle ones are 0, and behind the last octet there are only those. */
static bool sends(uint32_t stretch, bool idle, uint32_t octets)
{
    uint8_t ring[RING];
    uint32_t words[WORDS];
    struct line_sender sender = {
        .ring = ring, .size = RING, .stretch = stretch, .idle = idle, .octets = octets
    };
    fill(ring, RING);
    uint32_t count = line_words(&sender);
    if (line_word(&sender, 0, &words[0])) return false;
    sender.end = octets;
    for (uint32_t n = 0; n < count; n++) {
        if (!line_word(&sender, n, &words[n])) return false;
    }
    for (uint32_t i = 0; i < 32 * count; i++) {
        unsigned wanted = i / stretch < 8 * octets ? level_of(ring, i / stretch) != idle : 0;
        if (level_in(words, i) != wanted) return false;
    }
    return line_octets(&sender, count) == octets && line_octets(&sender, 0) == 0;
}

/* What came in by words of `levels`, taken from the trigger or from `skip` on. */
static struct line_taker take(uint8_t *ring, const uint32_t *levels, const struct nl_gpio_run *run,
                              uint32_t stretch, uint32_t skip, bool level)
{
    struct line_taker taker = { .ring = ring, .size = RING };
    line_taker_begin(&taker, run, stretch, skip, level);
    taker.end = run->sample_octets;
    for (unsigned n = 0; n < WORDS; n++) line_take(&taker, levels[n]);
    return taker;
}

static bool holds(const struct line_taker *taker, const uint32_t *levels, uint32_t first)
{
    for (uint32_t i = 0; i < 8 * taker->octets; i++) {
        if (level_of(taker->ring, i) != level_in(levels, first + i * taker->stretch)) return false;
    }
    return !taker->waiting && !taker->full && taker->taken == taker->octets;
}

static bool takes_from(uint32_t stretch, uint32_t skip)
{
    uint8_t ring[RING] = { 0 };
    uint32_t levels[WORDS];
    struct nl_gpio_run run = { .sample_octets = 1 + next_random() % 7 };
    fill((uint8_t *)levels, sizeof levels);
    struct line_taker taker = take(ring, levels, &run, stretch, skip, false);
    return holds(&taker, levels, skip);
}

/* A line that changes to `wanted` at `at`, and does what it likes afterwards. */
static bool triggers(uint32_t stretch, bool wanted, uint32_t at)
{
    uint8_t ring[RING] = { 0 };
    uint32_t levels[WORDS];
    struct nl_gpio_run run = { .sample_octets = 5, .trigger = wanted ? NL_GPIO_RISING : NL_GPIO_FALLING };
    fill((uint8_t *)levels, sizeof levels);
    for (uint32_t i = 0; i < at + 32; i++) {
        uint32_t bit = 1u << (31 - i % 32);
        bool high = (i >= at) == wanted;
        levels[i / 32] = high ? levels[i / 32] | bit : levels[i / 32] & ~bit;
    }
    struct line_taker taker = take(ring, levels, &run, stretch, 0, !wanted);
    return holds(&taker, levels, at + stretch / 2);
}

/* One level alone is no trigger where a sample has many; and an edge is none without the level before it. */
static bool ignores(void)
{
    uint8_t ring[RING] = { 0 };
    uint32_t levels[WORDS];
    struct nl_gpio_run run = { .sample_octets = 1, .trigger = NL_GPIO_RISING };
    for (unsigned n = 0; n < WORDS; n++) levels[n] = 0x01000180;
    struct line_taker glitches = take(ring, levels, &run, 32, 0, false);
    memset(levels, 0xff, sizeof levels);
    struct line_taker high = take(ring, levels, &run, 1, 0, true);
    run.trigger = NL_GPIO_HIGH;
    struct line_taker at_once = take(ring, levels, &run, 1, 0, true);
    return glitches.waiting && high.waiting && holds(&at_once, levels, 0);
}

/* No more than there is room for, and no more than is wanted. */
static bool stops(void)
{
    uint8_t ring[RING] = { 0 };
    struct line_taker taker = { .ring = ring, .size = RING };
    struct nl_gpio_run run = { .sample_octets = 7 };
    line_taker_begin(&taker, &run, 1, 0, false);
    taker.end = 6;
    line_take(&taker, ~0u);
    bool fits = !taker.full && taker.taken == 4;
    line_take(&taker, ~0u);
    bool full = taker.full && taker.taken == 6 && ring[6] == 0;
    taker.end = 7;
    taker.full = false;
    line_take(&taker, ~0u);
    return fits && full && !taker.full && taker.taken == 7 && ring[7] == 0;
}

void test_line_words(void)
{
    bool sent = true, taken = true, triggered = true;
    for (unsigned i = 0; i < 3; i++) {
        for (uint32_t octets = 1; octets <= OCTETS; octets++) {
            sent = sent && sends(stretches[i], false, octets) && sends(stretches[i], true, octets);
        }
        for (uint32_t at = 0; at < 100; at++) {
            taken = taken && takes_from(stretches[i], at);
            triggered = triggered && triggers(stretches[i], true, at) && triggers(stretches[i], false, at);
        }
    }
    check(sent, "makes words of samples, and idles behind them");
    check(taken, "makes samples of words, from any level on");
    check(triggered, "finds an edge wherever it is");
    check(ignores(), "takes no glitch for a trigger, nor a level for an edge");
    check(stops(), "keeps what it has room for, and what is wanted");
}
