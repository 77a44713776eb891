#include "crc32_step.h"

#include "flash.h"

/* The remainders of single bits; those of an octet are their sums (exclusive or). */
#define BIT(octet, bit, remainder) ((octet) & (bit) ? UINT32_C(remainder) : 0)
#define REMAINDER(n)                                                                                         \
    (BIT(n, 1, 0x77073096) ^ BIT(n, 2, 0xee0e612c) ^ BIT(n, 4, 0x076dc419) ^ BIT(n, 8, 0x0edb8832) ^         \
     BIT(n, 16, 0x1db71064) ^ BIT(n, 32, 0x3b6e20c8) ^ BIT(n, 64, 0x76dc4190) ^ BIT(n, 128, 0xedb88320))
#define FOUR(n)       REMAINDER(n), REMAINDER((n) + 1), REMAINDER((n) + 2), REMAINDER((n) + 3)
#define SIXTEEN(n)    FOUR(n), FOUR((n) + 4), FOUR((n) + 8), FOUR((n) + 12)
#define SIXTY_FOUR(n) SIXTEEN(n), SIXTEEN((n) + 16), SIXTEEN((n) + 32), SIXTEEN((n) + 48)

static const NL_FLASH uint32_t table[256] = { SIXTY_FOUR(0), SIXTY_FOUR(64), SIXTY_FOUR(128),
                                              SIXTY_FOUR(192) };

uint32_t nl_crc32_step(uint32_t remainder, const uint8_t *octets, uint16_t count)
{
    for (; count > 0; count--) {
        remainder = remainder >> 8 ^ table[(uint8_t)remainder ^ *octets++];
    }
    return remainder;
}
