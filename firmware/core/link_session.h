/* Between link.c and link_session.c. */
#ifndef NL_LINK_SESSION_H
#define NL_LINK_SESSION_H

#include "link.h"

/* Clears all that belongs to a session. */
void nl_link_forget(struct nl_link *link);

void nl_link_send_reset(struct nl_link *link, struct nl_line *line, uint16_t session, uint32_t now);
void nl_link_handle_open(struct nl_link *link, struct nl_line *line, const struct nl_header *header,
                         uint32_t now);

/* Sends a frame that is no DATA, with the session's numbers. False: no room now. */
bool nl_link_send_frame(struct nl_link *link, enum nl_kind kind, uint8_t *frame, size_t length, uint32_t now);

#endif
