/* Ethernet frames between the link and socket 0: which are with the chip, and what became of them. How their
 * octets go is the store's affair. */
#include "board.h"
#include "queue.h"

/* SENDOK comes within 1.3 ms of a free 10 Mbit/s line; sixteen collisions take 0.4 s at the very worst. */
static const uint32_t SEND_LIMIT_US = 500000;

enum {
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

static void forget_frames(struct nl_mac *mac)
{
    mac->open = mac->receiving = mac->quiet = false;
    mac->broken = NL_OK;
    mac->opened++;
    mac->rx_size = 0;
    mac->send_count = 0;
    mac->send_octets = 0;
}

enum nl_status nl_mac_open(struct nl_board *board, const uint8_t address[6], uint8_t filter)
{
    struct nl_mac *mac = &board->mac;
    forget_frames(mac);
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
    forget_frames(&board->mac);
    return nl_w5500_close(&board->chip);
}

/* The socket is opened anew; when that fails the chip is reset by its pin, which costs the PHY its link. */
static void recover(struct nl_board *board, enum nl_status why)
{
    struct nl_mac *mac = &board->mac;

    if (mac->broken == NL_OK) {
        count(board, NL_MAC_CHIP_RESETS, 1);
        end_all_sends(board, why);
        mac->broken = why;
    }
    /* The host may yet ask for frames again that only the chip has. */
    if (nl_frames_needed(board)) return;
    if (nl_mac_filter(board, mac->filter) == NL_OK) return;
    if (nl_w5500_reset(&board->chip) != NL_OK) return;
    if (board->phy.mode_set) (void)nl_w5500_phy_mode(&board->chip, board->phy.mode);
    (void)nl_mac_filter(board, mac->filter);
}

bool nl_mac_can_send(const struct nl_board *board, uint32_t length)
{
    const struct nl_mac *mac = &board->mac;
    return mac->broken == NL_OK && mac->send_count < NL_SENDS_MAX &&
           mac->send_octets + length <= nl_w5500_tx_size(&board->chip);
}

enum nl_status nl_mac_send(struct nl_board *board, uint8_t tag, uint16_t length)
{
    struct nl_mac *mac = &board->mac;
    enum nl_status status = nl_frames_write(board, length);
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

bool nl_mac_sane(const struct nl_mac *mac, uint16_t total)
{
    return total >= NL_LENGTH_FIELD + NL_ETHERNET_MIN && total <= mac->rx_size &&
           total <= NL_LENGTH_FIELD + NL_ETHERNET_MAX + NL_VLAN_TAG;
}

void nl_mac_received(struct nl_board *board, uint16_t length)
{
    uint8_t *message = nl_queue_place(board->link.out);
    message[0] = NL_MAC_RECEIVED;
    message[1] = 0;
    nl_put32(message + NL_MESSAGE_HEAD, board->mac.seen_at);
    (void)nl_link_send(&board->link, NL_EVENT_HEAD + (uint32_t)length);
    count(board, NL_MAC_FRAMES_RECEIVED, 1);
    count(board, NL_MAC_OCTETS_RECEIVED, length);
}

void nl_mac_take(struct nl_board *board, uint16_t total)
{
    board->chip.rx_read = (uint16_t)(board->chip.rx_read + total);
    board->mac.rx_size = (uint16_t)(board->mac.rx_size - total);
}

/* What the chip counts are all frames since the last RECV, those that were taken among them. */
static enum nl_status learn_rx_size(struct nl_board *board)
{
    struct nl_mac *mac = &board->mac;
    uint16_t waiting;
    enum nl_status status = nl_w5500_received(&board->chip, &waiting);
    if (status != NL_OK) return status;
    mac->rx_size = (uint16_t)(waiting - (uint16_t)(board->chip.rx_read - board->chip.rx_released));
    if (mac->rx_size == 0) mac->receiving = false;
    if (waiting > NL_W5500_BUFFER - NL_LENGTH_FIELD - NL_ETHERNET_MAX) count(board, NL_MAC_BUFFER_FULL, 1);
    return NL_OK;
}

/* The answers of the sends under way have their room beside an event. */
static bool event_room(const struct nl_board *board)
{
    const uint32_t length = NL_EVENT_HEAD + NL_ETHERNET_MAX;
    return !board->mac.quiet && board->mac.broken == NL_OK && nl_link_event_room(&board->link, length) &&
           nl_queue_fits(board->link.out, length, board->mac.send_count);
}

static enum nl_status receive(struct nl_board *board)
{
    struct nl_mac *mac = &board->mac;
    enum nl_status status = NL_OK;

    for (int i = 0; i < FRAMES_A_POLL && mac->receiving && event_room(board) && status == NL_OK; i++) {
        if (mac->rx_size == 0) {
            status = learn_rx_size(board);
            if (status != NL_OK || mac->rx_size == 0) break;
        }
        bool sane;
        status = nl_frames_take(board, &sane);
        if (status != NL_OK) break;
        if (!sane) return NL_CHIP_TIMEOUT;
        nl_link_transmit(&board->link, board->hal->now_us(board->hal->context));
        status = nl_frames_release(board, false);
    }
    return status == NL_OK ? nl_frames_release(board, true) : status;
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
    enum nl_status status = board->mac.broken;
    if (status == NL_OK) status = handle_interrupts(board);
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
