/* A frame stays in the chip: one to send was received where the chip sends it from, and one that came is read
 * from the receive buffer each time that it goes on the line, until the host has acknowledged it. */
#include "board.h"
#include "queue.h"

enum { PIECE = 32 };

/* Upwards, a piece after the other. */
enum nl_status nl_far_copy(struct nl_w5500 *chip, const struct nl_far *from, enum nl_w5500_memory memory,
                           uint16_t to, uint16_t length)
{
    uint8_t piece[PIECE];
    enum nl_status status = NL_OK;
    for (uint16_t done = 0; done < length && status == NL_OK; done += PIECE) {
        uint16_t count = length - done < PIECE ? (uint16_t)(length - done) : PIECE;
        status = nl_w5500_read(chip, nl_far_memory(from->where), (uint16_t)(from->at + done), piece, count);
        if (status == NL_OK) status = nl_w5500_write(chip, memory, (uint16_t)(to + done), piece, count);
    }
    return status;
}

/* Its place is wrong when a frame before it was refused, or when it had to wait in the scratch. */
enum nl_status nl_frames_write(struct nl_board *board, uint16_t length)
{
    struct nl_w5500 *chip = &board->chip;
    const struct nl_queue *in = board->link.in;
    struct nl_far far = nl_queue_record(in, in->tail).far;
    enum nl_status status = NL_OK;

    if (far.where == NL_FRAMES) {
        /* The socket was opened anew since, after a failure: the chip has forgotten what was to be sent. */
        if (far.opened != board->mac.opened) return NL_CHIP_TIMEOUT;
        if (far.at != chip->tx_write)
            status = nl_far_copy(chip, &far, NL_W5500_TRANSMIT, chip->tx_write, length);
    } else {
        status = nl_far_copy(chip, &far, NL_W5500_TRANSMIT, chip->tx_write, length);
    }
    if (status == NL_OK) chip->tx_write = (uint16_t)(chip->tx_write + length);
    return status;
}

enum nl_status nl_frames_take(struct nl_board *board, bool *sane)
{
    struct nl_w5500 *chip = &board->chip;
    uint8_t field[NL_LENGTH_FIELD];

    *sane = false;
    enum nl_status status = nl_w5500_read(chip, NL_W5500_RECEIVED, chip->rx_read, field, sizeof field);
    if (status != NL_OK) return status;
    uint16_t total = nl_get16(field);
    *sane = nl_mac_sane(&board->mac, total);
    if (!*sane) return NL_OK;
    uint16_t length = (uint16_t)(total - NL_LENGTH_FIELD);
    if (length <= NL_ETHERNET_MAX) {
        board->link.out->far = (struct nl_far){ .where = NL_RECEIVED,
                                                .at = (uint16_t)(chip->rx_read + NL_LENGTH_FIELD),
                                                .length = length };
        nl_mac_received(board, length);
    }
    nl_mac_take(board, total);
    return NL_OK;
}

enum nl_status nl_frames_release(struct nl_board *board, bool now)
{
    struct nl_w5500 *chip = &board->chip;
    struct nl_record oldest;
    uint16_t needed = chip->rx_read;
    if (!now) return NL_OK;
    if (nl_queue_find(board->link.out, NL_RECEIVED, &oldest)) {
        needed = (uint16_t)(oldest.far.at - NL_LENGTH_FIELD);
    }
    return needed != chip->rx_released ? nl_w5500_release(chip, needed) : NL_OK;
}

bool nl_frames_needed(const struct nl_board *board)
{
    struct nl_record record;
    return nl_queue_find(board->link.out, NL_RECEIVED, &record);
}
