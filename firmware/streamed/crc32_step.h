/* CRC-32 of IEEE 802.3, an octet a step, its table in flash: 25 cycles an octet on an AVR. */
#ifndef NL_CRC32_STEP_H
#define NL_CRC32_STEP_H

#include <stdint.h>

#define NL_CRC32_BEGIN UINT32_C(0xffffffff)

/* The CRC is the complement of what comes out for all octets. */
uint32_t nl_crc32_step(uint32_t remainder, const uint8_t *octets, uint16_t count);

#endif
