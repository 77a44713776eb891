#ifndef NL_USB_DESCRIPTORS_H
#define NL_USB_DESCRIPTORS_H

#include <stdint.h>

enum { USB_PACKET = 64, USB_EP_NOTIFY = 1, USB_EP_DATA = 2, USB_STRING_MAX = 2 + 2 * 32 };

/* The descriptor, or NULL; `scratch` holds a string descriptor of USB_STRING_MAX octets. */
const uint8_t *usb_descriptor(uint8_t type, uint8_t index, const char *serial_number, uint8_t *scratch,
                              uint32_t *length);

#endif
