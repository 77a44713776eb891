#include "w5500_model.h"

#include <string.h>

enum {
    MR = 0x00,
    SHAR = 0x09,
    IR = 0x15,
    IMR = 0x16,
    SIR = 0x17,
    SIMR = 0x18,
    RTR = 0x19,
    RCR = 0x1b,
    PHYCFGR = 0x2e,
    VERSIONR = 0x39,

    SN_MR = 0x00,
    SN_CR = 0x01,
    SN_IR = 0x02,
    SN_SR = 0x03,
    SN_DHAR = 0x06,
    SN_TTL = 0x16,
    SN_RXBUF_SIZE = 0x1e,
    SN_TXBUF_SIZE = 0x1f,
    SN_TX_FSR = 0x20,
    SN_TX_RD = 0x22,
    SN_TX_WR = 0x24,
    SN_RX_RSR = 0x26,
    SN_RX_RD = 0x28,
    SN_RX_WR = 0x2a,
    SN_IMR = 0x2c,
    SN_FRAG = 0x2d,

    OPEN = 0x01,
    CLOSE = 0x10,
    SEND = 0x20,
    RECV = 0x40,
    IR_RECV = 0x04,
    IR_SENDOK = 0x10,
    SOCK_CLOSED = 0x00,
    SOCK_MACRAW = 0x42,
    MR_MACRAW = 0x04,
    MR_PROTOCOL = 0x0f,
    MR_MFEN = 0x80,
    MR_BCASTB = 0x40,
    MR_MMB = 0x20,
    MR_MIP6B = 0x10,

    PHY_RUN = 0x80,
    PHY_OPMD = 0x40,
    PHY_OPMDC = 0x38,
    PHY_ALL_CAPABLE = 0x38,
    PHY_POWER_DOWN = 0x30,

    CONTROL_WRITE = 0x04,
    BLOCK_SHIFT = 3,
};

static uint16_t get(const uint8_t *registers, unsigned at)
{
    return (uint16_t)(registers[at] << 8 | registers[at + 1]);
}

static void put(uint8_t *registers, unsigned at, unsigned value)
{
    registers[at] = (uint8_t)(value >> 8);
    registers[at + 1] = (uint8_t)value;
}

static size_t buffer_size(const struct w5500_model *chip, unsigned which)
{
    size_t size = (size_t)chip->sockets[0][which] * 1024;
    return size == 0 || size > W5500_MODEL_BUFFER ? W5500_MODEL_BUFFER : size;
}

void w5500_model_init(struct w5500_model *chip)
{
    memset(chip, 0, sizeof *chip);
    chip->version = 0x04;
    chip->cable = true;
    w5500_model_reset(chip);
}

void w5500_model_reset(struct w5500_model *chip)
{
    memset(chip->common, 0, sizeof chip->common);
    memset(chip->sockets, 0, sizeof chip->sockets);
    put(chip->common, RTR, 2000);
    chip->common[RCR] = 8;
    chip->common[PHYCFGR] = PHY_RUN | PHY_ALL_CAPABLE;
    for (unsigned i = 0; i < W5500_MODEL_SOCKETS; i++) {
        uint8_t *socket = chip->sockets[i];
        memset(socket + SN_DHAR, 0xff, 6);
        socket[SN_TTL] = 0x80;
        socket[SN_RXBUF_SIZE] = socket[SN_TXBUF_SIZE] = 2;
        put(socket, SN_TX_FSR, 2048);
        socket[SN_IMR] = 0xff;
        socket[SN_FRAG] = 0x40;
    }
    chip->rx_read = 0;
}

bool w5500_model_interrupt(const struct w5500_model *chip)
{
    if (chip->common[IR] & chip->common[IMR]) return true;
    for (unsigned i = 0; i < W5500_MODEL_SOCKETS; i++) {
        bool pending = chip->sockets[i][SN_IR] & chip->sockets[i][SN_IMR];
        if (pending && chip->common[SIMR] & 1u << i) return true;
    }
    return false;
}

/* §4.1: link, speed and duplex are what the PHY found; here the best that the mode allows. */
static uint8_t phy(const struct w5500_model *chip)
{
    uint8_t set = chip->common[PHYCFGR], mode = set & PHY_OPMDC;
    bool up = chip->cable && mode != PHY_POWER_DOWN && set & PHY_RUN;
    if (!up) return set & 0xf8;
    unsigned opmdc = mode >> BLOCK_SHIFT;
    bool full = opmdc == 1 || opmdc == 3 || opmdc == 7, fast = opmdc >= 2;
    return (uint8_t)((set & 0xf8) | (full ? 4 : 0) | (fast ? 2 : 0) | 1);
}

