/* A frame is copied once each way: from the link's queue into the chip, from the chip into the link's queue.
 */
#include "board.h"
#include "queue.h"

enum {
    FIRST_READ = NL_LENGTH_FIELD + 64, /* A short frame takes one transfer. */
    RELEASE_EVERY = NL_W5500_BUFFER / 4,
};

enum nl_status nl_frames_write(struct nl_board *board, uint16_t length)
{
    const struct nl_queue *in = board->link.in;
    struct nl_w5500 *chip = &board->chip;
    const uint8_t *frame = nl_queue_payload(in, in->tail) + NL_MESSAGE_HEAD;
    enum nl_status status = nl_w5500_write(chip, NL_W5500_TRANSMIT, chip->tx_write, frame, length);
    if (status == NL_OK) chip->tx_write = (uint16_t)(chip->tx_write + length);
    return status;
}

enum nl_status nl_frames_take(struct nl_board *board, bool *sane)
{
    struct nl_mac *mac = &board->mac;
    struct nl_w5500 *chip = &board->chip;
    uint8_t *message = nl_queue_place(board->link.out);
    uint8_t *octets = message + NL_EVENT_HEAD - NL_LENGTH_FIELD;
    uint16_t first = mac->rx_size < FIRST_READ ? mac->rx_size : FIRST_READ;

    *sane = false;
    enum nl_status status = nl_w5500_read(chip, NL_W5500_RECEIVED, chip->rx_read, octets, first);
    if (status != NL_OK) return status;
    uint16_t total = nl_get16(octets);
    *sane = nl_mac_sane(mac, total);
    if (!*sane) return NL_OK;
    uint16_t length = (uint16_t)(total - NL_LENGTH_FIELD);
    if (length <= NL_ETHERNET_MAX) {
        if (total > first) {
            status = nl_w5500_read(chip, NL_W5500_RECEIVED, (uint16_t)(chip->rx_read + first), octets + first,
                                   (uint16_t)(total - first));
            if (status != NL_OK) return status;
        }
        nl_mac_received(board, length);
    }
    nl_mac_take(board, total);
    return NL_OK;
}

enum nl_status nl_frames_release(struct nl_board *board, bool now)
{
    struct nl_w5500 *chip = &board->chip;
    uint16_t unreleased = (uint16_t)(chip->rx_read - chip->rx_released);
    bool due = now || board->mac.rx_size == 0 || unreleased >= RELEASE_EVERY;
    return unreleased > 0 && due ? nl_w5500_release(chip, chip->rx_read) : NL_OK;
}

bool nl_frames_needed(const struct nl_board *board)
{
    (void)board;
    return false;
}
