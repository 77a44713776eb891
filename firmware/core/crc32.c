#include "crc32.h"

#include "octets.h"

static const uint32_t POLYNOMIAL_REFLECTED = 0xedb88320u;

void nl_crc32_init(struct nl_crc32 *crc)
{
    for (uint32_t octet = 0; octet < 256; octet++) {
        uint32_t remainder = octet;
        for (int bit = 0; bit < 8; bit++) {
            remainder = (remainder >> 1) ^ (POLYNOMIAL_REFLECTED & (0u - (remainder & 1u)));
        }
        crc->table[0][octet] = remainder;
    }
    for (uint32_t octet = 0; octet < 256; octet++) {
        for (int slice = 1; slice < 4; slice++) {
            uint32_t before = crc->table[slice - 1][octet];
            crc->table[slice][octet] = (before >> 8) ^ crc->table[0][before & 0xffu];
        }
    }
}

uint32_t nl_crc32(const struct nl_crc32 *crc, const uint8_t *octets, size_t count)
{
    const uint32_t *table = crc->table[0];
    uint32_t remainder = 0xffffffffu;
    while (count > 0 && !nl_aligned(octets)) {
        remainder = (remainder >> 8) ^ table[(remainder ^ *octets++) & 0xffu];
        count--;
    }
    /* Slicing by four: about 4.5 Cortex-M0+ instructions an octet where one table takes 7. */
    for (const uint8_t *end = octets + (count & ~(size_t)3); octets != end; octets += 4) {
        remainder ^= *(const nl_word *)(const void *)octets;
        remainder = table[768 + (remainder & 0xffu)] ^ table[512 + ((remainder >> 8) & 0xffu)] ^
                    table[256 + ((remainder >> 16) & 0xffu)] ^ table[remainder >> 24];
    }
    for (count &= 3; count > 0; count--) {
        remainder = (remainder >> 8) ^ table[(remainder ^ *octets++) & 0xffu];
    }
    return ~remainder;
}
