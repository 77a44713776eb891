/* Registers and DPRAM: RP2040 datasheet §4.1. Requests: USB 2.0 §9.4, CDC PSTN 1.2 §6.3. */
#include "usb.h"

#include "outbox.h"
#include "rp2040.h"
#include "usb_descriptors.h"
#include "usb_registers.h"
#include "wake.h"

enum {
    GET_DESCRIPTOR = 0x0680,
    SET_ADDRESS = 0x0500,
    SET_CONFIGURATION = 0x0900,
    GET_CONFIGURATION = 0x0880,
    GET_STATUS_DEVICE = 0x0080,
    GET_STATUS_INTERFACE = 0x0081,
    GET_STATUS_ENDPOINT = 0x0082,
    CLEAR_FEATURE_ENDPOINT = 0x0102,
    SET_FEATURE_ENDPOINT = 0x0302,
    SET_INTERFACE = 0x0b01,
    SET_LINE_CODING = 0x2021,
    GET_LINE_CODING = 0x21a1,
    SET_CONTROL_LINE_STATE = 0x2221,
    LINE_CODING = 7,
    LOADER_RATE = 1200,

    OUTBOX = 16384,
    PACKETS = 64, /* Of the receive ring, each in a slot of its own: words can be copied and decoded. */
};

static const uint32_t EP_ENABLE = 1u << 31;

static struct {
    const char *serial_number;
    volatile bool configured;
    volatile bool dtr;
    volatile bool loader_asked;

    const uint8_t *answer; /* What EP0 has still to send. */
    uint32_t answer_left;
    bool answer_zlp;
    uint8_t in0_data1;
    uint8_t address; /* To be taken when the status stage is over. */
    bool line_coding_due;
    uint8_t line_coding[LINE_CODING];
    uint8_t string[USB_STRING_MAX];

    uint8_t in_data1, out_data1;
    bool in_busy, in_zlp;
    volatile bool out_armed;
    struct outbox out;
    volatile uint32_t packet_head, packet_tail; /* Count up; modulo PACKETS is the slot. */
    uint32_t packet_at;                         /* Taken of the oldest. */
    uint8_t packet_length[PACKETS];
} usb;

static uint32_t packets[PACKETS][USB_PACKET / 4];
static uint8_t outbox_octets[OUTBOX + 8] __attribute__((aligned(4))); /* Words are read past the end. */

static volatile uint32_t *buffer_control(unsigned endpoint, bool out)
{
    return &REG(USB_DPRAM + 0x80 + 8 * endpoint + (out ? 4 : 0));
}

static volatile uint32_t *endpoint_control(unsigned endpoint, bool out)
{
    return &REG(USB_DPRAM + 8 * endpoint + (out ? 4 : 0));
}

/* AVAILABLE must come at least a cycle of the 48 MHz clock after the rest (§4.1.2.5.1). */
static void arm(volatile uint32_t *control, uint32_t value)
{
    *control = value;
    __asm volatile("nop\nnop\nnop\nnop\nnop\nnop" ::: "memory");
    *control = value | BUFFER_AVAILABLE;
}

static void ep0_send(void)
{
    uint32_t length = usb.answer_left < USB_PACKET ? usb.answer_left : USB_PACKET;
    volatile uint8_t *to = (volatile uint8_t *)(USB_DPRAM + BUFFER_EP0);
    for (uint32_t i = 0; i < length; i++) to[i] = usb.answer[i];
    usb.answer += length;
    usb.answer_left -= length;
    arm(buffer_control(0, false), length | BUFFER_FULL | (usb.in0_data1 ? BUFFER_DATA1 : 0));
    usb.in0_data1 ^= 1;
}

static void ep0_receive(void)
{
    arm(buffer_control(0, true), USB_PACKET | BUFFER_DATA1);
}

static void ep0_acknowledge(void)
{
    usb.answer_left = 0;
    usb.answer_zlp = false;
    usb.in0_data1 = 1;
    ep0_send();
}

