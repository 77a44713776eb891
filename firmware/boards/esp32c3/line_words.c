#include "line_words.h"

enum { STEADY = 3 /* Levels until one is believed, where a sample has many. */ };

uint32_t line_words(const struct line_sender *sender)
{
    uint32_t octets = sender->octets, words_an_octet = sender->stretch / 4;
    return words_an_octet > 0 ? octets * words_an_octet : octets / 4 + (octets % 4 != 0);
}

uint32_t line_octets(const struct line_sender *sender, uint32_t words)
{
    uint32_t words_an_octet = sender->stretch / 4;
    uint32_t octets = words_an_octet > 0 ? words / words_an_octet : 4 * words;
    return octets < sender->octets ? octets : sender->octets;
}

static uint32_t as_sent(const struct line_sender *sender, uint32_t levels)
{
    return sender->idle ? ~levels : levels;
}

static bool stretched_word(const struct line_sender *sender, uint32_t n, uint32_t *word)
{
    uint32_t count = LINE_WORD_BITS / sender->stretch, levels = 0;
    if (n * count / 8 >= sender->end) return false;
    uint32_t octet = sender->ring[n * count / 8 % sender->size]; /* All are in one. */
    for (uint32_t i = n * count; i < (n + 1) * count; i++) {
        uint32_t sample = octet >> (7 - i % 8) & 1 ? ~0u >> (LINE_WORD_BITS - sender->stretch) : 0;
        levels = levels << (sender->stretch - 1) << 1 | sample;
    }
    *word = as_sent(sender, levels);
    return true;
}

static bool plain_word(const struct line_sender *sender, uint32_t n, uint32_t *word)
{
    uint32_t at = 4 * n, left = sender->octets - at;
    if (sender->end - at < (left < 4 ? left : 4)) return false;
    const uint8_t *octets = &sender->ring[at % sender->size]; /* A whole word lies in the ring. */
    uint32_t high = (uint32_t)octets[0] << 8 | octets[1], low = (uint32_t)octets[2] << 8 | octets[3];
    *word = as_sent(sender, high << 16 | low);
    if (left < 4) *word &= ~(~0u >> 8 * left); /* Behind the last octet the line idles. */
    return true;
}

bool line_word(const struct line_sender *sender, uint32_t n, uint32_t *word)
{
    return sender->stretch > 1 ? stretched_word(sender, n, word) : plain_word(sender, n, word);
}

void line_taker_begin(struct line_taker *taker, const struct nl_gpio_run *run, uint32_t stretch,
                      uint32_t skip, bool level)
{
    bool edge = run->trigger == NL_GPIO_RISING || run->trigger == NL_GPIO_FALLING;
    taker->stretch = stretch;
    taker->octets = run->sample_octets;
    taker->end = taker->taken = taker->steady = 0;
    taker->waiting = run->trigger != NL_GPIO_AT_ONCE;
    taker->wanted = run->trigger == NL_GPIO_RISING || run->trigger == NL_GPIO_HIGH;
    taker->armed = !edge || level != taker->wanted;
    taker->skip = skip;
    taker->full = taker->carries = false;
    taker->bits = 0;
}

static void keep_octet(struct line_taker *taker, uint8_t octet)
{
    if (taker->taken == taker->octets) return;
    if (taker->taken == taker->end) {
        taker->full = true;
        return;
    }
    taker->ring[taker->taken % taker->size] = octet;
    taker->taken++;
}

static void keep_word(struct line_taker *taker, uint32_t samples)
{
    if (taker->end - taker->taken < 4) {
        for (int shift = 24; shift >= 0; shift -= 8) keep_octet(taker, (uint8_t)(samples >> shift));
        return;
    }
    uint8_t *to = &taker->ring[taker->taken % taker->size]; /* A whole word lies in the ring. */
    to[0] = (uint8_t)(samples >> 24);
    to[1] = (uint8_t)(samples >> 16);
    to[2] = (uint8_t)(samples >> 8);
    to[3] = (uint8_t)samples;
    taker->taken += 4;
}

static void keep_level(struct line_taker *taker, uint32_t level)
{
    taker->partial = (uint8_t)((uint32_t)taker->partial << 1 | level);
    if (++taker->bits < 8) return;
    taker->bits = 0;
    keep_octet(taker, taker->partial);
}

static void keep(struct line_taker *taker, uint32_t word)
{
    uint32_t skip = taker->skip;
    if (skip < LINE_WORD_BITS && taker->stretch > 1) {
        for (; skip < LINE_WORD_BITS; skip += taker->stretch)
            keep_level(taker, word >> (LINE_WORD_BITS - 1 - skip) & 1);
    }
    if (skip >= LINE_WORD_BITS) {
        taker->skip = skip - LINE_WORD_BITS;
        return;
    }
    /* A level is a sample: as many of this word as make one with what was left of the last. */
    if (skip == 0)
        keep_word(taker, word);
    else if (taker->carries)
        keep_word(taker, taker->carry << skip | word >> (LINE_WORD_BITS - skip));
    taker->carry = word;
    taker->carries = true;
}

/* Looks for the trigger; where it is, is the first sample: half a sample on, or where it was seen. */
static void seek(struct line_taker *taker, uint32_t word)
{
    uint32_t other = taker->wanted ? 0 : ~0u, believed = taker->stretch > 1 ? STEADY : 1;
    if (word == other) {
        taker->armed = true;
        taker->steady = 0;
        return;
    }
    if (word == ~other && !taker->armed) return;
    for (uint32_t bit = 0; bit < LINE_WORD_BITS; bit++) {
        if ((word >> (LINE_WORD_BITS - 1 - bit) & 1) != taker->wanted) {
            taker->armed = true;
            taker->steady = 0;
        } else if (taker->armed && ++taker->steady == believed) {
            taker->waiting = false;
            taker->skip = bit + 1 - believed + taker->stretch / 2;
            return;
        }
    }
}

void line_take(struct line_taker *taker, uint32_t word)
{
    if (taker->waiting) seek(taker, word);
    if (!taker->waiting) keep(taker, word);
}