static void update_sizes(struct w5500_model *chip)
{
    uint8_t *socket = chip->sockets[0];
    size_t waiting = (uint16_t)(get(socket, SN_TX_WR) - get(socket, SN_TX_RD));
    size_t size = buffer_size(chip, SN_TXBUF_SIZE);
    put(socket, SN_TX_FSR, waiting < size ? (unsigned)(size - waiting) : 0);
    put(socket, SN_RX_RSR, (uint16_t)(get(socket, SN_RX_WR) - chip->rx_read));
}

static void send_frame(struct w5500_model *chip)
{
    uint8_t *socket = chip->sockets[0];
    uint8_t frame[1536];
    uint16_t from = get(socket, SN_TX_RD), to = get(socket, SN_TX_WR);
    size_t length = (uint16_t)(to - from), size = buffer_size(chip, SN_TXBUF_SIZE);

    if (length > sizeof frame) length = sizeof frame;
    for (size_t i = 0; i < length; i++) frame[i] = chip->tx[(from + i) % size];
    put(socket, SN_TX_RD, to);
    update_sizes(chip);
    if (chip->silent_send) return;
    socket[SN_IR] |= IR_SENDOK;
    if (phy(chip) & 1 && chip->send != NULL) chip->send(chip->send_context, frame, length);
}

static void take_command(struct w5500_model *chip, uint8_t command)
{
    uint8_t *socket = chip->sockets[0];
    if (chip->wedged) {
        socket[SN_CR] = command;
        return;
    }
    switch (command) {
        case OPEN:
            socket[SN_SR] = (socket[SN_MR] & MR_PROTOCOL) == MR_MACRAW ? SOCK_MACRAW : SOCK_CLOSED;
            memset(socket + SN_TX_RD, 0, SN_IMR - SN_TX_RD);
            chip->rx_read = 0;
            update_sizes(chip);
            break;
        case CLOSE: socket[SN_SR] = SOCK_CLOSED; break;
        case SEND:
            if (socket[SN_SR] == SOCK_MACRAW) send_frame(chip);
            break;
        case RECV:
            chip->rx_read = get(socket, SN_RX_RD);
            update_sizes(chip);
            if (get(socket, SN_RX_RSR) > 0) socket[SN_IR] |= IR_RECV;
            break;
        default: break;
    }
}

static void write_common(struct w5500_model *chip, unsigned address, uint8_t value)
{
    if (address == MR && value & 0x80) {
        w5500_model_reset(chip);
    } else if (address == IR) {
        chip->common[IR] = (uint8_t)(chip->common[IR] & ~value);
    } else if (address == PHYCFGR) {
        /* Without OPMD the mode is that of the pins, which are pulled up. */
        chip->common[PHYCFGR] = value & PHY_OPMD ? value & 0xf8 : (uint8_t)((value & 0xc0) | PHY_ALL_CAPABLE);
    } else if (address != SIR && address < VERSIONR) {
        chip->common[address] = value;
    }
}

static void write_socket(struct w5500_model *chip, unsigned number, unsigned address, uint8_t value)
{
    uint8_t *socket = chip->sockets[number];
    bool read_only = address == SN_SR || (address >= SN_TX_FSR && address < SN_TX_WR) ||
                     (address >= SN_RX_RSR && address < SN_RX_RD) ||
                     (address >= SN_RX_WR && address < SN_IMR);
    if (address == SN_CR) {
        if (number == 0) take_command(chip, value);
    } else if (address == SN_IR) {
        socket[SN_IR] = (uint8_t)(socket[SN_IR] & ~value);
    } else if (!read_only && address < W5500_MODEL_SOCKET) {
        socket[address] = value;
        if (number == 0 && address == SN_TXBUF_SIZE) update_sizes(chip);
    }
}

static uint8_t read_common(const struct w5500_model *chip, unsigned address)
{
    uint8_t sir = 0;
    switch (address) {
        case PHYCFGR: return phy(chip);
        case VERSIONR: return chip->version;
        case SIR:
            for (unsigned i = 0; i < W5500_MODEL_SOCKETS; i++) {
                if (chip->sockets[i][SN_IR] & chip->sockets[i][SN_IMR]) sir = (uint8_t)(sir | 1u << i);
            }
            return sir;
        default: return address < W5500_MODEL_COMMON ? chip->common[address] : 0;
    }
}

