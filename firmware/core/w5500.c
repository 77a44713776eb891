#include "w5500.h"

#include "flash.h"
#include "octets.h"

enum block {
    BLOCK_COMMON = 0x00,
    BLOCK_SOCKET0 = 0x01,
    BLOCK_SOCKET0_TX = 0x02,
    BLOCK_SOCKET0_RX = 0x03,
    BLOCK_SOCKET1_TX = 0x06,
    BLOCK_SOCKET2_TX = 0x0a,
    BLOCK_SOCKET3_TX = 0x0e,
    BLOCKS_A_SOCKET = 4,
    SOCKETS = 8,
    CONTROL_WRITE = 0x04,
};

enum common_register {
    SHAR = 0x0009,
    SIMR = 0x0018,
    PHYCFGR = 0x002e,
    VERSIONR = 0x0039,
};

enum socket_register {
    SN_MR = 0x0000,
    SN_CR = 0x0001,
    SN_IR = 0x0002,
    SN_RXBUF_SIZE = 0x001e, /* And Sn_TXBUF_SIZE behind it. */
    SN_TX_WR = 0x0024,
    SN_RX_RSR = 0x0026,
    SN_RX_RD = 0x0028,
    SN_IMR = 0x002c,
};

enum command { OPEN = 0x01, CLOSE = 0x10, SEND = 0x20, RECV = 0x40 };

enum {
    SN_MR_MACRAW = 0x04,
    BUFFER_KILOBYTES = NL_W5500_BUFFER / 1024,

    PHYCFGR_RUN = 0x80,  /* RST, active low */
    PHYCFGR_OPMD = 0x40, /* Take OPMDC, not the pins. */
    PHYCFGR_OPMDC = 3,   /* The shift of its three bits. */
    PHYCFGR_DUPLEX = 0x04,
    PHYCFGR_SPEED = 0x02,
    PHYCFGR_LINK = 0x01,

    RESET_PULSE_US = 500, /* §5.5.1: RSTn low at least so long, */
    RESET_LOCK_US = 1000, /* and so long until the PLL has locked. */
    COMMAND_LIMIT_US = 10000,
    AGREEING_READS_MAX = 16,
};

static enum nl_status transfer(struct nl_w5500 *chip, uint16_t address, uint8_t control, const uint8_t *tx,
                               uint8_t *rx, size_t length)
{
    const struct nl_hal *hal = chip->hal;
    uint8_t header[NL_SPI_HEADER] = { (uint8_t)(address >> 8), (uint8_t)address, control };
    return hal->spi_transfer(hal->context, header, tx, rx, length) == 0 ? NL_OK : NL_BUS;
}

static enum nl_status read_block(struct nl_w5500 *chip, enum block block, uint16_t address, uint8_t *octets,
                                 size_t length)
{
    return transfer(chip, address, (uint8_t)(block << 3), NULL, octets, length);
}

static enum nl_status write_block(struct nl_w5500 *chip, enum block block, uint16_t address,
                                  const uint8_t *octets, size_t length)
{
    return transfer(chip, address, (uint8_t)(block << 3 | CONTROL_WRITE), octets, NULL, length);
}

static enum nl_status write8(struct nl_w5500 *chip, enum block block, uint16_t address, uint8_t value)
{
    return write_block(chip, block, address, &value, 1);
}

static enum nl_status write16(struct nl_w5500 *chip, uint16_t address, uint16_t value)
{
    uint8_t octets[2] = { (uint8_t)(value >> 8), (uint8_t)value };
    return write_block(chip, BLOCK_SOCKET0, address, octets, sizeof octets);
}

/* The chip clears Sn_CR once it has taken the command; a wedged chip never does. */
static enum nl_status command(struct nl_w5500 *chip, enum command code)
{
    const struct nl_hal *hal = chip->hal;
    enum nl_status status = write8(chip, BLOCK_SOCKET0, SN_CR, (uint8_t)code);
    uint32_t started = hal->now_us(hal->context);
    while (status == NL_OK) {
        uint8_t pending;
        status = read_block(chip, BLOCK_SOCKET0, SN_CR, &pending, 1);
        if (status == NL_OK && pending == 0) return NL_OK;
        if (hal->now_us(hal->context) - started > COMMAND_LIMIT_US) return NL_CHIP_TIMEOUT;
    }
    return status;
}

