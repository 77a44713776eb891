/* Entry from the mask ROM, and the vectors (Xtensa ISA Reference Manual, Exception Option; offsets of the LX6 as
 * ESP-IDF's core-isa.h has them). Call0 ABI throughout: PS.WOE stays 0, no register window ever turns. */
    .section .vectors, "ax"
    .global vectors
    .balign 1024
vectors:
    .org 0x300              /* KernelExceptionVector: PS.UM is never 0. */
    j     broken
    .org 0x340              /* UserExceptionVector, and the interrupts of level 1. */
    addi  a1, a1, -48
    s32i  a0, a1, 0
    j     trap_entry
    .org 0x3c0              /* DoubleExceptionVector: within a trap. */
    j     broken
    .org 0x400

    .text
    .literal_position
    .balign 4
trap_entry:
    s32i  a2, a1, 4
    s32i  a3, a1, 8
    s32i  a4, a1, 12
    s32i  a5, a1, 16
    s32i  a6, a1, 20
    s32i  a7, a1, 24
    s32i  a8, a1, 28
    s32i  a9, a1, 32
    s32i  a10, a1, 36
    s32i  a11, a1, 40
    rsr.sar a2
    s32i  a2, a1, 44
    rsr.exccause a2
    rsr.epc1 a3
    call0 trap
    l32i  a2, a1, 44
    wsr.sar a2
    l32i  a11, a1, 40
    l32i  a10, a1, 36
    l32i  a9, a1, 32
    l32i  a8, a1, 28
    l32i  a7, a1, 24
    l32i  a6, a1, 20
    l32i  a5, a1, 16
    l32i  a4, a1, 12
    l32i  a3, a1, 8
    l32i  a2, a1, 4
    l32i  a0, a1, 0
    addi  a1, a1, 48
    rfe

/* Nothing of the stack is worth keeping, and it may be why. */
    .balign 4
broken:
    movi  a1, stack_end
    rsr.depc a2
    call0 fault

    .section .entry, "ax"
    .global _start
    .literal_position
    .balign 4
_start:
    movi  a2, 0
    wsr.intenable a2
    movi  a2, 0x2f          /* PS: user vectors, WOE = 0, EXCM = 0, all interrupts masked. */
    wsr.ps a2
    rsync
    movi  a2, vectors
    wsr.vecbase a2
    movi  a1, stack_end
    call0 start