static void ep0_stall(void)
{
    REG(USB_REGS + EP_STALL_ARM) = 3;
    *buffer_control(0, false) = BUFFER_STALL;
    *buffer_control(0, true) = BUFFER_STALL;
}

/* Data stage towards the host, then its status stage. A short answer that fills its last packet ends with
 * an empty one (USB 2.0 §5.5.3). */
static void ep0_answer(const uint8_t *octets, uint32_t length, uint32_t asked)
{
    usb.answer = octets;
    usb.answer_zlp = length < asked && length % USB_PACKET == 0;
    usb.answer_left = length < asked ? length : asked;
    usb.in0_data1 = 1;
    ep0_send();
    ep0_receive();
}

static void arm_out(void)
{
    usb.out_armed = true;
    arm(buffer_control(USB_EP_DATA, true), USB_PACKET | (usb.out_data1 ? BUFFER_DATA1 : 0));
    usb.out_data1 ^= 1;
}

/* Copies 64 octets from anywhere to the packet buffer in words. The surplus is never sent. */
static void fill_packet(const uint8_t *octets, uint32_t length)
{
    uint32_t shift = 8 * ((uintptr_t)octets & 3u);
    const uint32_t *in = (const uint32_t *)((uintptr_t)octets & ~(uintptr_t)3);
    volatile uint32_t *out = &REG(USB_DPRAM + BUFFER_IN);
    uint32_t words = (length + 3) / 4;
    if (shift == 0) {
        for (uint32_t i = 0; i < words; i++) out[i] = in[i];
        return;
    }
    uint32_t low = in[0];
    for (uint32_t i = 0; i < words; i++) {
        uint32_t high = in[i + 1];
        out[i] = low >> shift | high << (32 - shift);
        low = high;
    }
}

static void kick_in(void)
{
    if (usb.in_busy || !usb.configured) return;
    const uint8_t *octets;
    uint32_t length = outbox_front(&usb.out, &octets);
    if (length == 0 && !usb.in_zlp) return;
    if (length > USB_PACKET) length = USB_PACKET;
    fill_packet(octets, length);
    outbox_take(&usb.out, length);
    /* A host's read ends with a packet that is not full. */
    usb.in_zlp = length == USB_PACKET;
    usb.in_busy = true;
    arm(buffer_control(USB_EP_DATA, false), length | BUFFER_FULL | (usb.in_data1 ? BUFFER_DATA1 : 0));
    usb.in_data1 ^= 1;
}

static void take_packet(void)
{
    uint32_t slot = usb.packet_head % PACKETS;
    uint32_t length = *buffer_control(USB_EP_DATA, true) & BUFFER_LENGTH;
    volatile uint32_t *in = &REG(USB_DPRAM + BUFFER_OUT);
    if (length > USB_PACKET) length = USB_PACKET;
    for (uint32_t i = 0; i < (length + 3) / 4; i++) packets[slot][i] = in[i];
    usb.packet_length[slot] = (uint8_t)length;
    usb.out_armed = false;
    if (length > 0 && usb.dtr) usb.packet_head++; /* Before it nobody has opened the port. */
    if (usb.packet_head - usb.packet_tail < PACKETS) arm_out();
}

static void configure(uint8_t configuration)
{
    usb.configured = configuration != 0;
    usb.in_data1 = usb.out_data1 = 0;
    usb.in_busy = usb.in_zlp = usb.out_armed = false;
    usb.packet_tail = usb.packet_head;
    usb.packet_at = 0;
    if (!usb.configured) return;
    *endpoint_control(USB_EP_NOTIFY, false) =
        EP_ENABLE | EP_INT_EACH_BUFFER | TYPE_INTERRUPT << EP_TYPE | BUFFER_NOTIFY;
    *endpoint_control(USB_EP_DATA, false) = EP_ENABLE | EP_INT_EACH_BUFFER | TYPE_BULK << EP_TYPE | BUFFER_IN;
    *endpoint_control(USB_EP_DATA, true) = EP_ENABLE | EP_INT_EACH_BUFFER | TYPE_BULK << EP_TYPE | BUFFER_OUT;
    arm_out();
    kick_in();
}

