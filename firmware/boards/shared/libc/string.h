/* The part of <string.h> that the firmware uses: Debian's compiler for the board comes without a libc. */
#ifndef NL_STRING_H
#define NL_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memset(void *to, int octet, size_t count);
int memcmp(const void *a, const void *b, size_t count);

#endif
