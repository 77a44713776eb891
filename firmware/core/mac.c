/* Ethernet frames between the link and socket 0. A frame is copied once each way: from the link's queue
 * into the chip, from the chip into the link's queue. */
#include "board.h"

/* SENDOK comes within 1.3 ms of a free 10 Mbit/s line; sixteen collisions take 0.4 s at the very worst. */
static const uint32_t SEND_LIMIT_US = 500000;

enum {
    LENGTH_FIELD = 2,               /* Before each frame in the receive buffer, and counted in it. */
    VLAN_TAG = 4,                   /* A tagged frame may pass NL_ETHERNET_MAX by this; it is skipped. */
    FIRST_READ = LENGTH_FIELD + 64, /* A short frame takes one transfer. */
    RELEASE_EVERY = NL_W5500_BUFFER / 4,
    FRAMES_A_POLL = 16,
    INTERRUPTS_A_POLL = 4,
};

static void count(struct nl_board *board, enum nl_mac_counter counter, uint32_t by)
{
    board->mac.counters.value[counter] += by;
}

static void respond(struct nl_board *board, uint8_t tag, enum nl_status status)
{
    if (tag == 0) {
        if (status != NL_OK) board->statistics.value[NL_REQUESTS_REFUSED]++;
        return;
    }
    uint8_t *message = nl_queue_place(board->link.out);
    message[0] = NL_MAC_SEND | NL_RESPONSE;
    message[1] = tag;
    message[2] = (uint8_t)status;
    nl_put32(message + NL_RESPONSE_HEAD, board->mac.seen_at);
    (void)nl_link_send(&board->link, NL_RESPONSE_HEAD + (status == NL_OK ? 4 : 0));
}

static enum nl_status start_send(struct nl_board *board)
{
    struct nl_mac *mac = &board->mac;
    mac->send_started = board->hal->now_us(board->hal->context);
    return nl_w5500_send(&board->chip, mac->sends[mac->send_first].end);
}

static void end_send(struct nl_board *board, enum nl_status status)
{
    struct nl_mac *mac = &board->mac;
    struct nl_send sent = mac->sends[mac->send_first];
    mac->send_first = (uint8_t)((mac->send_first + 1) % NL_SENDS_MAX);
    mac->send_count--;
    mac->send_octets -= sent.length;
    if (status == NL_OK) {
        count(board, NL_MAC_FRAMES_SENT, 1);
        count(board, NL_MAC_OCTETS_SENT, sent.length);
    } else {
        count(board, NL_MAC_SEND_FAILURES, 1);
    }
    respond(board, sent.tag, status);
}

static void end_all_sends(struct nl_board *board, enum nl_status status)
{
    while (board->mac.send_count > 0) end_send(board, status);
}

enum nl_status nl_mac_open(struct nl_board *board, const uint8_t address[6], uint8_t filter)
{
    struct nl_mac *mac = &board->mac;
    mac->open = false;
    mac->receiving = false;
    mac->rx_size = 0;
    mac->send_count = 0;
    mac->send_octets = 0;
    for (unsigned i = 0; i < sizeof mac->address; i++) mac->address[i] = address[i];
    mac->filter = filter;
    enum nl_status status = nl_w5500_open(&board->chip, mac->address, filter);
    mac->open = status == NL_OK;
    return status;
}

enum nl_status nl_mac_filter(struct nl_board *board, uint8_t filter)
{
    uint8_t address[6];
    for (unsigned i = 0; i < sizeof address; i++) address[i] = board->mac.address[i];
    /* Sn_MR is read by the chip at OPEN (§4.2). */
    return nl_mac_open(board, address, filter);
}

enum nl_status nl_mac_close(struct nl_board *board)
{
    board->mac.open = false;
    board->mac.receiving = false;
    board->mac.send_count = 0;
    board->mac.send_octets = 0;
    return nl_w5500_close(&board->chip);
}

/* The socket is opened anew; when that fails the chip is reset by its pin, which costs the PHY its link. */
static void recover(struct nl_board *board, enum nl_status why)
{
    struct nl_mac *mac = &board->mac;

    count(board, NL_MAC_CHIP_RESETS, 1);
    end_all_sends(board, why);
    if (nl_mac_filter(board, mac->filter) == NL_OK) return;
    if (nl_w5500_reset(&board->chip) != NL_OK) return;
    if (board->phy.mode_set) (void)nl_w5500_phy_mode(&board->chip, board->phy.mode);
    (void)nl_mac_filter(board, mac->filter);
}

bool nl_mac_can_send(const struct nl_board *board, uint32_t length)
{
    const struct nl_mac *mac = &board->mac;
    return mac->send_count < NL_SENDS_MAX && mac->send_octets + length <= NL_W5500_BUFFER;
}

enum nl_status nl_mac_send(struct nl_board *board, uint8_t tag, const uint8_t *frame, uint16_t length)
{
    struct nl_mac *mac = &board->mac;
    enum nl_status status = nl_w5500_write(&board->chip, frame, length);
    if (status != NL_OK) return status;
    uint8_t last = (uint8_t)((mac->send_first + mac->send_count) % NL_SENDS_MAX);
    mac->sends[last] = (struct nl_send){ .tag = tag, .length = length, .end = board->chip.tx_write };
    mac->send_count++;
    mac->send_octets += length;
    if (mac->send_count > 1) return NL_OK;
    status = start_send(board);
    if (status != NL_OK) recover(board, status);
    return NL_OK;
}

/* Takes the frame at rx_read into an event. False: what stands there cannot be a frame. */
static enum nl_status receive_frame(struct nl_board *board, bool *sane)
{
    struct nl_mac *mac = &board->mac;
    uint8_t *message = nl_queue_place(board->link.out);
    uint8_t *chip_octets = message + NL_EVENT_HEAD - LENGTH_FIELD;
    uint16_t first = mac->rx_size < FIRST_READ ? mac->rx_size : FIRST_READ;

