/* The system calls that user-level code under test makes, done by the kernel's functions.  A
 * program's word is given by where it lies in physical memory: it is a word of the thread's first
 * page. */
#pragma once

#include "user_memory.h"

#include "ipc/ipc.h"

static inline uaddr_t address_of(const uint32_t *word)
{
    return FIRST_PAGE + (uintptr_t)word % PAGE_SIZE;
}

static inline int sys_futex_wait(const uint32_t *word, uint32_t expected, unsigned microseconds)
{
    REQUIRE(microseconds == 0);
    return futex_wait(address_of(word), expected, FUTEX_NO_DEADLINE);
}

static inline int sys_futex_wake(const uint32_t *word, unsigned count, unsigned *woken)
{
    return futex_wake(address_of(word), count, woken);
}

static inline int sys_yield(void)
{
    thread_yield();
    return 0;
}
