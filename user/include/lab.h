/* The forms in which programs of mCertiKOS's lab 4 call proc.h's functions: so its ping, pong,
 * ding and idle compile unchanged.  proc.h includes this; C++ has its own rules for such forms,
 * and goes without.
 *
 *   produce()              the caller's next item, into buffer 0
 *   produce(item)          into buffer 0
 *   produce(buffer, item)
 *   consume()              the oldest item of buffer 0
 *   consume(buffer)
 *   consume(&item)         of buffer 0, stored
 *   consume(buffer, &item) stored
 *   consume(buffer, i)     the number i has no meaning
 *   spawn(number, quota)   1: ping, 2: pong, 3: ding, without arguments; -1 if it fails
 *   spawn("program arguments", quota) */
#pragma once

#include "proc.h"                       /* before the names become macros */

typedef int pid_t;

/* What spawn returned in older labs if it failed. */
#define NUM_IDS (-1)

int spawn_number(unsigned number, unsigned quota);

/* Item n of process p is p * 1000000 + n, as items.h has it. */
void produce_next(void);
void produce_item(uint32_t item);

uint32_t consume_any(void);
uint32_t consume_into(void *item);
uint32_t consume_from_into(unsigned buffer, void *item);
uint32_t consume_numbered(unsigned buffer, unsigned number);

#ifndef __cplusplus

#define spawn(program, quota) \
    _Generic((program), char *: spawn, const char *: spawn, default: spawn_number)(program, quota)

/* The name after as many arguments as there are: 0, 1 or 2. */
#define LAB_FORM(none, one, two, name, ...) name

#define produce(...) \
    LAB_FORM(, ##__VA_ARGS__, produce, produce_item, produce_next, )(__VA_ARGS__)
#define consume(...) \
    LAB_FORM(, ##__VA_ARGS__, consume_2, consume_1, consume_any, )(__VA_ARGS__)
#define consume_1(x) \
    _Generic((x), int *: consume_into, unsigned *: consume_into, default: consume)(x)
#define consume_2(buffer, x) \
    _Generic((x), int *: consume_from_into, unsigned *: consume_from_into, \
             default: consume_numbered)(buffer, x)

#endif
