/* UART0: the second port of an ESP32-C3, the only one of an ESP32. */
#ifndef NL_UART_H
#define NL_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UART_FIRST_RATE = 115200, UART_HIGHEST_RATE = 2000000, UART_LOWEST_RATE = 1200 };

void uart_init(void);
uint32_t uart_rate(void);
/* Within 2 %, or not at all. */
bool uart_set_rate(uint32_t rate, bool apply);

const uint8_t *uart_receive(size_t *length);
void uart_consume(size_t length);
uint8_t *uart_reserve(size_t length);
void uart_commit(size_t length);
uint32_t uart_octets_lost(void);

void uart_interrupt(void);

#endif
