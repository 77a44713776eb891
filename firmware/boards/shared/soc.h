/* What a board without an operating system gives the shared main loop (main.c): this, spi.h, watchdog.h, and
 * a `timer.h` of its own with
 *
 *     uint32_t timer_us(void);      uint64_t timer_us64(void);
 *     enum timer_alarm { ALARM_MAIN, ... };
 *     void timer_alarm(enum timer_alarm alarm, uint32_t microseconds);
 *     volatile bool timer_rose[];
 *
 * An alarm rises once, `microseconds` from when it was set: it sets `woken`, and its timer_rose until it is
 * set anew. */
#ifndef NL_SOC_H
#define NL_SOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nl_gpio_hal;

/* A serial line to the host. What is NULL the port does not have. */
struct soc_port {
    /* Whether a host has opened it; NULL where nobody can tell, and it counts as open. */
    bool (*open)(void);
    /* The host asked for the loader by the line's own means. */
    bool (*loader_asked)(void);
    /* Drops what nobody has read. */
    void (*clear)(void);
    /* As the HAL has these. */
    const uint8_t *(*receive)(size_t *length);
    void (*consume)(size_t length);
    uint8_t *(*reserve)(size_t length);
    void (*commit)(size_t length);
    /* NULL: no line rate. */
    uint32_t (*rate)(void);
    bool (*set_rate)(uint32_t rate, bool apply);
    uint32_t highest_rate;
};

enum { SOC_ID_MAX = 8 };

struct soc {
    const char *board;              /* Its name in the identity. */
    unsigned id_length;             /* Octets of its id, at most SOC_ID_MAX. */
    const struct nl_gpio_hal *gpio; /* The raw line; NULL: it has none. */
    unsigned port_count;
    struct soc_port ports[];
};

extern const struct soc soc;

/* The octets that no other such chip has. False where they cannot be read. Before soc_init(). */
bool soc_id(uint8_t *id);

/* Clocks, the watchdog, the timer, SPI, the ports; interrupts are on afterwards. `serial_number`: ASCII, kept
 * by reference. */
void soc_init(const char *serial_number);

/* Octets that the ports' hardware lost, since the start. */
uint32_t soc_octets_lost(void);

/* Sleeps until an interrupt was served, unless *flag is set already; none is lost between look and sleep. */
void sleep_unless(const volatile bool *flag);

#endif
