/* The raw line's samples as words of 32 levels, the first in the top bit, and such words as samples. A sample
 * is `stretch` levels long: 32, 16 or 1. */
#ifndef NL_LINE_WORDS_H
#define NL_LINE_WORDS_H

#include "gpio_line.h"

enum { LINE_WORD_BITS = 32 };

/* What is sent. A level of 0 is the idle one: the pin inverts where that is high. */
struct line_sender {
    const uint8_t *ring;
    uint32_t size; /* Of the ring: a power of two. */
    uint32_t stretch;
    bool idle;
    uint32_t octets;       /* Of samples, in all. */
    volatile uint32_t end; /* Octets before this one are in the ring. */
};

/* How many words all of it is. */
uint32_t line_words(const struct line_sender *sender);
/* Whole octets in the first `words`. */
uint32_t line_octets(const struct line_sender *sender, uint32_t words);
/* Word `n`, of which all before were asked for. False: not in the ring yet. */
bool line_word(const struct line_sender *sender, uint32_t n, uint32_t *word);

/* What is sampled. */
struct line_taker {
    uint8_t *ring;
    uint32_t size;
    uint32_t stretch;
    uint32_t octets;       /* In all. */
    volatile uint32_t end; /* Octets before this one find room. */

    uint32_t taken; /* Octets. */
    bool full;      /* One found none. */

    bool waiting; /* For the trigger. */
    bool wanted;  /* The level at it. */
    bool armed;   /* It may come: the other level was seen, if that has to be. */
    uint32_t steady;

    uint32_t skip;         /* Levels before the next sample. */
    uint32_t carry;        /* The word before this one. */
    bool carries;          /* There was one. */
    uint8_t partial, bits; /* Of the next octet. */
};

/* From the `skip`th level on, or from the trigger. `level`: what the line is at now. */
void line_taker_begin(struct line_taker *taker, const struct nl_gpio_run *run, uint32_t stretch,
                      uint32_t skip, bool level);
/* The next word came in. */
void line_take(struct line_taker *taker, uint32_t word);

#endif
