/* The instructions that JOS's programs use. */
#pragma once

#include "inc/types.h"

static inline uint32_t read_eflags(void)
{
    uint32_t flags;

    __asm__ volatile("pushfl\n\tpopl %0" : "=r"(flags));
    return flags;
}

static inline uint32_t read_esp(void)
{
    uint32_t esp;

    __asm__ volatile("movl %%esp, %0" : "=r"(esp));
    return esp;
}

static inline uint64_t read_tsc(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtsc" : "=A"(ticks));
    return ticks;
}

static inline void breakpoint(void)
{
    __asm__ volatile("int3");
}

static inline uint32_t xchg(volatile uint32_t *word, uint32_t value)
{
    return __atomic_exchange_n(word, value, __ATOMIC_SEQ_CST);
}
