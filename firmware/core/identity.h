/* Who a board is (control-protocol.md §6.1). */
#ifndef NL_IDENTITY_H
#define NL_IDENTITY_H

#include "gpio_line.h"
#include "octets.h"

enum nl_boot_reason {
    NL_BOOT_UNKNOWN = 0,
    NL_BOOT_POWER = 1,
    NL_BOOT_PIN = 2,
    NL_BOOT_WATCHDOG = 3,
    NL_BOOT_ASKED = 4,
};

enum nl_capability {
    NL_CAPABILITY_PHY = 1 << 0,
    NL_CAPABILITY_MAC = 1 << 1,
    NL_CAPABILITY_LINE = 1 << 2,
};

enum { NL_NAME_MAX = 32, NL_IDENTITY_MAX = 192 };

struct nl_identity {
    const char *board;          /* At most NL_NAME_MAX octets count, here and below. */
    const char *serial_number;  /* NULL: the item is left out. */
    const uint8_t *source_hash; /* 8 octets. */
    uint32_t boot_number;
    enum nl_boot_reason boot_reason;
    uint32_t capabilities;
    uint8_t chip_version;
    uint8_t mac_address[6];
    const NL_FLASH struct nl_gpio_hal *line; /* NULL: the item is left out. */
};

/* Writes at most NL_IDENTITY_MAX octets; returns how many. */
size_t nl_identity_encode(const struct nl_identity *identity, uint32_t line_rate, uint32_t line_rate_highest,
                          uint8_t *out);

#endif
