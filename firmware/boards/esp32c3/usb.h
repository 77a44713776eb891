/* The chip's own USB-Serial-JTAG: the board's main port. The chip enumerates by itself. */
#ifndef NL_USB_H
#define NL_USB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void usb_init(void);

const uint8_t *usb_receive(size_t *length);
void usb_consume(size_t length);
uint8_t *usb_reserve(size_t length);
void usb_commit(size_t length);

void usb_interrupt(void);

#endif
