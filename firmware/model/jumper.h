/* A raw line whose two pins are joined, on a clock of nanoseconds that somebody else moves. What is due is
 * done when it is looked at. */
#ifndef NL_JUMPER_H
#define NL_JUMPER_H

#include "gpio_line.h"

enum { JUMPER_RING = 32768 };

struct jumper {
    struct nl_gpio_hal hal;
    uint64_t (*now_ns)(void *clock);
    void *clock;

    struct nl_gpio_setup setup;
    bool driven; /* The sending pin is the line's. */
    struct nl_gpio_run run;
    bool running;
    uint64_t began, send_from, sample_from;
    bool send_begun, sample_begun;
    uint32_t send_end, sample_end;
    uint64_t sought; /* The trigger was sought among samples sent before this one. */
    bool sought_level;
    uint32_t sampled; /* Samples: eight to an octet. */
    bool dry, full;
    uint8_t send_ring[JUMPER_RING], sample_ring[JUMPER_RING];
};

void jumper_init(struct jumper *jumper, uint64_t (*now_ns)(void *clock), void *clock);

#endif
