/* The second stage of the boot. The mask ROM copies 252 octets to SRAM, checks the CRC-32 behind them
 * (patched in by the build) and jumps here. Reads by the plain 03h command, one lane, which every flash
 * chip has and which needs no mode set in it; the firmware runs from RAM, so speed does not matter.
 * In an emulator it runs in place. Either way LR is 0, and the vectors stand right behind it. */
    .syntax unified
    .cpu cortex-m0plus
    .thumb

    .equ XIP_SSI,      0x18000000
    .equ CTRLR0,       0x00
    .equ CTRLR1,       0x04
    .equ SSIENR,       0x08
    .equ BAUDR,        0x14
    .equ SPI_CTRLR0,   0x180000f4
    .equ VTOR,         0xe000ed08
    .equ VECTORS,      0x10000100

    .section .boot2, "ax"
    .global boot2
    .thumb_func
boot2:
    ldr   r3, =XIP_SSI
    movs  r1, #0
    str   r1, [r3, #SSIENR]
    movs  r1, #4
    str   r1, [r3, #BAUDR]
    ldr   r1, =0x001f0300       /* DFS_32 = 31, TMOD = 3 (EEPROM read), standard SPI */
    str   r1, [r3, #CTRLR0]
    ldr   r1, =0x03000218       /* XIP_CMD = 03h, INST_L = 8 bits, ADDR_L = 24 bits */
    ldr   r0, =SPI_CTRLR0
    str   r1, [r0]
    movs  r1, #0
    str   r1, [r3, #CTRLR1]
    movs  r1, #1
    str   r1, [r3, #SSIENR]
    ldr   r0, =VECTORS
    ldr   r1, =VTOR
    str   r0, [r1]
    ldmia r0!, {r1, r2}
    msr   msp, r1
    bx    r2
    .ltorg
