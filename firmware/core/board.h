/* A board: its link, its chip, and what it does for its host. All state is here; nothing is global. */
#ifndef NL_BOARD_H
#define NL_BOARD_H

#include "gpio_line.h"
#include "link.h"
#include "w5500.h"

enum {
    NL_SENDS_MAX = 8,
    NL_LENGTH_FIELD = 2, /* Before each frame in the chip's receive buffer, and counted in it. */
    NL_VLAN_TAG = 4,     /* A tagged frame may pass NL_ETHERNET_MAX by this; it is skipped. */
};

/* A frame in the chip's memory that is not reported sent yet. */
struct nl_send {
    uint8_t tag;
    uint16_t length;
    uint16_t end; /* Sn_TX_WR behind it. */
};

struct nl_mac {
    bool open;
    uint8_t address[6];
    uint8_t filter;
    struct nl_mac_counters counters;

    struct nl_send sends[NL_SENDS_MAX]; /* The oldest is with the chip. */
    uint8_t send_first;
    uint8_t send_count;
    uint32_t send_octets;
    uint32_t send_started;

    uint8_t opened;        /* How often the chip's pointers began anew, modulo 256. */
    bool quiet;            /* A request waits until no event is unacknowledged: none is made. */
    enum nl_status broken; /* Why the socket is to be opened anew as soon as it can be. */

    bool receiving;   /* Frames wait in the chip. */
    uint16_t rx_size; /* How many octets of them are known to wait, from rx_read on. */
    uint32_t seen_at; /* When INTn was last seen to fall. */
};

struct nl_phy_watch {
    bool on;
    struct nl_phy last;
    uint32_t read_at;
    bool mode_set; /* By the host; the PHY forgets it when the chip is reset. */
    uint8_t mode;
};

/* STEADY --request--> ANSWERED --its ACK--> AGREED --20 ms--> TRIED --a frame, or 500 ms--> STEADY */
struct nl_rate_change {
    enum { NL_RATE_STEADY, NL_RATE_ANSWERED, NL_RATE_AGREED, NL_RATE_TRIED } phase;
    unsigned port;
    uint8_t seq; /* Of the answer. */
    uint32_t rate;
    uint32_t before;
    uint32_t at;    /* When the phase began. */
    uint32_t first; /* The rate that the port started with; 0 while it still has it. */
};

struct nl_restart_request {
    bool asked;
    enum nl_restart kind;
    uint32_t at;
};

struct nl_board {
    const struct nl_hal *hal;
    struct nl_identity identity;
    struct nl_statistics statistics;
    struct nl_link link;
    struct nl_w5500 chip;
    struct nl_mac mac;
    struct nl_phy_watch phy;
    struct nl_gpio_line gpio_line;
    struct nl_rate_change rate;
    struct nl_restart_request restart;
    uint32_t octets_lost_zero; /* The HAL's count when the statistics were last cleared. */
};

/* What a board brings: its octets, its ports, its name. */
struct nl_board_setup {
    const struct nl_hal *hal;
    struct nl_identity identity; /* chip_version is read here. */
    struct nl_line *lines;
    unsigned line_count;
    struct nl_queue *in;
    struct nl_queue *out;
    uint8_t window;
    bool divided; /* The chip's memory, as the store wants it. */
    uint32_t watchdog_resets;
};

/* Resets the chip and reads who it is. `lines` and the queues are initialised by the caller with
 * &board->statistics. */
void nl_board_init(struct nl_board *board, const struct nl_board_setup *setup);

/* Does all that can be done now. Returns the microseconds until there is more to do by itself, or
 * NL_FOREVER; input on a port or INTn are reason to call it sooner. */
uint32_t nl_board_poll(struct nl_board *board);

/* dispatch.c: carries out a request. False: not now, ask again. */
bool nl_dispatch(struct nl_board *board, const uint8_t *message, uint32_t length);

/* mac.c */
enum nl_status nl_mac_open(struct nl_board *board, const uint8_t address[6], uint8_t filter);
enum nl_status nl_mac_filter(struct nl_board *board, uint8_t filter);
enum nl_status nl_mac_close(struct nl_board *board);
/* Whether the chip has room for the frame behind those that it has still to send. */
bool nl_mac_can_send(const struct nl_board *board, uint32_t length);
/* The frame of the oldest message received. OK: the response follows when the chip has sent the frame. */
enum nl_status nl_mac_send(struct nl_board *board, uint8_t tag, uint16_t length);
void nl_mac_poll(struct nl_board *board);
/* Whether a frame can have so many octets, its length field counted, in the chip's receive buffer. */
bool nl_mac_sane(const struct nl_mac *mac, uint16_t total);
/* Makes an event of a frame of `length` octets; the store has put it behind NL_EVENT_HEAD. */
void nl_mac_received(struct nl_board *board, uint16_t length);
/* Goes on behind a frame in the chip. */
void nl_mac_take(struct nl_board *board, uint16_t total);
uint32_t nl_mac_wait(const struct nl_board *board, uint32_t now);

/* system.c: rate changes, restarts, link events */
enum nl_status nl_system_rate(struct nl_board *board, uint32_t rate, uint32_t now);
void nl_system_poll(struct nl_board *board, uint32_t now);
uint32_t nl_system_wait(const struct nl_board *board, uint32_t now);
void nl_system_forget(struct nl_board *board);

/* The earlier of `wait` and the end of `period` since `since`. */
static inline uint32_t nl_sooner(uint32_t wait, uint32_t since, uint32_t period, uint32_t now)
{
    uint32_t passed = now - since;
    uint32_t left = passed < period ? period - passed : 0;
    return left < wait ? left : wait;
}

#endif
