/* TRM, USB Serial/JTAG Controller: one packet of 64 octets each way. A packet that is not taken makes the
 * host wait; one that the host does not fetch makes us wait. Whether anybody has opened the port cannot be
 * seen. */
#include "usb.h"

#include "inbox.h"
#include "outbox.h"
#include "start.h"
#include "wake.h"

enum {
    EP1 = 0x00,
    EP1_CONF = 0x04,
    INT_RAW = 0x08,
    INT_ST = 0x0c,
    INT_ENA = 0x10,
    INT_CLR = 0x14,

    CONF_WR_DONE = 1 << 0,
    CONF_IN_FREE = 1 << 1,
    CONF_OUT_WAITS = 1 << 2,
    INT_OUT = 1 << 2, /* A packet came. */
    INT_IN = 1 << 3,  /* A packet was fetched. */

    PACKET = 64,
    OUTBOX = 8192,
};

static struct {
    struct inbox in;
    struct outbox out;
    bool full; /* A packet waits for room in the inbox. */
} usb;

static uint8_t outbox_octets[OUTBOX];

void usb_init(void)
{
    outbox_init(&usb.out, outbox_octets, OUTBOX);
    REG(USB_DEVICE + INT_CLR) = UINT32_MAX;
    /* A packet from before the boot is nobody's, and would tell of itself no more. */
    for (int i = 0; i < PACKET && REG(USB_DEVICE + EP1_CONF) & CONF_OUT_WAITS; i++)
        (void)REG(USB_DEVICE + EP1);
    REG(USB_DEVICE + INT_ENA) = INT_OUT | INT_IN;
    interrupt_enable(SOURCE_USB);
}

static void receive(void)
{
    usb.full = inbox_room(&usb.in) < PACKET;
    if (usb.full) return;
    for (int i = 0; i < PACKET && REG(USB_DEVICE + EP1_CONF) & CONF_OUT_WAITS; i++) {
        inbox_put(&usb.in, (uint8_t)REG(USB_DEVICE + EP1));
    }
    woken = true;
}

/* The last packet of all is never a whole one: a host's driver would wait for what follows. */
static void send(void)
{
    const uint8_t *octets;
    if (!(REG(USB_DEVICE + EP1_CONF) & CONF_IN_FREE)) return;
    uint32_t length = outbox_front(&usb.out, &octets);
    if (length == 0) return;
    uint32_t count = length > PACKET ? PACKET : length < PACKET ? length : PACKET - 1;
    for (uint32_t i = 0; i < count; i++) REG(USB_DEVICE + EP1) = octets[i];
    REG(USB_DEVICE + EP1_CONF) = CONF_WR_DONE;
    outbox_take(&usb.out, count);
    woken = true;
}

void usb_interrupt(void)
{
    uint32_t why = REG(USB_DEVICE + INT_ST);
    if (why == 0) return;
    REG(USB_DEVICE + INT_CLR) = why;
    if (why & INT_OUT) receive();
    if (why & INT_IN) send();
}

const uint8_t *usb_receive(size_t *length)
{
    return inbox_front(&usb.in, length);
}

void usb_consume(size_t length)
{
    inbox_take(&usb.in, length);
    if (!usb.full) return;
    interrupts_off();
    receive();
    interrupts_on();
}

uint8_t *usb_reserve(size_t length)
{
    return outbox_reserve(&usb.out, (uint32_t)length);
}

void usb_commit(size_t length)
{
    interrupts_off();
    outbox_commit(&usb.out, (uint32_t)length);
    send();
    interrupts_on();
}
