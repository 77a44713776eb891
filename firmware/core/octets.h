/* Big-endian fields in octets, and aligned words for the loops that run over whole frames. */
#ifndef NL_OCTETS_H
#define NL_OCTETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline uint16_t nl_get16(const uint8_t *p)
{
    return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

static inline uint32_t nl_get32(const uint8_t *p)
{
    return ((uint32_t)nl_get16(p) << 16) | nl_get16(p + 2);
}

static inline void nl_put16(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

static inline void nl_put32(uint8_t *p, uint32_t value)
{
    nl_put16(p, value >> 16);
    nl_put16(p + 2, value);
}

/* The word loops take the first octet from the low end. Every target of netlab is little-endian. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the word loops assume little-endian");

typedef uint32_t __attribute__((__may_alias__)) nl_word;

static inline bool nl_aligned(const void *p)
{
    return ((uintptr_t)p & 3u) == 0;
}

/* True when one of the word's four octets is zero (Mycroft's test; exact as a yes or no). */
static inline bool nl_word_has_zero(uint32_t word)
{
    return ((word - 0x01010101u) & ~word & 0x80808080u) != 0;
}

static inline void nl_store_word(uint8_t *out, uint32_t word)
{
    out[0] = (uint8_t)word;
    out[1] = (uint8_t)(word >> 8);
    out[2] = (uint8_t)(word >> 16);
    out[3] = (uint8_t)(word >> 24);
}

#endif
