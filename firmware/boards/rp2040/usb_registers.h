/* Registers, buffer control and the plan of the DPRAM: RP2040 datasheet §4.1. */
#ifndef NL_USB_REGISTERS_H
#define NL_USB_REGISTERS_H

enum {
    ADDR_ENDP = 0x00,
    MAIN_CTRL = 0x40,
    SIE_CTRL = 0x4c,
    SIE_STATUS = 0x50,
    BUFF_STATUS = 0x58,
    EP_STALL_ARM = 0x68,
    USB_MUXING = 0x74,
    USB_PWR = 0x78,
    INTE = 0x90,
    INTS = 0x98,

    INT_BUFF_STATUS = 1 << 4,
    INT_BUS_RESET = 1 << 12,
    INT_SETUP_REQ = 1 << 16,
    STATUS_SETUP_REC = 1 << 17,
    STATUS_BUS_RESET = 1 << 19,
    SIE_PULLUP = 1 << 16,
    SIE_EP0_INT = 1 << 29,

    /* Endpoint control */
    EP_INT_EACH_BUFFER = 1 << 29,
    EP_TYPE = 26,
    TYPE_BULK = 2,
    TYPE_INTERRUPT = 3,

    /* Buffer control */
    BUFFER_FULL = 1 << 15,
    BUFFER_DATA1 = 1 << 13,
    BUFFER_STALL = 1 << 11,
    BUFFER_AVAILABLE = 1 << 10,
    BUFFER_LENGTH = 0x3ff,

    /* DPRAM */
    SETUP = 0x000,
    BUFFER_EP0 = 0x100,
    BUFFER_NOTIFY = 0x180,
    BUFFER_IN = 0x200,
    BUFFER_OUT = 0x240,
    DPRAM_SIZE = 0x1000,
};

#endif
