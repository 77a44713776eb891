/* What gcc calls to divide, and to multiply long: the LX6's instructions for it are not the LX106's, for
 * which the compiler is made, and Debian's libgcc leaves these out, as the ESP8266 has them in its ROM. By 0
 * the quotient is all ones. */
#include <stdint.h>

uint32_t __udivsi3(uint32_t dividend, uint32_t divisor);
uint32_t __umodsi3(uint32_t dividend, uint32_t divisor);
uint64_t __udivdi3(uint64_t dividend, uint64_t divisor);
uint64_t __muldi3(uint64_t a, uint64_t b);

/* One bit a step. What is left goes to `dividend`. */
static uint32_t divide(uint32_t *dividend, uint32_t divisor)
{
    uint32_t left = 0, quotient = 0;
    for (int bit = 31; bit >= 0; bit--) {
        uint32_t out = left >> 31;
        left = left << 1 | (*dividend >> bit & 1);
        quotient <<= 1;
        if (out != 0 || left >= divisor) {
            left -= divisor;
            quotient |= 1;
        }
    }
    *dividend = left;
    return quotient;
}

uint32_t __udivsi3(uint32_t dividend, uint32_t divisor)
{
    return divide(&dividend, divisor);
}

uint32_t __umodsi3(uint32_t dividend, uint32_t divisor)
{
    (void)divide(&dividend, divisor);
    return dividend;
}

uint64_t __udivdi3(uint64_t dividend, uint64_t divisor)
{
    uint64_t left = 0, quotient = 0;
    for (int bit = 63; bit >= 0; bit--) {
        uint64_t out = left >> 63;
        left = left << 1 | (dividend >> bit & 1);
        quotient <<= 1;
        if (out != 0 || left >= divisor) {
            left -= divisor;
            quotient |= 1;
        }
    }
    return quotient;
}

/* By halves of words: MULL gives the low word of a product alone. */
uint64_t __muldi3(uint64_t a, uint64_t b)
{
    uint32_t a_low = (uint32_t)a, b_low = (uint32_t)b;
    uint32_t a0 = a_low & 0xffff, a1 = a_low >> 16, b0 = b_low & 0xffff, b1 = b_low >> 16;
    uint32_t low = a0 * b0, one = a1 * b0, other = a0 * b1;
    uint32_t middle = (low >> 16) + (one & 0xffff) + (other & 0xffff);
    uint32_t high = a1 * b1 + (one >> 16) + (other >> 16) + (middle >> 16);
    high += (uint32_t)(a >> 32) * b_low + a_low * (uint32_t)(b >> 32);
    return (uint64_t)high << 32 | middle << 16 | (low & 0xffff);
}
