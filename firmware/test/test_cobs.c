/* Against a slow and obvious coder, over random octets, alignments and pieces. */
#include "check.h"
#include "cobs.h"
#include "queue.h"

#include <string.h>

enum { LONGEST = 1700, CASES = 2000, SIZE = 4096 };

static size_t obvious_encode(const uint8_t *octets, size_t length, uint8_t *out)
{
    size_t code = 0, at = 1;
    unsigned run = 1;
    for (size_t i = 0; i < length; i++) {
        if (run == 255) {
            out[code] = 255;
            code = at++;
            run = 1;
        }
        if (octets[i] != 0) {
            out[at++] = octets[i];
            run++;
        } else {
            out[code] = (uint8_t)run;
            code = at++;
            run = 1;
        }
    }
    out[code] = (uint8_t)run;
    out[at++] = 0;
    return at;
}

static enum nl_cobs_end decode_in_pieces(struct nl_cobs_decoder *decoder, const uint8_t *octets,
                                         size_t length, uint32_t *seed)
{
    enum nl_cobs_end end = NL_COBS_MORE;
    for (size_t at = 0; at < length && end == NL_COBS_MORE;) {
        size_t piece = 1 + next_random(seed) % 97;
        if (piece > length - at) piece = length - at;
        at += nl_cobs_decode(decoder, octets + at, piece, &end);
    }
    return end;
}

static bool round_trip(uint32_t *seed)
{
    static uint8_t octets[SIZE], encoded[SIZE], wanted[SIZE], decoded[SIZE];
    size_t length = 1 + next_random(seed) % LONGEST, offset = next_random(seed) % 4;
    uint32_t zeros = 1u << next_random(seed) % 11;
    for (size_t i = 0; i < length; i++) {
        octets[offset + i] = next_random(seed) % zeros == 0 ? 0 : (uint8_t)(1 + next_random(seed) % 255);
    }
    struct nl_cobs_encoder encoder;
    size_t cut = next_random(seed) % (length + 1);
    nl_cobs_encode_begin(&encoder, encoded + offset);
    nl_cobs_encode(&encoder, octets + offset, cut);
    nl_cobs_encode(&encoder, octets + offset + cut, length - cut);
    size_t got = (size_t)(nl_cobs_encode_end(&encoder) - encoded) - offset;
    size_t expected = obvious_encode(octets + offset, length, wanted);
    if (got != expected || got > nl_cobs_bound(length) || memcmp(encoded + offset, wanted, got) != 0)
        return false;

    struct nl_cobs_decoder decoder;
    nl_cobs_decode_begin(&decoder, decoded + offset, length);
    if (decode_in_pieces(&decoder, encoded + offset, got, seed) != NL_COBS_FRAME) return false;
    if (decoder.length != length || memcmp(decoded + offset, octets + offset, length) != 0) return false;

    /* One octet less of room: it must not be written past, and the frame is lost. */
    decoded[offset + length - 1] = 0xaa;
    nl_cobs_decode_begin(&decoder, decoded + offset, length - 1);
    return decode_in_pieces(&decoder, encoded + offset, got, seed) == NL_COBS_OVERSIZED &&
           decoded[offset + length - 1] == 0xaa;
}

void test_cobs(void)
{
    uint32_t seed = 0x1badcafe;
    int bad = 0;
    for (int i = 0; i < CASES; i++) bad += !round_trip(&seed);
    check(bad == 0, "cobs: %d random frames come back, in any pieces and alignment", CASES);
}
