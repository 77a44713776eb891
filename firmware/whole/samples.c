/* The HAL's rings are all the memory that samples have. */
#include "board.h"
#include "queue.h"

enum nl_status nl_samples_load(struct nl_board *board, uint16_t count)
{
    const struct nl_gpio_hal *gpio = board->hal->gpio;
    const struct nl_queue *in = board->link.in;
    const uint8_t *octets = nl_queue_payload(in, in->tail) + NL_MESSAGE_HEAD + NL_GPIO_OFFSET_LENGTH;
    uint32_t at = board->gpio_line.loaded;
    for (uint16_t i = 0; i < count; i++) gpio->send_ring[(at + i) % gpio->send_size] = octets[i];
    return NL_OK;
}

uint32_t nl_samples_to_send(struct nl_board *board, uint32_t end)
{
    (void)board;
    return end;
}

void nl_samples_keep(struct nl_board *board, uint32_t sampled)
{
    board->gpio_line.sampled = sampled;
}

uint32_t nl_samples_room(const struct nl_board *board)
{
    return board->gpio_line.taken + board->hal->gpio->sample_size;
}

void nl_samples_tell(struct nl_board *board, uint16_t count)
{
    const struct nl_gpio_hal *gpio = board->hal->gpio;
    uint8_t *octets = nl_queue_place(board->link.out) + NL_EVENT_HEAD;
    uint32_t at = board->gpio_line.taken;
    for (uint16_t i = 0; i < count; i++) octets[i] = gpio->sample_ring[(at + i) % gpio->sample_size];
}

bool nl_samples_needed(const struct nl_board *board)
{
    (void)board;
    return false;
}