void nl_w5500_init(struct nl_w5500 *chip, const struct nl_hal *hal, bool divided)
{
    *chip = (struct nl_w5500){ .hal = hal, .divided = divided };
}

uint16_t nl_w5500_tx_size(const struct nl_w5500 *chip)
{
    return chip->divided ? NL_W5500_BUFFER / 4 : NL_W5500_BUFFER;
}

enum nl_status nl_w5500_probe(struct nl_w5500 *chip)
{
    chip->version = 0;
    enum nl_status status = read_block(chip, BLOCK_COMMON, VERSIONR, &chip->version, 1);
    if (status != NL_OK) return status;
    return chip->version == NL_W5500_VERSION ? NL_OK : NL_NO_CHIP;
}

/* From the last socket on, so that at no time more is given than there is. */
static enum nl_status give_buffers(struct nl_w5500 *chip)
{
    static const NL_FLASH uint8_t divided[SOCKETS] = { 4, NL_W5500_SCRATCH_SIZE / 1024,
                                                       NL_W5500_SAMPLES / 1024, NL_W5500_SAMPLES / 1024 };
    enum nl_status status = NL_OK;
    for (int socket = SOCKETS - 1; socket >= 0 && status == NL_OK; socket--) {
        uint8_t own = socket == 0 ? BUFFER_KILOBYTES : 0;
        uint8_t sizes[2] = { own, chip->divided ? divided[socket] : own }; /* Receive, transmit. */
        enum block block = (enum block)(BLOCK_SOCKET0 + BLOCKS_A_SOCKET * socket);
        status = write_block(chip, block, SN_RXBUF_SIZE, sizes, sizeof sizes);
    }
    return status;
}

enum nl_status nl_w5500_reset(struct nl_w5500 *chip)
{
    const struct nl_hal *hal = chip->hal;
    hal->chip_reset(hal->context, true);
    hal->sleep_us(hal->context, RESET_PULSE_US);
    hal->chip_reset(hal->context, false);
    hal->sleep_us(hal->context, RESET_LOCK_US);
    enum nl_status status = nl_w5500_probe(chip);
    return status == NL_OK ? give_buffers(chip) : status;
}

enum nl_status nl_w5500_phy_read(struct nl_w5500 *chip, struct nl_phy *phy)
{
    uint8_t value = 0;
    enum nl_status status = read_block(chip, BLOCK_COMMON, PHYCFGR, &value, 1);
    phy->link = value & PHYCFGR_LINK ? 1 : 0;
    phy->speed = value & PHYCFGR_SPEED ? 100 : 10;
    phy->duplex = value & PHYCFGR_DUPLEX ? 1 : 0;
    phy->mode = (value >> PHYCFGR_OPMDC) & 7;
    return status;
}

/* A mode is taken when the PHY comes out of its reset. */
enum nl_status nl_w5500_phy_mode(struct nl_w5500 *chip, uint8_t mode)
{
    uint8_t value = (uint8_t)(PHYCFGR_OPMD | mode << PHYCFGR_OPMDC);
    enum nl_status status = write8(chip, BLOCK_COMMON, PHYCFGR, value);
    if (status != NL_OK) return status;
    return write8(chip, BLOCK_COMMON, PHYCFGR, value | PHYCFGR_RUN);
}

enum nl_status nl_w5500_open(struct nl_w5500 *chip, const uint8_t address[6], uint8_t filter)
{
    enum nl_status status = nl_w5500_close(chip);
    if (status == NL_OK) status = give_buffers(chip);
    if (status == NL_OK) status = write_block(chip, BLOCK_COMMON, SHAR, address, 6);
    if (status == NL_OK) status = write8(chip, BLOCK_SOCKET0, SN_IMR, NL_W5500_RECV | NL_W5500_SENDOK);
    if (status == NL_OK) status = write8(chip, BLOCK_COMMON, SIMR, 1);
    if (status == NL_OK) status = write8(chip, BLOCK_SOCKET0, SN_MR, filter | SN_MR_MACRAW);
    if (status == NL_OK) status = command(chip, OPEN);

