/* What boards without an operating system share, on this PC: its folder is like a board's. */
#include "check.h"

#include <stdint.h>
#include <stdio.h>

static int passed, failed;

void check(bool good, const char *what)
{
    if (good)
        passed++;
    else
        failed++;
    printf("%s %d - %s\n", good ? "ok" : "not ok", passed + failed, what);
}

unsigned next_random(void)
{
    static uint32_t state = 20;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

int main(void)
{
    test_arithmetic();
    test_boxes();
    test_line_words();
    test_loop();
    printf("1..%d\n%d passed, %d failed\n", passed + failed, passed, failed);
    return failed != 0;
}
