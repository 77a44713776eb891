/* TAP-like lines, one a check. */
#ifndef NL_CHECK_H
#define NL_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Prints one line for the check that `format` names; counts it. Returns `good`. */
bool check(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As check(), with both octet strings in hexadecimal where they differ. */
bool check_octets(const uint8_t *got, size_t got_length, const uint8_t *wanted, size_t wanted_length,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Xorshift: a seed replays a test. */
static inline uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* The suites. */
void test_vectors(const char *path);
void test_cobs(void);
void test_link(void);
void test_store(void); /* Of the store that is linked. */
void test_w5500(void);
void test_dispatch(void);
void test_gpio_line(void);
void test_mac(void);
void test_system(void);

#endif
