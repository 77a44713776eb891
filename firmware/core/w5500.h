/* WIZnet W5500: registers, and socket 0 in MACRAW mode. Sections are of the W5500 datasheet.
 * Every function returns NL_OK, NL_NO_CHIP, NL_BUS or NL_CHIP_TIMEOUT, and every wait is bounded. */
#ifndef NL_W5500_H
#define NL_W5500_H

#include "hal.h"
#include "message.h"

enum {
    NL_W5500_VERSION = 0x04,
    NL_W5500_BUFFER = 16384, /* All of the chip's memory, each way, is socket 0's. */

    NL_W5500_RECV = 0x04, /* Sn_IR */
    NL_W5500_SENDOK = 0x10,
    NL_W5500_SOCK_MACRAW = 0x42, /* Sn_SR */

    NL_W5500_MFEN = 0x80, /* Sn_MR */
    NL_W5500_BCASTB = 0x40,
    NL_W5500_MMB = 0x20,
    NL_W5500_MIP6B = 0x10,
    NL_W5500_FILTERS = 0xf0,
};

struct nl_phy {
    uint8_t link;   /* 0 down, 1 up */
    uint8_t speed;  /* 10 or 100 Mbit/s */
    uint8_t duplex; /* 0 half, 1 full */
    uint8_t mode;   /* OPMDC */
};

struct nl_w5500 {
    const struct nl_hal *hal;
    uint8_t version;   /* VERSIONR as last read. */
    uint16_t tx_write; /* Sn_TX_WR of the next SEND, and beyond: what was written ahead. */
    uint16_t rx_read;  /* Sn_RX_RD as the chip will have it after the next RECV. */
};

void nl_w5500_init(struct nl_w5500 *chip, const struct nl_hal *hal);

/* Pulses RSTn, then reads VERSIONR. */
enum nl_status nl_w5500_reset(struct nl_w5500 *chip);
enum nl_status nl_w5500_probe(struct nl_w5500 *chip);

enum nl_status nl_w5500_phy_read(struct nl_w5500 *chip, struct nl_phy *phy);
enum nl_status nl_w5500_phy_mode(struct nl_w5500 *chip, uint8_t mode);

/* Socket 0 in MACRAW with all buffers, interrupts RECV and SENDOK on INTn. */
enum nl_status nl_w5500_open(struct nl_w5500 *chip, const uint8_t address[6], uint8_t filter);
enum nl_status nl_w5500_close(struct nl_w5500 *chip);

/* Sn_IR's RECV and SENDOK as found, cleared in the chip; Sn_SR beside it. */
enum nl_status nl_w5500_interrupts(struct nl_w5500 *chip, uint8_t *interrupts, uint8_t *socket_status);

/* Writes a frame behind what was written before; the chip sends it at nl_w5500_send(). */
enum nl_status nl_w5500_write(struct nl_w5500 *chip, const uint8_t *frame, uint16_t length);
/* SEND, with Sn_TX_WR set to `end`. Its end is the interrupt SENDOK. */
enum nl_status nl_w5500_send(struct nl_w5500 *chip, uint16_t end);

/* Sn_RX_RSR, read until two reads agree (§4.2). */
enum nl_status nl_w5500_received(struct nl_w5500 *chip, uint16_t *size);
/* Reads on at rx_read + `offset`; moves nothing. */
enum nl_status nl_w5500_read(struct nl_w5500 *chip, uint16_t offset, uint8_t *octets, uint16_t length);
/* RECV: gives back all before rx_read. */
enum nl_status nl_w5500_release(struct nl_w5500 *chip);

#endif
