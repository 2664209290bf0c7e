/* Instructions that programs of the labs use by name. */
#pragma once

#include "lib/types.h"

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

static inline uint32_t read_ebp(void)
{
    uint32_t ebp;

    __asm__ volatile("movl %%ebp, %0" : "=r"(ebp));
    return ebp;
}

static inline uint64_t read_tsc(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtsc" : "=A"(ticks));
    return ticks;
}

static inline uint64_t rdtsc(void)
{
    return read_tsc();
}

/* Each pointer may be NULL. */
static inline void cpuid(uint32_t leaf, uint32_t *eax, uint32_t *ebx, uint32_t *ecx,
                         uint32_t *edx)
{
    uint32_t a = leaf, b, c = 0, d;

    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    if (eax)
        *eax = a;
    if (ebx)
        *ebx = b;
    if (ecx)
        *ecx = c;
    if (edx)
        *edx = d;
}

/* For loops that wait for another CPU. */
static inline void pause(void)
{
    __builtin_ia32_pause();
}

static inline void breakpoint(void)
{
    __asm__ volatile("int3");
}

/* Puts `value` into the word and returns what was there, in one step. */
static inline uint32_t xchg(volatile uint32_t *word, uint32_t value)
{
    return __atomic_exchange_n(word, value, __ATOMIC_SEQ_CST);
}
