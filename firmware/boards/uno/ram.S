/* Before main() and its variables' zeros: what RAM held when power came is no two chips' alike, so a sum of it is kept
 * as chance. Then the stack is painted. */
#include <avr/io.h>

#define MARGIN 16
#define PAINT 0x5a

    .section .init3, "ax", @progbits
    wdr
    ldi r30, lo8(_end)
    ldi r31, hi8(_end)
    ldi r18, PAINT
    ldi r20, hi8(RAMEND - MARGIN)
    clr r24
    clr r25
    clr r26
    clr r27
1:  ld r19, Z
    st Z+, r18
    lsl r24
    rol r25
    rol r26
    rol r27
    adc r24, r19
    adc r25, r1
    adc r26, r1
    adc r27, r1
    cpi r30, lo8(RAMEND - MARGIN)
    cpc r31, r20
    brlo 1b
    sts chance, r24
    sts chance + 1, r25
    sts chance + 2, r26
    sts chance + 3, r27
