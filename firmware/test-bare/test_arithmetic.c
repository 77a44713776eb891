/* The arithmetic of the ESP32 against this PC's own. */
#include "check.h"

#include <stdint.h>

uint32_t __udivsi3(uint32_t dividend, uint32_t divisor);
uint32_t __umodsi3(uint32_t dividend, uint32_t divisor);
uint64_t __udivdi3(uint64_t dividend, uint64_t divisor);
uint64_t __muldi3(uint64_t a, uint64_t b);

/* Of every length in bits. */
static uint64_t any(void)
{
    uint64_t value = (uint64_t)next_random() << 32 | next_random();
    return value >> next_random() % 64;
}

static bool agrees(uint64_t dividend, uint64_t divisor)
{
    if (__muldi3(dividend, divisor) != dividend * divisor) return false;
    uint32_t short_dividend = (uint32_t)dividend, short_divisor = (uint32_t)divisor;
    if (divisor != 0 && __udivdi3(dividend, divisor) != dividend / divisor) return false;
    if (short_divisor == 0) return true;
    return __udivsi3(short_dividend, short_divisor) == short_dividend / short_divisor &&
           __umodsi3(short_dividend, short_divisor) == short_dividend % short_divisor;
}

void test_arithmetic(void)
{
    static const uint64_t edges[] = { 0,          1,           2,         0x7fffffff,         0x80000000,
                                      0xffffffff, 0x100000000, INT64_MAX, 0x8000000000000000, UINT64_MAX };
    enum { EDGES = sizeof edges / sizeof *edges, CASES = 100000 };
    bool good = true;
    for (unsigned i = 0; i < EDGES * EDGES; i++) good = good && agrees(edges[i / EDGES], edges[i % EDGES]);
    check(good, "divides and multiplies at the edges");
    for (int i = 0; i < CASES; i++) good = good && agrees(any(), any());
    check(good, "divides and multiplies whatever comes");
    check(__udivsi3(5, 0) == UINT32_MAX && __udivdi3(5, 0) == UINT64_MAX, "divides by 0, and ends");
}