    uint8_t pointers[6], interrupts, socket_status;
    if (status == NL_OK) status = nl_w5500_interrupts(chip, &interrupts, &socket_status);
    if (status == NL_OK && socket_status != NL_W5500_SOCK_MACRAW) status = NL_CHIP_TIMEOUT;
    if (status == NL_OK) status = read_block(chip, BLOCK_SOCKET0, SN_TX_WR, pointers, sizeof pointers);
    if (status != NL_OK) return status;
    chip->tx_write = nl_get16(pointers);
    chip->rx_read = chip->rx_released = nl_get16(pointers + (SN_RX_RD - SN_TX_WR));
    return NL_OK;
}

enum nl_status nl_w5500_close(struct nl_w5500 *chip)
{
    enum nl_status status = nl_w5500_probe(chip);
    if (status == NL_OK) status = write8(chip, BLOCK_COMMON, SIMR, 0);
    if (status == NL_OK) status = command(chip, CLOSE);
    if (status == NL_OK) status = write8(chip, BLOCK_SOCKET0, SN_IR, 0x1f);
    return status;
}

enum nl_status nl_w5500_interrupts(struct nl_w5500 *chip, uint8_t *interrupts, uint8_t *socket_status)
{
    uint8_t registers[2]; /* Sn_IR, Sn_SR */
    enum nl_status status = read_block(chip, BLOCK_SOCKET0, SN_IR, registers, sizeof registers);
    if (status != NL_OK) return status;
    *interrupts = registers[0] & (NL_W5500_RECV | NL_W5500_SENDOK);
    *socket_status = registers[1];
    /* Only what was seen: a bit that rose since stays for the next look. */
    return *interrupts == 0 ? NL_OK : write8(chip, BLOCK_SOCKET0, SN_IR, *interrupts);
}

static enum block memory_block(enum nl_w5500_memory memory)
{
    switch (memory) {
        case NL_W5500_TRANSMIT: return BLOCK_SOCKET0_TX;
        case NL_W5500_RECEIVED: return BLOCK_SOCKET0_RX;
        case NL_W5500_LOADED: return BLOCK_SOCKET2_TX;
        case NL_W5500_SAMPLED: return BLOCK_SOCKET3_TX;
        case NL_W5500_SCRATCH: break;
    }
    return BLOCK_SOCKET1_TX;
}

enum nl_status nl_w5500_write(struct nl_w5500 *chip, enum nl_w5500_memory memory, uint16_t address,
                              const uint8_t *octets, uint16_t length)
{
    return write_block(chip, memory_block(memory), address, octets, length);
}

enum nl_status nl_w5500_read(struct nl_w5500 *chip, enum nl_w5500_memory memory, uint16_t address,
                             uint8_t *octets, uint16_t length)
{
    return read_block(chip, memory_block(memory), address, octets, length);
}

enum nl_status nl_w5500_send(struct nl_w5500 *chip, uint16_t end)
{
    enum nl_status status = write16(chip, SN_TX_WR, end);
    return status == NL_OK ? command(chip, SEND) : status;
}

/* The register may change between its two octets; a torn value does not come twice. */
enum nl_status nl_w5500_received(struct nl_w5500 *chip, uint16_t *size)
{
    uint8_t octets[2];
    enum nl_status status = read_block(chip, BLOCK_SOCKET0, SN_RX_RSR, octets, sizeof octets);
    for (int reads = 1; status == NL_OK && reads < AGREEING_READS_MAX; reads++) {
        *size = nl_get16(octets);
        status = read_block(chip, BLOCK_SOCKET0, SN_RX_RSR, octets, sizeof octets);
        if (status == NL_OK && nl_get16(octets) == *size) return NL_OK;
    }
    return status == NL_OK ? NL_CHIP_TIMEOUT : status;
}

enum nl_status nl_w5500_release(struct nl_w5500 *chip, uint16_t address)
{
    enum nl_status status = write16(chip, SN_RX_RD, address);
    if (status == NL_OK) chip->rx_released = address;
    return status == NL_OK ? command(chip, RECV) : status;
}
