#include "cobs.h"

#include "octets.h"

enum { FULL_BLOCK = 255 };

/* Copies whole words up to `limit` octets or the first that holds a zero; 4 Cortex-M0+ instructions an
 * octet, and not inlined since those have eight registers to loop with. `in` is aligned, `out` need not
 * be. Returns how many octets it copied. */
__attribute__((noinline)) static size_t copy_nonzero_words(uint8_t *out, const uint8_t *in, size_t limit)
{
    const nl_word *at = (const nl_word *)(const void *)in, *end = at + limit / 4;
    for (; at != end; at++, out += 4) {
        uint32_t word = *at;
        if (nl_word_has_zero(word)) break;
        nl_store_word(out, word);
    }
    return (size_t)((const uint8_t *)at - in);
}

void nl_cobs_encode_begin(struct nl_cobs_encoder *encoder, uint8_t *out)
{
    encoder->code = out;
    encoder->out = out + 1;
    encoder->run = 1;
}

/* A full block stands without a zero after it, so the next one is opened only when more octets come. */
static uint8_t *next_block(struct nl_cobs_encoder *encoder, uint8_t *out, uint32_t run)
{
    *encoder->code = (uint8_t)run;
    encoder->code = out;
    return out + 1;
}

void nl_cobs_encode(struct nl_cobs_encoder *encoder, const uint8_t *octets, size_t count)
{
    const uint8_t *end = octets + count;
    uint8_t *out = encoder->out;
    uint32_t run = encoder->run;

    while (octets != end) {
        if (nl_aligned(octets)) {
            size_t limit = (size_t)(FULL_BLOCK - run);
            if ((size_t)(end - octets) < limit) limit = (size_t)(end - octets);
            size_t copied = copy_nonzero_words(out, octets, limit);
            octets += copied;
            out += copied;
            run += (uint32_t)copied;
            if (octets == end) break;
        }
        if (run == FULL_BLOCK) {
            out = next_block(encoder, out, run);
            run = 1;
        }
        uint8_t octet = *octets++;
        if (octet == 0) {
            out = next_block(encoder, out, run);
            run = 1;
        } else {
            *out++ = octet;
            run++;
        }
    }
    encoder->out = out;
    encoder->run = run;
}

uint8_t *nl_cobs_encode_end(struct nl_cobs_encoder *encoder)
{
    *encoder->code = (uint8_t)encoder->run;
    *encoder->out++ = 0;
    return encoder->out;
}

void nl_cobs_decode_begin(struct nl_cobs_decoder *decoder, uint8_t *out, size_t capacity)
{
    /* Field by field: for a whole struct gcc calls memset, once a frame. */
    decoder->out = out;
    decoder->capacity = capacity;
    decoder->length = 0;
    decoder->left = 0;
    decoder->zero_pending = decoder->oversized = decoder->begun = false;
}

/* Copies what the block still has, up to a 0x00. Returns where it stopped reading. */
static const uint8_t *copy_block(struct nl_cobs_decoder *decoder, const uint8_t *octets, const uint8_t *end)
{
    uint8_t *out = decoder->out + decoder->length;
    uint32_t left = decoder->left;
    if ((size_t)(end - octets) > left) end = octets + left;

    while (octets != end) {
        if (nl_aligned(octets)) {
            size_t copied = copy_nonzero_words(out, octets, (size_t)(end - octets));
            octets += copied;
            out += copied;
            left -= (uint32_t)copied;
            if (octets == end) break;
        }
        if (*octets == 0) break;
        *out++ = *octets++;
        left--;
    }
    decoder->length = (size_t)(out - decoder->out);
    decoder->left = (uint8_t)left;
    return octets;
}

static enum nl_cobs_end ended(const struct nl_cobs_decoder *decoder)
{
    if (decoder->oversized) return NL_COBS_OVERSIZED;
    if (!decoder->begun) return NL_COBS_EMPTY;
    return decoder->left == 0 ? NL_COBS_FRAME : NL_COBS_BAD;
}

size_t nl_cobs_decode(struct nl_cobs_decoder *decoder, const uint8_t *octets, size_t count,
                      enum nl_cobs_end *result)
{
    const uint8_t *at = octets, *end = octets + count;

    *result = NL_COBS_MORE;
    while (at != end) {
        uint8_t code = *at;
        if (code == 0) {
            *result = ended(decoder);
            return (size_t)(at + 1 - octets);
        }
        if (decoder->oversized) {
            at++;
        } else if (decoder->left > 0) {
            at = copy_block(decoder, at, end);
        } else {
            /* A whole block must fit when it is opened, so copying needs no bound of its own. */
            size_t wanted = decoder->length + decoder->zero_pending + (size_t)(code - 1);
            decoder->begun = true;
            decoder->oversized = wanted > decoder->capacity;
            if (!decoder->oversized) {
                if (decoder->zero_pending) decoder->out[decoder->length++] = 0;
                decoder->left = (uint8_t)(code - 1);
                decoder->zero_pending = code != FULL_BLOCK;
            }
            at++;
        }
    }
    return count;
}
