/* The control link of the process: a PTY, or its own stdin and stdout. */
#ifndef NL_PORT_H
#define NL_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PORT_INBOX = 65536, PORT_OUTBOX = 65536 };

struct port {
    int in, out;
    int other_end; /* Of the PTY, held so that it outlives those who open and close it. -1 on stdio. */
    bool over;     /* The other side has closed. */
    uint8_t inbox[PORT_INBOX];
    size_t in_from, in_to;
    uint8_t outbox[PORT_OUTBOX];
    size_t out_from, out_to;
};

/* `path` receives the name of the PTY. False with errno set. */
bool port_open_pty(struct port *port, char *path, size_t path_size);
bool port_open_stdio(struct port *port);

void port_read(struct port *port);
void port_write(struct port *port);

uint8_t *port_reserve(struct port *port, size_t length);

/* Half of what is to be sent gets lost, and the frame under way is broken off. */
void port_break(struct port *port);

#endif
