/* Entry from the mask ROM, the vectors, and the one trap. mtvec is always vectored here, 256 octets aligned
 * (TRM, ESP-RISC-V CPU): exceptions come by entry 0, interrupt n by entry n. */
    .section .entry, "ax"
    .global _start
_start:
    csrci mstatus, 8
    .option push
    .option norelax
    la    gp, __global_pointer$
    .option pop
    la    sp, stack_end
    la    t0, vectors + 1
    csrw  mtvec, t0
    j     start

    .section .text.vectors, "ax"
    .balign 256
    .option push
    .option norvc
vectors:
    .rept 32
    j     trap_entry
    .endr
    .option pop

trap_entry:
    addi  sp, sp, -64
    sw    ra, 0(sp)
    sw    t0, 4(sp)
    sw    t1, 8(sp)
    sw    t2, 12(sp)
    sw    a0, 16(sp)
    sw    a1, 20(sp)
    sw    a2, 24(sp)
    sw    a3, 28(sp)
    sw    a4, 32(sp)
    sw    a5, 36(sp)
    sw    a6, 40(sp)
    sw    a7, 44(sp)
    sw    t3, 48(sp)
    sw    t4, 52(sp)
    sw    t5, 56(sp)
    sw    t6, 60(sp)
    csrr  a0, mcause
    csrr  a1, mepc
    call  trap
    csrr  t0, mepc          /* From within sleep_unless go on behind its WFI. */
    la    t1, sleep_unless
    bltu  t0, t1, 1f
    la    t1, sleep_end
    bgeu  t0, t1, 1f
    csrw  mepc, t1
1:  lw    ra, 0(sp)
    lw    t0, 4(sp)
    lw    t1, 8(sp)
    lw    t2, 12(sp)
    lw    a0, 16(sp)
    lw    a1, 20(sp)
    lw    a2, 24(sp)
    lw    a3, 28(sp)
    lw    a4, 32(sp)
    lw    a5, 36(sp)
    lw    a6, 40(sp)
    lw    a7, 44(sp)
    lw    t3, 48(sp)
    lw    t4, 52(sp)
    lw    t5, 56(sp)
    lw    t6, 60(sp)
    addi  sp, sp, 64
    mret

    .section .text.sleep_unless, "ax"
    .global sleep_unless
sleep_unless:
    lbu   a0, 0(a0)
    bnez  a0, sleep_end
    wfi
sleep_end:
    ret
