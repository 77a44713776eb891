/* What a board must provide, and all that the core may use of it. */
#ifndef NL_HAL_H
#define NL_HAL_H

#include "flash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NL_SPI_HEADER = 3 };

enum nl_restart { NL_RESTART = 0, NL_RESTART_LOADER = 1 };

struct nl_gpio_hal;

/* A port is a serial line to the host: USB-CDC, UART, PTY. They are numbered from 0. */
struct nl_hal {
    void *context; /* Handed back as the first argument of every call. */

    /* The chip. One SPI frame: `header` out, then `length` octets full duplex, chip select held low
     * throughout. Either buffer may be NULL. Bounded in time; not 0 when the bus failed. */
    int (*spi_transfer)(void *context, const uint8_t header[NL_SPI_HEADER], const uint8_t *tx, uint8_t *rx,
                        size_t length);
    void (*chip_reset)(void *context, bool asserted);
    /* Whether INTn is low, or fell since the last call; `*at` is when (now_us) it was seen to fall. */
    bool (*chip_interrupt)(void *context, uint32_t *at);

    /* Monotonic. now_us wraps at 2^32, so compare by subtraction only. */
    uint32_t (*now_us)(void *context);
    uint64_t (*uptime_us)(void *context);
    void (*sleep_us)(void *context, uint32_t microseconds);

    /* Received octets in one piece, and then how many of them were taken. */
    const uint8_t *(*port_receive)(void *context, unsigned port, size_t *length);
    void (*port_consume)(void *context, unsigned port, size_t length);
    /* Room for `length` octets in one piece, aligned to nothing, or NULL for now; then what to send. */
    uint8_t *(*port_reserve)(void *context, unsigned port, size_t length);
    void (*port_commit)(void *context, unsigned port, size_t length);
    /* Bits a second, and the highest; 0 where the port has no rate. */
    uint32_t (*port_rate)(void *context, unsigned port, uint32_t *highest);
    /* Whether the port can make the rate within 2 %; with `apply` it does. */
    bool (*port_set_rate)(void *context, unsigned port, uint32_t rate, bool apply);

    /* Octets that the ports' hardware lost, since the start. */
    uint32_t (*octets_lost)(void *context);
    uint32_t (*stack_used)(void *context);
    void (*restart)(void *context, enum nl_restart kind);

    const NL_FLASH struct nl_gpio_hal *gpio; /* The raw line; NULL where there is none. */
};

#endif
