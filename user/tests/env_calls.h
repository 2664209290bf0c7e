/* For tests of the exokernel calls: a fork by nothing but them. */
#pragma once

#include "abi/env.h"
#include "abi/layout.h"
#include "env.h"
#include "proc.h"
#include "string.h"

#define PTE_READ    (PTE_P | PTE_U)
#define PTE_WRITE   (PTE_P | PTE_U | PTE_W)

#define ADDRESS(object) ((uint32_t)(uintptr_t)(object))

/* The child's id; 0 in the child, or minus an error.  Inlined: the child has its own copy of
 * the stack only once its parent has made one. */
__attribute__((always_inline)) static inline int exofork(void)
{
    int child;
    int error = sys_exofork(&child);

    return error ? -error : child;
}

static inline const volatile struct Env *env_of(int pid)
{
    return &envs[ENV_INDEX(pid)];
}

/* Each page is copied through this free one. */
#define COPY_WINDOW 0xD0000000u

static inline int copy_page(int child, uint32_t va, uint32_t entry)
{
    int error = sys_page_alloc(child, va, PTE_WRITE);

    if (!error)
        error = sys_page_map(child, va, 0, COPY_WINDOW, PTE_WRITE);
    if (error)
        return error;
    memcpy((void *)COPY_WINDOW, (const void *)va, PAGE_SIZE);
    error = sys_page_unmap(0, COPY_WINDOW);
    if (!error && !(entry & PTE_W))
        error = sys_page_map(child, va, child, va, PTE_READ);
    return error;
}

/* The child gets a copy of every page that the caller has.  It needs a frame of its own: the
 * caller's is copied as it is then, not as it was at the exofork, so what only the child reads
 * there must be volatile. */
__attribute__((noinline, unused)) static int copy_space(int child)
{
    for (uint32_t va = VM_USERLO; va < UTOP; va += PAGE_SIZE) {
        if (!(uvpd[va / SUPERPAGE_SIZE] & PTE_P)) {
            va |= SUPERPAGE_SIZE - PAGE_SIZE;
            continue;
        }
        uint32_t entry = page_entry(va);
        int error = entry & PTE_P ? copy_page(child, va, entry) : 0;
        if (error)
            return error;
    }
    return 0;
}

/* Returns twice, like exofork(); if there is an error there is no child. */
__attribute__((always_inline)) static inline int plain_fork(void)
{
    int child = exofork();

    if (child <= 0)
        return child;
    int error = copy_space(child);
    if (!error)
        error = sys_env_set_status(child, ENV_RUNNABLE);
    if (error)
        sys_env_destroy(child);
    return error ? -error : child;
}

/* So that a program's usage is the same before its first fork and after its last one: the page
 * table for the window stays. */
static inline int prepare_window(void)
{
    int error = sys_page_alloc(0, COPY_WINDOW, PTE_WRITE);

    return error ? error : sys_page_unmap(0, COPY_WINDOW);
}

/* Ends the children that others have left to the caller. */
static inline void end_orphans(void)
{
    for (int slot = 1; slot < NUM_PROCESSES; slot++)
        if (envs[slot].status != ENV_FREE && envs[slot].parent_id == getpid())
            sys_env_destroy(envs[slot].id);
}
