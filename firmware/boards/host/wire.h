/* The cable of the process: to itself, to another process over UDP on 127.0.0.1, or to nothing. */
#ifndef NL_WIRE_H
#define NL_WIRE_H

#include "options.h"
#include "w5500_model.h"

struct wire_end {
    struct w5500_model *chip;
    int socket; /* -1 where there is none. */
    uint16_t remote;
};

/* False with errno set. */
bool wire_open(struct wire_end *wire, const struct options *options, struct w5500_model *chip);

/* Takes what has come. */
void wire_receive(struct wire_end *wire);

#endif
