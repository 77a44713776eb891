/* The SSI in plain full-duplex mode for one command: RP2040 datasheet §4.10. */
#include "flash_id.h"

#include "rp2040.h"

enum {
    SSI_CTRLR0 = 0x00,
    SSI_SSIENR = 0x08,
    SSI_RXFLR = 0x24,
    SSI_DR0 = 0x60,
    CTRLR0_FULL_DUPLEX = 7 << 16, /* 8 bits a frame, TMOD = transmit and receive */

    SS_CTRL = 0x0c, /* GPIO_QSPI_SS */
    SS_STATUS = 0x08,
    OUTPUT_NORMAL = 0,
    OUTPUT_LOW = 2 << 8,
    OUTPUT_HIGH = 3 << 8,

    READ_UNIQUE_ID = 0x4b,
    DUMMY_OCTETS = 4,
    COMMAND_LENGTH = 1 + DUMMY_OCTETS + FLASH_ID_LENGTH, /* Less than the FIFO's 16. */
    WAIT_ROUNDS = 100000,
};

static bool exchange(uint8_t id[FLASH_ID_LENGTH])
{
    for (int i = 0; i < COMMAND_LENGTH; i++) REG(XIP_SSI + SSI_DR0) = i == 0 ? READ_UNIQUE_ID : 0;
    int rounds = WAIT_ROUNDS;
    while (REG(XIP_SSI + SSI_RXFLR) < COMMAND_LENGTH) {
        if (--rounds == 0) return false;
    }
    for (int i = 0; i < COMMAND_LENGTH; i++) {
        uint8_t octet = (uint8_t)REG(XIP_SSI + SSI_DR0);
        if (i > DUMMY_OCTETS) id[i - 1 - DUMMY_OCTETS] = octet;
    }
    return true;
}

bool flash_id_read(uint8_t id[FLASH_ID_LENGTH])
{
    if (REG(IO_QSPI + SS_STATUS) == NOT_THERE) return false;
    uint32_t control = REG(XIP_SSI + SSI_CTRLR0);
    REG(XIP_SSI + SSI_SSIENR) = 0;
    REG(XIP_SSI + SSI_CTRLR0) = CTRLR0_FULL_DUPLEX;
    REG(XIP_SSI + SSI_SSIENR) = 1;
    REG(IO_QSPI + SS_CTRL) = OUTPUT_LOW;
    bool complete = exchange(id);
    REG(IO_QSPI + SS_CTRL) = OUTPUT_HIGH;
    REG(XIP_SSI + SSI_SSIENR) = 0;
    REG(XIP_SSI + SSI_CTRLR0) = control;
    REG(XIP_SSI + SSI_SSIENR) = 1;
    REG(IO_QSPI + SS_CTRL) = OUTPUT_NORMAL;

    /* A chip without the command, or no chip, reads one level all along. */
    uint8_t all = 0xff, any = 0;
    for (int i = 0; i < FLASH_ID_LENGTH; i++) {
        all &= id[i];
        any |= id[i];
    }
    return complete && all != 0xff && any != 0;
}