    *sane = false;
    enum nl_status status = nl_w5500_read(&board->chip, 0, chip_octets, first);
    if (status != NL_OK) return status;
    uint16_t total = nl_get16(chip_octets);
    if (total < LENGTH_FIELD + NL_ETHERNET_MIN || total > mac->rx_size ||
        total > LENGTH_FIELD + NL_ETHERNET_MAX + VLAN_TAG) {
        return NL_OK;
    }
    *sane = true;
    uint32_t length = total - (uint32_t)LENGTH_FIELD;
    if (length <= NL_ETHERNET_MAX) {
        if (total > first) {
            status = nl_w5500_read(&board->chip, first, chip_octets + first, (uint16_t)(total - first));
            if (status != NL_OK) return status;
        }
        message[0] = NL_MAC_RECEIVED;
        message[1] = 0;
        nl_put32(message + NL_MESSAGE_HEAD, mac->seen_at);
        (void)nl_link_send(&board->link, NL_EVENT_HEAD + length);
        count(board, NL_MAC_FRAMES_RECEIVED, 1);
        count(board, NL_MAC_OCTETS_RECEIVED, length);
    }
    board->chip.rx_read = (uint16_t)(board->chip.rx_read + total);
    mac->rx_size = (uint16_t)(mac->rx_size - total);
    return NL_OK;
}

/* Only while nothing is read and unreleased: Sn_RX_RSR counts from the last RECV on. */
static enum nl_status learn_rx_size(struct nl_board *board)
{
    struct nl_mac *mac = &board->mac;
    enum nl_status status = nl_w5500_received(&board->chip, &mac->rx_size);
    if (status != NL_OK) return status;
    if (mac->rx_size == 0) mac->receiving = false;
    if (mac->rx_size > NL_W5500_BUFFER - LENGTH_FIELD - NL_ETHERNET_MAX) count(board, NL_MAC_BUFFER_FULL, 1);
    return NL_OK;
}

static bool event_room(const struct nl_board *board)
{
    return nl_link_event_room(&board->link, NL_EVENT_HEAD + NL_ETHERNET_MAX);
}

static enum nl_status receive(struct nl_board *board)
{
    struct nl_mac *mac = &board->mac;
    enum nl_status status = NL_OK;
    uint32_t unreleased = 0;

    for (int i = 0; i < FRAMES_A_POLL && mac->receiving && event_room(board); i++) {
        if (mac->rx_size == 0) {
            status = learn_rx_size(board);
            if (status != NL_OK || mac->rx_size == 0) break;
        }
        uint16_t before = mac->rx_size;
        bool sane;
        status = receive_frame(board, &sane);
        if (status != NL_OK) break;
        if (!sane) return NL_CHIP_TIMEOUT;
        nl_link_transmit(&board->link, board->hal->now_us(board->hal->context));
        unreleased += (uint32_t)(before - mac->rx_size);
        if (mac->rx_size == 0 || unreleased >= RELEASE_EVERY) {
            status = nl_w5500_release(&board->chip);
            unreleased = 0;
            if (status != NL_OK) break;
        }
    }
    if (status == NL_OK && unreleased > 0) status = nl_w5500_release(&board->chip);
    return status;
}

static enum nl_status handle_interrupts(struct nl_board *board)
{
    struct nl_mac *mac = &board->mac;
    const struct nl_hal *hal = board->hal;

    for (int i = 0; i < INTERRUPTS_A_POLL && hal->chip_interrupt(hal->context, &mac->seen_at); i++) {
        uint8_t interrupts, socket_status;
        enum nl_status status = nl_w5500_interrupts(&board->chip, &interrupts, &socket_status);
        if (status != NL_OK) return status;
        if (socket_status != NL_W5500_SOCK_MACRAW) return NL_CHIP_TIMEOUT;
        if (interrupts & NL_W5500_RECV) {
            mac->receiving = true;
            /* A host that takes nothing shall still learn that the buffer was full. */
            if (!event_room(board)) status = learn_rx_size(board);
            if (status != NL_OK) return status;
        }
        if (interrupts & NL_W5500_SENDOK && mac->send_count > 0) {
            end_send(board, NL_OK);
            if (mac->send_count > 0) status = start_send(board);
            if (status != NL_OK) return status;
        }
    }
    return NL_OK;
}

/* With the link down a frame never leaves; that is not the chip's fault. */
static enum nl_status see_to_send_limit(struct nl_board *board)
{
    struct nl_mac *mac = &board->mac;
    uint32_t now = board->hal->now_us(board->hal->context);
    if (mac->send_count == 0 || now - mac->send_started < SEND_LIMIT_US) return NL_OK;
    struct nl_phy phy;
    if (nl_w5500_phy_read(&board->chip, &phy) == NL_OK && phy.link == 0) return NL_LINK_DOWN;
    return NL_CHIP_TIMEOUT;
}

void nl_mac_poll(struct nl_board *board)
{
    if (!board->mac.open) return;
    enum nl_status status = handle_interrupts(board);
    if (status == NL_OK) status = see_to_send_limit(board);
    if (status == NL_OK) status = receive(board);
    if (status != NL_OK) recover(board, status);
}

uint32_t nl_mac_wait(const struct nl_board *board, uint32_t now)
{
    const struct nl_mac *mac = &board->mac;
    if (mac->open && mac->receiving && event_room(board)) return 0;
    return mac->send_count > 0 ? nl_sooner(NL_FOREVER, mac->send_started, SEND_LIMIT_US, now) : NL_FOREVER;
}
