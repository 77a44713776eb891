/* USART0, the line through the board's USB adapter, by interrupts into and out of rings. */
#ifndef NL_UART_H
#define NL_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UART_RATE UINT32_C(115200)
/* What the firmware keeps up with; the USART itself would go up to 2 Mbit/s. */
#define UART_HIGHEST_RATE UINT32_C(500000)

void uart_init(void);

const uint8_t *uart_receive(size_t *length);
void uart_consume(size_t length);
/* Room for `length` octets in all, of which 32 are in one piece; NULL: none. */
uint8_t *uart_reserve(size_t length);
void uart_commit(size_t length);

uint32_t uart_rate(void);
bool uart_set_rate(uint32_t rate, bool apply);
uint32_t uart_octets_lost(void);

#endif
