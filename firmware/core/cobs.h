/* Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999), resumable in both directions. */
#ifndef NL_COBS_H
#define NL_COBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Never less than what `count` octets become, delimiter included. (A shift: the M0+ has no divider.) */
static inline size_t nl_cobs_bound(size_t count)
{
    return count + (count >> 7) + 2;
}

struct nl_cobs_encoder {
    uint8_t *code; /* Where the code of the block that is being filled will stand. */
    uint8_t *out;
    uint32_t run; /* That code so far: octets of the block, plus one. 255 is a full block. */
};

void nl_cobs_encode_begin(struct nl_cobs_encoder *encoder, uint8_t *out);
void nl_cobs_encode(struct nl_cobs_encoder *encoder, const uint8_t *octets, size_t count);

/* Ends the frame with its 0x00. Returns the end of what was written. */
uint8_t *nl_cobs_encode_end(struct nl_cobs_encoder *encoder);

enum nl_cobs_end {
    NL_COBS_MORE,      /* No 0x00 yet. */
    NL_COBS_FRAME,     /* `length` octets stand at `out`. */
    NL_COBS_EMPTY,     /* Two 0x00 in a row. */
    NL_COBS_BAD,       /* A code ran past the 0x00. */
    NL_COBS_OVERSIZED, /* More than `capacity` octets came; all up to the 0x00 were dropped. */
};

struct nl_cobs_decoder {
    uint8_t *out;
    size_t capacity;
    size_t length;
    uint8_t left;      /* Octets that the present block still has. */
    bool zero_pending; /* The block before ended in a zero, unless the frame ends here. */
    bool oversized;
    bool begun;
};

/* Starts a frame. What was gathered is forgotten. */
void nl_cobs_decode_begin(struct nl_cobs_decoder *decoder, uint8_t *out, size_t capacity);

/* Takes octets up to and including the next 0x00, or all. Returns how many; `*end` says what came of it.
 * After any end but MORE call nl_cobs_decode_begin(). */
size_t nl_cobs_decode(struct nl_cobs_decoder *decoder, const uint8_t *octets, size_t count,
                      enum nl_cobs_end *end);

#endif
