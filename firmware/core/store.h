/* Where messages and frames are while the link has them: the seam between the core and the memory of a board.
 *
 *   whole/     each frame stands in RAM in one piece, so that it is coded in place and checked by words
 *   streamed/  a frame passes through RAM by pieces, to and from the buffers of the W5500: 2 KB will do
 *
 * A board is linked with one of the two; both have these functions, and queue.h with their structs.
 *
 * A queue holds messages in order. Those received stand in `in` until they are carried out, those to send in
 * `out` until the host has acknowledged them. What a message has beyond a few octets may be elsewhere:
 * `payload` gives its op, its tag and the first NL_NEAR_BODY octets of its body, or all of it. */
#ifndef NL_STORE_H
#define NL_STORE_H

#include "frame.h"
#include "message.h"

enum {
    NL_NEAR_BODY = 8, /* As much as any request has but an echo and a frame. */
    /* The response to a MAC_SEND: op, tag, status, time. */
    NL_SENT_LENGTH = 7,
};

struct nl_board;
struct nl_line;
struct nl_queue;

void nl_queue_clear(struct nl_queue *queue);

/* Where the next message to send is put together, with NL_FRAME_HEADER octets before it that are free, too.
 */
uint8_t *nl_queue_place(const struct nl_queue *queue);

/* Of messages received: costs (payload + NL_MESSAGE_COST) that are sure to fit, the credit to give. */
uint32_t nl_queue_room(const struct nl_queue *queue);
/* Whether a message of `length` fits and `sends` answers to MAC_SEND beside it. */
bool nl_queue_fits(const struct nl_queue *queue, uint32_t length, unsigned sends);

/* Appends the message that was put together, or received. The caller has seen that it fits. */
void nl_queue_push(struct nl_queue *queue, uint32_t length);
/* Drops the oldest. */
void nl_queue_pop(struct nl_queue *queue);

/* Records by offset, from `tail` on; valid for `count` of them. */
uint32_t nl_queue_next(const struct nl_queue *queue, uint32_t record);
uint8_t *nl_queue_payload(const struct nl_queue *queue, uint32_t record);
uint32_t nl_queue_length(const struct nl_queue *queue, uint32_t record);

/* Of messages received: whether each is acknowledged only when it is popped, so that no more than a window of
 * them can be here. */
bool nl_queue_late(const struct nl_queue *queue);

/* Makes the `length` octets of the body of `in`'s oldest message those behind NL_RESPONSE_HEAD of the message
 * at `out`'s place. False: they were lost. */
bool nl_queue_echo(struct nl_queue *out, const struct nl_queue *in, uint32_t length);
/* Copies the first `length` octets of the body of `in`'s oldest message. False: they were lost. */
bool nl_queue_body(const struct nl_queue *in, uint8_t *octets, uint16_t length);

/* What the link wants next on a line; `in` is NULL where it has no session. */
struct nl_expected {
    struct nl_queue *in;
    uint16_t session;
    uint8_t seq;
};

enum nl_line_event {
    NL_LINE_NOTHING, /* All that came was taken. */
    NL_LINE_FRAME,   /* `frame` and `length` (without the CRC) hold one; of DATA, `in` has what it carries. */
    NL_LINE_DAMAGED, /* One came and was counted. */
};

/* Reads on until something whole came. */
enum nl_line_event nl_line_receive(struct nl_line *line, const struct nl_expected *expected);

/* Sends a frame of `length` octets, header included, CRC not. False: no room now. */
bool nl_line_send(struct nl_line *line, const uint8_t *frame, size_t length, uint32_t now);
/* Begins, and perhaps ends, a frame with the message of a record of the queue. */
bool nl_line_send_message(struct nl_line *line, const struct nl_header *header, struct nl_queue *out,
                          uint32_t record, uint32_t now);
/* Goes on with a frame that was begun, as far as there is room. False: it is not over. */
bool nl_line_continue(struct nl_line *line);
/* It would go on at once. */
bool nl_line_paused(const struct nl_line *line);
bool nl_line_busy(const struct nl_line *line);
/* Its message is about to go: the host gets the frame spoiled. */
void nl_line_abandon(struct nl_line *line);

/* Ethernet frames between the chip and the link. */

/* Has the frame of `in`'s oldest message, a MAC_SEND, stand behind all that was written before. */
enum nl_status nl_frames_write(struct nl_board *board, uint16_t length);
/* Makes an event of the frame that the chip has at rx_read. `*sane` is false, and nothing done, when what
 * stands there cannot be a frame. */
enum nl_status nl_frames_take(struct nl_board *board, bool *sane);
/* Gives the chip back what it need not keep; `now` at the latest. */
enum nl_status nl_frames_release(struct nl_board *board, bool now);
/* Whether events that the host has not acknowledged are still in the chip: then its socket has to stay open.
 */
bool nl_frames_needed(const struct nl_board *board);

/* Samples of the raw line: between the link, what a board keeps of them, and the HAL's rings. Octets count as
 * those of `gpio_line` do. queue.h has nl_samples_depth(), by the size of a ring: how many octets are kept
 * each way. */

/* Keeps `count` octets of `in`'s oldest message, a LINE_LOAD, as those behind `loaded`. */
enum nl_status nl_samples_load(struct nl_board *board, uint16_t count);
/* Has the octets before `end` in the send ring, or as many as it takes: before which they are is returned. */
uint32_t nl_samples_to_send(struct nl_board *board, uint32_t end);
/* The sample ring has those before `sampled`: they are kept, and counted in `gpio_line`. */
void nl_samples_keep(struct nl_board *board, uint32_t sampled);
/* The end of what there is room for. */
uint32_t nl_samples_room(const struct nl_board *board);
/* Those from `taken` on follow the head of the event at `out`'s place. */
void nl_samples_tell(struct nl_board *board, uint16_t count);
/* Whether events that the host has not acknowledged are still where the next run's samples will be. */
bool nl_samples_needed(const struct nl_board *board);

#endif
