/* What scenarios on user memory share: threads that touch an address space's pages as a program
 * does. */
#pragma once

#include "scenario.h"

#include "abi/env.h"
#include "abi/error.h"
#include "abi/layout.h"
#include "vmm/space.h"
#include "vmm/usercopy.h"

#define FIRST_PAGE  VM_USERLO
#define SECOND_PAGE (VM_USERLO + PAGE_SIZE)

/* A space with one page. */
static inline void make_space(struct space *space, struct quota *quota, uint32_t perm)
{
    int error = space_create(space, quota);

    REQUIRE(!error);
    error = space_alloc_page(space, FIRST_PAGE, perm);
    REQUIRE(!error);
}

/* The calling thread runs in that space from now on; NULL, before it ends: in none. */
static inline void enter_space(struct space *space)
{
    thread_set_space(space);
}

/* The page is another thread's to bring, for which a program faults again and again. */
static inline void await_page(struct space *space, uaddr_t page)
{
    paddr_t frame;
    uint32_t perm;

    while (space_lookup(space, page, &frame, &perm))
        pause();
}

/* What is not there yet comes by a page fault. */
static inline uint32_t load_word(uaddr_t address)
{
    struct space *space = thread_current()->space;
    uint32_t word;

    while (copy_from_user(&word, address, sizeof word)) {
        int error = space_fault(space, address, SPACE_READ);
        REQUIRE(!error);
        await_page(space, ROUND_DOWN(address, PAGE_SIZE));
    }
    return word;
}

/* A CPU may remember that it must not write: then it faults once more. */
static inline void store_word(uaddr_t address, uint32_t word)
{
    while (copy_to_user(address, &word, sizeof word)) {
        int error = space_fault(thread_current()->space, address, SPACE_WRITE);
        REQUIRE(!error);
    }
}