/* Both data toggles start anew; a feature other than HALT is refused with it, which no host minds. */
static void clear_halt(uint16_t index)
{
    if ((index & 0x0f) != USB_EP_DATA) return;
    if (index & 0x80) {
        usb.in_data1 = 0;
        usb.in_busy = false;
        kick_in();
    } else if (!usb.out_armed) {
        usb.out_data1 = 0;
    }
}

static uint32_t line_rate(void)
{
    const uint8_t *coding = usb.line_coding;
    return coding[0] | (uint32_t)coding[1] << 8 | (uint32_t)coding[2] << 16 | (uint32_t)coding[3] << 24;
}

static void set_control_lines(bool dtr)
{
    if (usb.dtr && !dtr && line_rate() == LOADER_RATE) usb.loader_asked = true;
    usb.dtr = dtr;
}

static void handle_setup(void)
{
    static const uint8_t status[2];
    const volatile uint8_t *setup = (const volatile uint8_t *)(USB_DPRAM + SETUP);
    uint16_t value = (uint16_t)(setup[2] | setup[3] << 8), index = (uint16_t)(setup[4] | setup[5] << 8);
    uint16_t asked = (uint16_t)(setup[6] | setup[7] << 8);
    uint32_t length = 0;
    const uint8_t *descriptor;

    usb.line_coding_due = false;
    usb.address = 0;
    switch (setup[0] | setup[1] << 8) {
        case GET_DESCRIPTOR:
            descriptor =
                usb_descriptor((uint8_t)(value >> 8), (uint8_t)value, usb.serial_number, usb.string, &length);
            if (descriptor == NULL)
                ep0_stall();
            else
                ep0_answer(descriptor, length, asked);
            break;
        case SET_ADDRESS:
            usb.address = value & 0x7f;
            ep0_acknowledge();
            break;
        case SET_CONFIGURATION:
            configure((uint8_t)value);
            ep0_acknowledge();
            break;
        case GET_CONFIGURATION:
            usb.string[0] = usb.configured;
            ep0_answer(usb.string, 1, asked);
            break;
        case GET_STATUS_DEVICE:
        case GET_STATUS_INTERFACE:
        case GET_STATUS_ENDPOINT: ep0_answer(status, sizeof status, asked); break;
        case CLEAR_FEATURE_ENDPOINT:
            clear_halt(index);
            ep0_acknowledge();
            break;
        case SET_FEATURE_ENDPOINT:
        case SET_INTERFACE: ep0_acknowledge(); break;
        case SET_LINE_CODING:
            usb.line_coding_due = true;
            ep0_receive();
            break;
        case GET_LINE_CODING: ep0_answer(usb.line_coding, LINE_CODING, asked); break;
        case SET_CONTROL_LINE_STATE:
            set_control_lines(value & 1);
            ep0_acknowledge();
            break;
        default: ep0_stall(); break;
    }
}

static void handle_ep0_sent(void)
{
    if (usb.address != 0) {
        REG(USB_REGS + ADDR_ENDP) = usb.address;
        usb.address = 0;
    }
    if (usb.answer_left > 0) {
        ep0_send();
    } else if (usb.answer_zlp) {
        usb.answer_zlp = false;
        ep0_send();
    }
}

static void handle_ep0_received(void)
{
    if (!usb.line_coding_due) return;
    const volatile uint8_t *from = (const volatile uint8_t *)(USB_DPRAM + BUFFER_EP0);
    for (unsigned i = 0; i < LINE_CODING; i++) usb.line_coding[i] = from[i];
    usb.line_coding_due = false;
    ep0_acknowledge();
}

