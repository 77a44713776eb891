/* WIZnet W5500: registers, and socket 0 in MACRAW mode. Sections are of the W5500 datasheet.
 * Every function returns NL_OK, NL_NO_CHIP, NL_BUS or NL_CHIP_TIMEOUT, and every wait is bounded. */
#ifndef NL_W5500_H
#define NL_W5500_H

#include "hal.h"
#include "message.h"

enum {
    NL_W5500_VERSION = 0x04,
    NL_W5500_BUFFER =
        16384, /* The chip's memory, each way. All of it is socket 0's, or where it is divided: */
    NL_W5500_SCRATCH_SIZE = 8192,
    NL_W5500_SAMPLES = 2048,

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
    uint8_t version;      /* VERSIONR as last read. */
    bool divided;         /* Of the transmit memory socket 0 has a quarter, and the rest is the board's. */
    uint16_t tx_write;    /* Sn_TX_WR of the next SEND, and beyond: what was written ahead. */
    uint16_t rx_read;     /* Up to where frames were taken. */
    uint16_t rx_released; /* Sn_RX_RD as the chip has it since the last RECV. */
};

/* Memory of the chip that the host may use. Addresses wrap at its end. */
enum nl_w5500_memory {
    NL_W5500_TRANSMIT, /* Of socket 0. */
    NL_W5500_RECEIVED, /* Of socket 0. Only read. */
    NL_W5500_SCRATCH,  /* These three are the transmit buffers of sockets 1 to 3, which nobody opens: */
    NL_W5500_LOADED,   /* levels for the raw line, */
    NL_W5500_SAMPLED,  /* and what it sampled. */
};

void nl_w5500_init(struct nl_w5500 *chip, const struct nl_hal *hal, bool divided);
/* Octets that socket 0 has for frames to send. */
uint16_t nl_w5500_tx_size(const struct nl_w5500 *chip);

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

/* At an address, whatever stood there. A frame at tx_write leaves at nl_w5500_send(). */
enum nl_status nl_w5500_write(struct nl_w5500 *chip, enum nl_w5500_memory memory, uint16_t address,
                              const uint8_t *octets, uint16_t length);
enum nl_status nl_w5500_read(struct nl_w5500 *chip, enum nl_w5500_memory memory, uint16_t address,
                             uint8_t *octets, uint16_t length);

/* SEND, with Sn_TX_WR set to `end`. Its end is the interrupt SENDOK. */
enum nl_status nl_w5500_send(struct nl_w5500 *chip, uint16_t end);

/* Sn_RX_RSR, what waits from rx_released on, read until two reads agree (§4.2). */
enum nl_status nl_w5500_received(struct nl_w5500 *chip, uint16_t *size);
/* RECV: gives back all before `address`. */
enum nl_status nl_w5500_release(struct nl_w5500 *chip, uint16_t address);

#endif
