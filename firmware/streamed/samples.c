/* Samples stand in the chip: octet n of those loaded, and of those taken, at the address n of a memory. The
 * HAL's rings are the little that passes between two looks of the main loop. */
#include "board.h"
#include "queue.h"

enum nl_status nl_samples_load(struct nl_board *board, uint16_t count)
{
    struct nl_w5500 *chip = &board->chip;
    const struct nl_queue *in = board->link.in;
    struct nl_far far = nl_queue_record(in, in->tail).far;
    uint16_t to = (uint16_t)board->gpio_line.loaded;

    if (chip->version != NL_W5500_VERSION) return NL_NO_CHIP;
    if (far.where == NL_NEAR) {
        const uint8_t *octets = nl_queue_payload(in, in->tail) + NL_MESSAGE_HEAD + NL_GPIO_OFFSET_LENGTH;
        return nl_w5500_write(chip, NL_W5500_LOADED, to, octets, count);
    }
    far.at = (uint16_t)(far.at + NL_GPIO_OFFSET_LENGTH);
    return nl_far_copy(chip, &far, NL_W5500_LOADED, to, count);
}

/* As many octets as there are in one piece of a ring, from `at` to at most `end`. */
static uint16_t piece(uint32_t ring, uint16_t at, uint16_t end)
{
    uint16_t to_end = (uint16_t)(ring - at % ring), count = (uint16_t)(end - at);
    return count < to_end ? count : to_end;
}

uint32_t nl_samples_to_send(struct nl_board *board, uint32_t end)
{
    const NL_FLASH struct nl_gpio_hal *gpio = board->hal->gpio;
    const struct nl_gpio_line *line = &board->gpio_line;
    uint32_t at = line->send_end, room = line->sent + gpio->send_size;

    if (end > room) end = room;
    while (at != end) {
        uint16_t count = piece(gpio->send_size, (uint16_t)at, (uint16_t)end);
        uint8_t *to = gpio->send_ring + (uint16_t)at % gpio->send_size;
        (void)nl_w5500_read(&board->chip, NL_W5500_LOADED, (uint16_t)at, to, count);
        at += count;
    }
    return at;
}

void nl_samples_keep(struct nl_board *board, uint32_t sampled)
{
    const NL_FLASH struct nl_gpio_hal *gpio = board->hal->gpio;
    struct nl_gpio_line *line = &board->gpio_line;

    while (line->sampled != sampled) {
        uint16_t at = (uint16_t)line->sampled, count = piece(gpio->sample_size, at, (uint16_t)sampled);
        const uint8_t *from = gpio->sample_ring + at % gpio->sample_size;
        (void)nl_w5500_write(&board->chip, NL_W5500_SAMPLED, at, from, count);
        line->sampled += count;
    }
}

/* What the host has not acknowledged may be asked for again. */
uint32_t nl_samples_room(const struct nl_board *board)
{
    const struct nl_gpio_line *line = &board->gpio_line;
    struct nl_record oldest;
    uint32_t ring = line->sampled + board->hal->gpio->sample_size, kept = line->taken;

    if (nl_queue_find(board->link.out, NL_SAMPLES, &oldest))
        kept -= (uint16_t)((uint16_t)kept - oldest.far.at);
    return ring < kept + NL_W5500_SAMPLES ? ring : kept + NL_W5500_SAMPLES;
}

void nl_samples_tell(struct nl_board *board, uint16_t count)
{
    board->link.out->far =
        (struct nl_far){ .where = NL_SAMPLES, .at = (uint16_t)board->gpio_line.taken, .length = count };
}

bool nl_samples_needed(const struct nl_board *board)
{
    struct nl_record record;
    return nl_queue_find(board->link.out, NL_SAMPLES, &record);
}