static void handle_buffers(void)
{
    enum {
        EP0_IN = 1 << 0,
        EP0_OUT = 1 << 1,
        DATA_IN = 1 << (2 * USB_EP_DATA),
        DATA_OUT = 2 << (2 * USB_EP_DATA)
    };
    uint32_t done = REG(USB_REGS + BUFF_STATUS);
    REG_CLEAR(USB_REGS + BUFF_STATUS) = done;
    if (done & EP0_IN) handle_ep0_sent();
    if (done & EP0_OUT) handle_ep0_received();
    if (done & DATA_IN) {
        usb.in_busy = false;
        kick_in();
    }
    if (done & DATA_OUT) take_packet();
}

void usb_interrupt(void)
{
    uint32_t why = REG(USB_REGS + INTS);
    woken = true;
    if (why & INT_SETUP_REQ) {
        REG_CLEAR(USB_REGS + SIE_STATUS) = STATUS_SETUP_REC;
        handle_setup();
    }
    if (why & INT_BUFF_STATUS) handle_buffers();
    if (why & INT_BUS_RESET) {
        REG(USB_REGS + ADDR_ENDP) = 0;
        configure(0);
        usb.dtr = false;
        REG_CLEAR(USB_REGS + SIE_STATUS) = STATUS_BUS_RESET;
    }
}

void usb_init(const char *serial_number)
{
    enum { TO_PHY = 1 << 0, SOFTCON = 1 << 3, VBUS_DETECT = 1 << 2, VBUS_OVERRIDE = 1 << 3 };
    static const uint8_t default_coding[LINE_CODING] = { 0x00, 0xc2, 0x01, 0x00, 0, 0, 8 }; /* 115200 8N1 */

    usb.serial_number = serial_number;
    for (unsigned i = 0; i < LINE_CODING; i++) usb.line_coding[i] = default_coding[i];
    outbox_init(&usb.out, outbox_octets, OUTBOX);
    for (uint32_t i = 0; i < DPRAM_SIZE; i += 4) REG(USB_DPRAM + i) = 0;
    REG(USB_REGS + USB_MUXING) = TO_PHY | SOFTCON;
    REG(USB_REGS + USB_PWR) = VBUS_DETECT | VBUS_OVERRIDE;
    REG(USB_REGS + MAIN_CTRL) = 1;
    REG(USB_REGS + SIE_CTRL) = SIE_EP0_INT;
    REG(USB_REGS + INTE) = INT_BUFF_STATUS | INT_BUS_RESET | INT_SETUP_REQ;
    irq_enable(IRQ_USBCTRL);
    REG_SET(USB_REGS + SIE_CTRL) = SIE_PULLUP;
}

bool usb_open(void)
{
    return usb.configured && usb.dtr;
}

bool usb_loader_asked(void)
{
    return usb.loader_asked;
}

const uint8_t *usb_receive(size_t *length)
{
    uint32_t slot = usb.packet_tail % PACKETS;
    *length = usb.packet_head == usb.packet_tail ? 0 : usb.packet_length[slot] - usb.packet_at;
    return (const uint8_t *)packets[slot] + usb.packet_at;
}

void usb_consume(size_t length)
{
    /* A bus reset may have emptied the ring since usb_receive(). */
    interrupts_off();
    if (usb.packet_head != usb.packet_tail) {
        usb.packet_at += (uint32_t)length;
        if (usb.packet_at >= usb.packet_length[usb.packet_tail % PACKETS]) {
            usb.packet_at = 0;
            usb.packet_tail++;
            if (!usb.out_armed && usb.configured) arm_out();
        }
    }
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
    kick_in();
    interrupts_on();
}

void usb_clear(void)
{
    interrupts_off();
    outbox_clear(&usb.out);
    usb.in_zlp = false;
    interrupts_on();
}
