/* A W5500 for PC processes and tests: the registers and socket 0 in MACRAW as the datasheet has them, a
 * cable as two functions, and faults to order. Commands are taken at once. */
#ifndef NL_W5500_MODEL_H
#define NL_W5500_MODEL_H

#include "hal.h"

enum {
    W5500_MODEL_BUFFER = 16384,
    W5500_MODEL_COMMON = 0x3a,
    W5500_MODEL_SOCKET = 0x30,
    W5500_MODEL_SOCKETS = 8,
};

struct w5500_model {
    /* Set by the user. `send` gets each frame that leaves on the cable. */
    void (*send)(void *context, const uint8_t *frame, size_t length);
    void *send_context;
    bool cable; /* Whether the link is up. */

    /* Faults */
    uint8_t version;     /* What VERSIONR reads: 0x04 on a chip, 0xff where there is none. */
    bool bus_dead;       /* Every transfer fails. */
    bool wedged;         /* Takes no command. */
    bool silent_send;    /* SEND never ends. */
    unsigned torn_reads; /* So many reads of Sn_RX_RSR catch it half changed. */

    uint8_t common[W5500_MODEL_COMMON];
    uint8_t sockets[W5500_MODEL_SOCKETS][W5500_MODEL_SOCKET];
    uint8_t tx[W5500_MODEL_BUFFER];
    uint8_t rx[W5500_MODEL_BUFFER];
    uint16_t rx_read; /* Sn_RX_RD as of the last RECV. */
    unsigned dropped; /* Frames that found the receive buffer full. */
};

void w5500_model_init(struct w5500_model *chip);
void w5500_model_reset(struct w5500_model *chip);

/* As the HAL's spi_transfer. */
int w5500_model_transfer(struct w5500_model *chip, const uint8_t header[NL_SPI_HEADER], const uint8_t *tx,
                         uint8_t *rx, size_t length);

/* Whether INTn is low. */
bool w5500_model_interrupt(const struct w5500_model *chip);

/* A frame comes over the cable. True if it was put into the receive buffer. */
bool w5500_model_receive(struct w5500_model *chip, const uint8_t *frame, size_t length);

#endif
