/* A USB device with one CDC-ACM function: the board's main port. */
#ifndef NL_USB_H
#define NL_USB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `serial_number`: ASCII, kept by reference. */
void usb_init(const char *serial_number);

/* Configured, and the host has raised DTR: someone has opened the port. */
bool usb_open(void);

/* The host set 1200 bit/s and dropped DTR: it wants the loader. */
bool usb_loader_asked(void);

const uint8_t *usb_receive(size_t *length);
void usb_consume(size_t length);
uint8_t *usb_reserve(size_t length);
void usb_commit(size_t length);

/* Drops what no one has read. */
void usb_clear(void);

#endif
