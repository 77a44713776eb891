#ifndef NL_CHECK_H
#define NL_CHECK_H

#include <stdbool.h>

/* Prints one line, and counts it. */
void check(bool good, const char *what);

/* Xorshift: a seed replays a test. */
unsigned next_random(void);

void test_arithmetic(void);
void test_boxes(void);
void test_line_words(void);
void test_loop(void);

#endif
