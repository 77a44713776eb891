/* CRC-32 of IEEE 802.3 over whole frames, four octets a step (control-protocol.md §2). */
#ifndef NL_CRC32_H
#define NL_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* 4 KiB, in RAM because the caller places it there: flash is slow on the RP2040. */
struct nl_crc32 {
    uint32_t table[256][4]; /* By octet, then slice: one address serves all four. */
};

void nl_crc32_init(struct nl_crc32 *crc);
uint32_t nl_crc32(const struct nl_crc32 *crc, const uint8_t *octets, size_t count);

#endif
