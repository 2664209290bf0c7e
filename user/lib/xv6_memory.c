/* Whether an address that a program hands to its library can be used: xv6's kernel looks, and
 * returns -1. */
#include "xv6_priv.h"

#include "env.h"
#include "syscall.h"

/* A page of stack or heap that was not touched yet comes by a wake of 0 threads, which reads a word
 * and does nothing else, and calls no page-fault handler. */
static bool is_page_there(uintptr_t page)
{
    unsigned woken;

    return (page_entry(page) & PTE_P) ||
           sys_futex_wake((const uint32_t *)page, 0, &woken) == 0;
}

static bool may_access_page(enum xv6_access access, uintptr_t page)
{
    return is_page_there(page) &&
           (access == XV6_READ || (page_entry(page) & (PTE_W | PTE_COW)));
}

bool xv6_may(enum xv6_access access, const void *memory, int size)
{
    uintptr_t from = (uintptr_t)memory;

    if (size < 0 || from < VM_USERLO || from > UTOP || (uintptr_t)size > UTOP - from)
        return false;
    for (uintptr_t page = ROUND_DOWN(from, PAGE_SIZE); page < from + (uintptr_t)size;
         page += PAGE_SIZE)
        if (!may_access_page(access, page))
            return false;
    return true;
}

int xv6_length(const char *string, int max)
{
    for (int length = 0; length < max; length++) {
        bool is_first = length == 0 || (uintptr_t)&string[length] % PAGE_SIZE == 0;
        if (is_first && !xv6_may(XV6_READ, &string[length], 1))
            return -1;
        if (string[length] == '\0')
            return length;
    }
    return -1;
}
