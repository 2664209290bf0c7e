/* For tests: the exokernel calls as they are, each returning its error. */
#pragma once

#include "abi/env.h"
#include "abi/layout.h"
#include "proc.h"

#define PTE_READ    (PTE_P | PTE_U)
#define PTE_WRITE   (PTE_P | PTE_U | PTE_W)

#define ADDRESS(object) ((uint32_t)(uintptr_t)(object))

static inline int call(uint32_t number, uint32_t b, uint32_t c, uint32_t d)
{
    struct syscall_values values = { .b = b, .c = c, .d = d };

    return system_call(number, &values);
}

static inline int page_alloc(int env, uint32_t va, uint32_t perm)
{
    return call(SYS_page_alloc, (uint32_t)env, va, perm);
}

static inline int page_unmap(int env, uint32_t va)
{
    return call(SYS_page_unmap, (uint32_t)env, va, 0);
}

static inline int page_map(int from, uint32_t from_va, int to, uint32_t to_va, uint32_t perm)
{
    struct syscall_values values = { .b = (uint32_t)from, .c = from_va, .d = (uint32_t)to,
                                     .s = to_va, .t = perm };

    return system_call_5(SYS_page_map, &values);
}

static inline int set_status(int env, uint32_t status)
{
    return call(SYS_env_set_status, (uint32_t)env, status, 0);
}

static inline int set_frame(int env, const struct trapframe *frame)
{
    return call(SYS_env_set_trapframe, (uint32_t)env, ADDRESS(frame), 0);
}

static inline int set_upcall(int env, uint32_t function)
{
    return call(SYS_env_set_pgfault_upcall, (uint32_t)env, function, 0);
}

static inline int destroy(int env)
{
    return call(SYS_env_destroy, (uint32_t)env, 0, 0);
}

/* The child's id; 0 in the child, or minus an error.  Inlined: the child has its own copy of the
 * stack only once its parent has made one. */
__attribute__((always_inline)) static inline int exofork(void)
{
    struct syscall_values values = { .b = 0 };
    int error = system_call(SYS_exofork, &values);

    return error ? -error : (int)values.b;
}

static inline const struct Env *env_of(int pid)
{
    return (const struct Env *)UINFO + ENV_INDEX(pid);
}

/* Entries of the caller's own page directory and tables. */
static inline uint32_t directory_entry(uint32_t va)
{
    return ((volatile const uint32_t *)(UVPT + UVPT / 1024))[va / SUPERPAGE_SIZE];
}

static inline uint32_t page_entry(uint32_t va)
{
    return directory_entry(va) & PTE_P ? ((volatile const uint32_t *)UVPT)[va / PAGE_SIZE] : 0;
}

/* The child gets a copy of every page that the caller has: what a plain fork does.  Like fork, it
 * returns twice: the child's id, or 0; or minus an error, and there is no child.  Each page is
 * copied through a free one at `window`. */
#define COPY_WINDOW 0xD0000000u

static int copy_page(int child, uint32_t va, uint32_t entry)
{
    int error = page_alloc(child, va, PTE_WRITE);

    if (!error)
        error = page_map(child, va, 0, COPY_WINDOW, PTE_WRITE);
    if (error)
        return error;
    __builtin_memcpy((void *)COPY_WINDOW, (const void *)va, PAGE_SIZE);
    error = page_unmap(0, COPY_WINDOW);
    if (!error && !(entry & PTE_W))
        error = page_map(child, va, child, va, PTE_READ);
    return error;
}

static int copy_space(int child)
{
    for (uint32_t va = VM_USERLO; va < UTOP; va += PAGE_SIZE) {
        if (!(directory_entry(va) & PTE_P)) {
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

__attribute__((always_inline)) static inline int plain_fork(void)
{
    int child = exofork();

    if (child <= 0)
        return child;
    int error = copy_space(child);
    if (!error)
        error = set_status(child, ENV_RUNNABLE);
    if (error)
        destroy(child);
    return error ? -error : child;
}
