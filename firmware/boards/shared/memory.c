/* What compilers call by themselves. */
#include <stdint.h>
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
    uint8_t *out = to;
    const uint8_t *in = from;
    while (count-- > 0) *out++ = *in++;
    return to;
}

void *memset(void *to, int octet, size_t count)
{
    uint8_t *out = to;
    while (count-- > 0) *out++ = (uint8_t)octet;
    return to;
}
