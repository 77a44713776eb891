/* The raw line: one pin that sends levels, one that samples them (control-protocol.md §8).
 *
 *            LINE_OPEN          LINE_START                 all done, LINE_STOP, a fault
 *   CLOSED ------------> IDLE ------------> RUNNING ---------------------------------------> OVER
 *                         ^                                     its samples and LINE_DONE left |
 *                         +--------------------------------------------------------------------+
 *
 * Invariants
 *  1. sent <= loaded <= sent + send_size, and taken <= sampled <= taken + sample_size; all count octets since
 * the run began, so the rings never hold what is still wanted and what is new in one place.
 *  2. The HAL is told of both ends (`advance`) and passes neither.
 *  3. LINE_DONE leaves behind the last of the run's samples. */
#ifndef NL_GPIO_LINE_H
#define NL_GPIO_LINE_H

#include "flash.h"
#include "message.h"

#include <stdbool.h>
#include <stddef.h>

struct nl_board;

enum nl_gpio_feature {
    NL_GPIO_OPEN_DRAIN = 1 << 0,
    NL_GPIO_SENDS_LONGER = 1 << 1,
    NL_GPIO_SAMPLES_LONGER = 1 << 2,
    NL_GPIO_TWO_RATES = 1 << 3,
    NL_GPIO_STRENGTHS = 1 << 4,
    NL_GPIO_NO_PULL_DOWN = 1 << 5,
};

enum nl_gpio_pull { NL_GPIO_NO_PULL = 0, NL_GPIO_PULL_UP = 1, NL_GPIO_PULL_DOWN = 2 };

enum nl_gpio_trigger {
    NL_GPIO_AT_ONCE = 0,
    NL_GPIO_RISING = 1,
    NL_GPIO_FALLING = 2,
    NL_GPIO_HIGH = 3,
    NL_GPIO_LOW = 4,
};

struct nl_gpio_setup {
    bool open_drain;
    uint8_t strength; /* Milliamperes at most; 0: the board's choice. */
    bool idle;
    enum nl_gpio_pull pull; /* Of the sampling pin. */
};

struct nl_gpio_run {
    uint32_t send_rate, sample_rate;     /* Hertz. */
    uint32_t send_octets, sample_octets; /* In all; of 0 octets there is no rate. */
    enum nl_gpio_trigger trigger;
    bool send_at_trigger;
};

struct nl_gpio_progress {
    uint32_t sent;    /* Octets that the send ring need not keep. */
    uint32_t sampled; /* Octets that are in the sample ring. */
    bool sending;     /* The line is not idle yet. */
    bool waiting;     /* For the trigger. */
    bool dry;         /* Loaded octets ran out before their time. */
    bool full;        /* Samples found no room. */
};

/* What a board with a raw line brings. Octets count from 0 at `start`; octet n is at n modulo the ring's
 * size. */
struct nl_gpio_hal {
    void *context; /* Handed back as the first argument of every call. */
    uint8_t send_pin, sample_pin;
    uint8_t features;
    uint32_t lowest_rate, highest_rate;
    uint8_t *send_ring, *sample_ring;
    uint32_t send_size, sample_size; /* Powers of two. */

    /* The pins are the line's, at its idle level. Also while they are already. */
    void (*open)(void *context, const struct nl_gpio_setup *setup);
    void (*close)(void *context);
    /* The nearest rate that can be made, in millihertz. */
    uint64_t (*rate)(void *context, uint32_t rate);
    /* Arms it; nothing moves before the first `advance`. */
    void (*start)(void *context, const struct nl_gpio_run *run);
    /* Octets before these ends may be sent, and filled with samples. Neither goes back. */
    void (*advance)(void *context, uint32_t send_end, uint32_t sample_end);
    void (*progress)(void *context, struct nl_gpio_progress *progress);
    /* Ends what runs; the line is idle. */
    void (*stop)(void *context);
};

enum nl_gpio_end {
    NL_GPIO_COMPLETE = 0,
    NL_GPIO_STOPPED = 1,
    NL_GPIO_NO_TRIGGER = 2,
    NL_GPIO_UNDERRUN = 3,
    NL_GPIO_OVERRUN = 4,
};

struct nl_gpio_line {
    enum { NL_GPIO_CLOSED, NL_GPIO_IDLE, NL_GPIO_RUNNING, NL_GPIO_OVER } state;
    bool idle; /* The level. */
    bool stopping;
    uint32_t send_octets, sample_octets;
    uint32_t send_count, sample_count; /* Samples. */
    uint32_t loaded, sent;
    uint32_t send_end; /* As the HAL was told. */
    uint32_t sampled, taken;
    uint32_t started;
    uint32_t timeout_us;
    enum nl_gpio_end end;
    uint32_t ended;
};

/* `body` has NL_GPIO_OPEN_LENGTH octets. */
enum nl_status nl_gpio_open(struct nl_board *board, const uint8_t *body);
enum nl_status nl_gpio_close(struct nl_board *board);
/* `*taken` of the octets behind the offset found room. */
enum nl_status nl_gpio_load(struct nl_board *board, const uint8_t *body, uint32_t length, uint16_t *taken);
/* `body` has NL_GPIO_START_LENGTH octets, `result` gets NL_GPIO_STARTED_LENGTH. */
enum nl_status nl_gpio_start(struct nl_board *board, const uint8_t *body, uint8_t *result);
enum nl_status nl_gpio_stop(struct nl_board *board);

enum {
    NL_GPIO_OPEN_LENGTH = 4,
    NL_GPIO_OFFSET_LENGTH = 4,
    NL_GPIO_START_LENGTH = 22,
    NL_GPIO_STARTED_LENGTH = 16,
    NL_GPIO_DONE_LENGTH = 13,
};

void nl_gpio_poll(struct nl_board *board);
uint32_t nl_gpio_wait(const struct nl_board *board);

#endif