static uint8_t read_socket(struct w5500_model *chip, unsigned number, unsigned address)
{
    if (address == SN_RX_RSR && chip->torn_reads > 0) {
        /* The high octet before a frame came, the low one after. */
        return (uint8_t)(0x55 ^ chip->torn_reads--);
    }
    return address < W5500_MODEL_SOCKET ? chip->sockets[number][address] : 0;
}

/* A socket's transmit buffer begins where those before it end. NULL: it has none. */
static uint8_t *tx_octet(struct w5500_model *chip, unsigned socket, unsigned address)
{
    size_t before = 0, size = chip->sockets[socket][SN_TXBUF_SIZE] * 1024u;
    for (unsigned i = 0; i < socket; i++) before += chip->sockets[i][SN_TXBUF_SIZE] * 1024u;
    if (size == 0 || before + size > W5500_MODEL_BUFFER) return NULL;
    return chip->tx + before + address % size;
}

static void exchange(struct w5500_model *chip, unsigned block, bool writing, unsigned address,
                     const uint8_t *tx, uint8_t *rx)
{
    unsigned socket = block >> 2;
    uint8_t value = 0, *octet;
    switch (block == 0 ? 0u : block & 3u) {
        case 0:
            if (block != 0) break;
            if (writing)
                write_common(chip, address, *tx);
            else
                value = read_common(chip, address);
            break;
        case 1:
            if (writing)
                write_socket(chip, socket, address, *tx);
            else
                value = read_socket(chip, socket, address);
            break;
        case 2:
            octet = tx_octet(chip, socket, address);
            if (octet != NULL && writing)
                *octet = *tx;
            else if (octet != NULL)
                value = *octet;
            break;
        default:
            if (socket == 0) value = chip->rx[address % buffer_size(chip, SN_RXBUF_SIZE)];
            break;
    }
    if (rx != NULL) *rx = value;
}

int w5500_model_transfer(struct w5500_model *chip, const uint8_t header[NL_SPI_HEADER], const uint8_t *tx,
                         uint8_t *rx, size_t length)
{
    static const uint8_t zero = 0;
    if (chip->bus_dead) return -1;
    unsigned address = (unsigned)(header[0] << 8 | header[1]);
    for (size_t i = 0; i < length; i++) {
        exchange(chip, header[2] >> BLOCK_SHIFT, header[2] & CONTROL_WRITE, (unsigned)(address + i) & 0xffffu,
                 tx != NULL ? tx + i : &zero, rx != NULL ? rx + i : NULL);
    }
    if (chip->version != 0x04 && rx != NULL) memset(rx, 0xff, length);
    return 0;
}

/* §4.2, Sn_MR: MFEN lets pass the own address and groups; the others block groups and IPv6. */
static bool wanted(const struct w5500_model *chip, const uint8_t *frame)
{
    static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
    uint8_t mode = chip->sockets[0][SN_MR];
    if (mode & MR_MIP6B && frame[12] == 0x86 && frame[13] == 0xdd) return false;
    if (!(mode & MR_MFEN)) return true;
    if (memcmp(frame, broadcast, 6) == 0) return !(mode & MR_BCASTB);
    if (frame[0] == 0x01 && frame[1] == 0x00 && frame[2] == 0x5e) return !(mode & MR_MMB);
    return frame[0] & 1 || memcmp(frame, chip->common + SHAR, 6) == 0;
}

bool w5500_model_receive(struct w5500_model *chip, const uint8_t *frame, size_t length)
{
    uint8_t *socket = chip->sockets[0];
    size_t size = buffer_size(chip, SN_RXBUF_SIZE), total = length + 2;
    if (socket[SN_SR] != SOCK_MACRAW || !(phy(chip) & 1) || length < 14 || !wanted(chip, frame)) return false;
    if (get(socket, SN_RX_RSR) + total > size) {
        chip->dropped++;
        return false;
    }
    uint16_t at = get(socket, SN_RX_WR);
    chip->rx[at++ % size] = (uint8_t)(total >> 8);
    chip->rx[at++ % size] = (uint8_t)total;
    for (size_t i = 0; i < length; i++) chip->rx[at++ % size] = frame[i];
    put(socket, SN_RX_WR, at);
    update_sizes(chip);
    socket[SN_IR] |= IR_RECV;
    return true;
}
