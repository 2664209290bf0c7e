/* The system calls as the kernel offers them (abi/syscall.h): each returns 0 or another
 * error of abi/error.h, and values through pointers, which are written only on success.
 * proc.h, stdio.h and stdlib.h have what most programs want instead. */
#pragma once

#include "abi/env.h"
#include "abi/error.h"
#include "abi/layout.h"
#include "abi/syscall.h"
#include "lib/types.h"

/* What goes in and what comes out, in the order of abi/syscall.h: EBX, ECX, EDX, ESI, EDI. */
struct syscall_values {
    uint32_t b, c, d, s, t;
};

/* The fastest way into the kernel that this CPU has (lib/entry.S): by SYSENTER's rules, whichever
 * it is. */
extern void (*system_call_entry)(void);

/* `...`: the registers for error and values, as the assembler's outputs. */
#define CALL_KERNEL(number, ...)                                                        \
    __asm__ volatile("call *%[entry]"                                                   \
                     : __VA_ARGS__                                                      \
                     : "0"(number), [entry] "m"(system_call_entry)                      \
                     : "ecx", "edx", "memory", "cc")

/* A system call with up to three values. */
static inline int system_call(uint32_t number, struct syscall_values *values)
{
    int error;

    CALL_KERNEL(number, "=a"(error), "+b"(values->b), "+S"(values->c), "+D"(values->d));
    return error;
}

/* The same with fewer, for calls that are made often: a register that brings no value keeps its
 * own, and so the caller need not save it.  With two, with one, with none; and with two that come
 * out, where none goes in. */
static inline int system_call_2(uint32_t number, struct syscall_values *values)
{
    int error;

    CALL_KERNEL(number, "=a"(error), "+b"(values->b), "+S"(values->c));
    return error;
}

static inline int system_call_1(uint32_t number, struct syscall_values *values)
{
    int error;

    CALL_KERNEL(number, "=a"(error), "+b"(values->b));
    return error;
}

static inline int system_call_0(uint32_t number)
{
    int error;

    CALL_KERNEL(number, "=a"(error));
    return error;
}

static inline int system_call_for_2(uint32_t number, struct syscall_values *values)
{
    int error;

    CALL_KERNEL(number, "=a"(error), "=b"(values->b), "=S"(values->c));
    return error;
}

/* The same with up to five, and without a call that returns: so it may return twice, or on a
 * copy of the stack.  It preserves every register but those that bring values. */
static inline int system_call_5(uint32_t number, struct syscall_values *values)
{
    int error;

    __asm__ volatile("int %[vector]"
                     : "=a"(error), "+b"(values->b), "+c"(values->c), "+d"(values->d),
                       "+S"(values->s), "+D"(values->t)
                     : "0"(number), [vector] "i"(SYSCALL_VECTOR)
                     : "memory", "cc");
    return error;
}

static inline int sys_puts(const char *text, size_t length)
{
    struct syscall_values values = { .b = (uintptr_t)text, .c = length };

    return system_call(SYS_puts, &values);
}

static inline int sys_getc(int *character)
{
    struct syscall_values values = { 0 };
    int error = system_call(SYS_getc, &values);

    if (!error)
        *character = (int)values.b;
    return error;
}

/* `command` is "program arguments"; `quota` in pages; `cpu` an index or CPU_ANY. */
static inline int sys_spawn(const char *command, unsigned quota, unsigned cpu, int *pid)
{
    struct syscall_values values = { .b = (uintptr_t)command, .c = quota, .d = cpu };
    int error = system_call(SYS_spawn, &values);

    if (!error)
        *pid = (int)values.b;
    return error;
}

static inline int sys_yield(void)
{
    return system_call_0(SYS_yield);
}

static inline int sys_produce(unsigned buffer, uint32_t item)
{
    struct syscall_values values = { .b = buffer, .c = item };

    return system_call_2(SYS_produce, &values);
}

static inline int sys_consume(unsigned buffer, uint32_t *item)
{
    struct syscall_values values = { .b = buffer };
    int error = system_call_1(SYS_consume, &values);

    if (!error)
        *item = values.b;
    return error;
}

NORETURN static inline void sys_exit(int status)
{
    struct syscall_values values = { .b = (uint32_t)status };

    system_call(SYS_exit, &values);
    __builtin_trap();
}

/* `text` goes into the record of the run (misc/TRACE.md), if one is written.  E_INVAL_ARG if it has
 * TRACE_MARK_MAX bytes or more; E_INVAL_ADDR. */
static inline int sys_trace_mark(const char *text)
{
    struct syscall_values values = { .b = (uintptr_t)text };

    return system_call(SYS_trace_mark, &values);
}

/* `pid` is a child or WAIT_ANY; `*child` is the one that ended, `*status` what it said. */
static inline int sys_wait(int pid, int *child, int *status)
{
    struct syscall_values values = { .b = (uint32_t)pid };
    int error = system_call(SYS_wait, &values);

    if (!error) {
        *child = (int)values.b;
        *status = (int)values.c;
    }
    return error;
}

static inline int sys_kill(int pid)
{
    struct syscall_values values = { .b = (uint32_t)pid };

    return system_call(SYS_kill, &values);
}

static inline int sys_getpid(int *pid, int *parent)
{
    struct syscall_values values;
    int error = system_call_for_2(SYS_getpid, &values);

    if (!error) {
        *pid = (int)values.b;
        *parent = (int)values.c;
    }
    return error;
}

static inline int sys_cpu(unsigned *cpu, unsigned *cpus)
{
    struct syscall_values values = { 0 };
    int error = system_call(SYS_cpu, &values);

    if (!error) {
        *cpu = values.b;
        *cpus = values.c;
    }
    return error;
}

/* Moves the heap's end by `bytes`; `*old_end` is where it was.  E_EXCEEDS_QUOTA: the heap, whether
 * it is used yet or not, would need more pages than it has and the quota has left. */
static inline int sys_sbrk(int bytes, void **old_end)
{
    struct syscall_values values = { .b = (uint32_t)bytes };
    int error = system_call(SYS_sbrk, &values);

    if (!error)
        *old_end = (void *)(uintptr_t)values.b;
    return error;
}

static inline int sys_sleep(unsigned microseconds)
{
    struct syscall_values values = { .b = microseconds };

    return system_call(SYS_sleep, &values);
}

/* Microseconds since boot. */
static inline int sys_time(uint64_t *microseconds)
{
    struct syscall_values values = { 0 };
    int error = system_call(SYS_time, &values);

    if (!error)
        *microseconds = (uint64_t)values.c << 32 | values.b;
    return error;
}

static inline int sys_buffer_configure(unsigned buffer, unsigned capacity)
{
    struct syscall_values values = { .b = buffer, .c = capacity };

    return system_call(SYS_buffer_configure, &values);
}

/* From now on the buffer, of those from FIRST_KEEPABLE_BUFFER on, is only for the caller and the
 * processes that it makes afterwards; E_BUSY: it is in use, or kept. */
static inline int sys_buffer_keep(unsigned buffer)
{
    struct syscall_values values = { .b = buffer };

    return system_call(SYS_buffer_keep, &values);
}

struct quota {
    unsigned limit;         /* in pages; free are limit - used - delegated */
    unsigned used;          /* by the process itself */
    unsigned delegated;     /* to its children */
};

static inline int sys_quota(struct quota *quota)
{
    struct syscall_values values = { 0 };
    int error = system_call(SYS_quota, &values);

    if (!error)
        *quota = (struct quota) { values.b, values.c, values.d };
    return error;
}

/* Pages that can still be used, or given to children. */
static inline unsigned quota_left(const struct quota *quota)
{
    return quota->limit - quota->used - quota->delegated;
}

struct thread_entry {
    void (*function)(void *) __attribute__((regparm(1)));   /* must not return */
    void *argument;
    void *stack;                        /* its end */
    void *pointer;                      /* where %gs:0 is, or NULL: no thread pointer */
    void *exception_stack;              /* its end, or NULL: the process's */
};

static inline int sys_thread_create(const struct thread_entry *entry, unsigned *number)
{
    struct syscall_values values = {
        .b = (uintptr_t)entry->function, .c = (uintptr_t)entry->argument,
        .d = (uintptr_t)entry->stack, .s = (uintptr_t)entry->pointer,
        .t = (uintptr_t)entry->exception_stack,
    };
    int error = system_call_5(SYS_thread_create, &values);

    if (!error)
        *number = values.b;
    return error;
}

/* Ends the calling thread; with the last one the process ends, with status 0. */
NORETURN static inline void sys_thread_exit(void)
{
    struct syscall_values values = { 0 };

    system_call(SYS_thread_exit, &values);
    __builtin_trap();
}

/* Waits for sys_futex_wake() if `*word` is `expected`, else E_CHANGED; E_TIMEOUT after so many
 * `microseconds`, unless that is 0.  Test the word again whatever the result. */
static inline int sys_futex_wait(const uint32_t *word, uint32_t expected,
                                 unsigned microseconds)
{
    struct syscall_values values = { .b = (uintptr_t)word, .c = expected, .d = microseconds };

    return system_call(SYS_futex_wait, &values);
}

/* Wakes up to `count` threads that wait for the word; `*woken` says how many. */
static inline int sys_futex_wake(const uint32_t *word, unsigned count, unsigned *woken)
{
    struct syscall_values values = { .b = (uintptr_t)word, .c = count };
    int error = system_call(SYS_futex_wake, &values);

    if (!error)
        *woken = values.b;
    return error;
}

static inline int sys_thread_self(unsigned *number)
{
    struct syscall_values values = { 0 };
    int error = system_call(SYS_thread_self, &values);

    if (!error)
        *number = values.b;
    return error;
}

/* Messages: a word and, if wanted, a page.  PAGE is page-aligned, or NO_PAGE; RIGHTS are of
 * abi/env.h, and of no interest without a page. */
#define NO_PAGE ((void *)UTOP)

struct message {
    uint32_t value;
    int      sender;
    uint32_t rights;                    /* of the page that came; 0: none */
};

static inline int sys_ipc_try_send(int pid, uint32_t value, const void *page, uint32_t rights)
{
    struct syscall_values values = { .b = (uint32_t)pid, .c = value, .d = (uintptr_t)page,
                                     .s = rights };

    return system_call_5(SYS_ipc_try_send, &values);
}

static inline int sys_ipc_send(int pid, uint32_t value, const void *page, uint32_t rights)
{
    struct syscall_values values = { .b = (uint32_t)pid, .c = value, .d = (uintptr_t)page,
                                     .s = rights };

    return system_call_5(SYS_ipc_send, &values);
}

/* The next message of process `from`, or of any if that is 0; its page appears at `page`. */
static inline int sys_ipc_recv(void *page, int from, struct message *message)
{
    struct syscall_values values = { .b = (uintptr_t)page, .c = (uint32_t)from };
    int error = system_call(SYS_ipc_recv, &values);

    if (!error)
        *message = (struct message) { values.b, (int)values.c, values.d };
    return error;
}

/* Sends `value` to a server and receives its answer. */
static inline int sys_ipc_call(int pid, uint32_t value, uint32_t *answer)
{
    struct syscall_values values = { .b = (uint32_t)pid, .c = value };
    int error = system_call_2(SYS_ipc_call, &values);

    if (!error)
        *answer = values.b;
    return error;
}

/* Answers process `pid`, if that is not 0, and receives the next message of any. */
static inline int sys_ipc_reply_wait(int pid, uint32_t answer, struct message *message)
{
    struct syscall_values values = { .b = (uint32_t)pid, .c = answer };
    int error = system_call_2(SYS_ipc_reply_wait, &values);

    if (!error)
        *message = (struct message) { values.b, (int)values.c, 0 };
    return error;
}

/* --- the exokernel's calls: `env` is a pid, a descendant's or the caller's, or 0 for it --- */

/* `*child` is 0 in the child. */
static inline int sys_exofork(int *child)
{
    struct syscall_values values = { 0 };
    int error = system_call_5(SYS_exofork, &values);

    if (!error)
        *child = (int)values.b;
    return error;
}

static inline int sys_env_set_status(int env, unsigned status)
{
    struct syscall_values values = { .b = (uint32_t)env, .c = status };

    return system_call(SYS_env_set_status, &values);
}

static inline int sys_env_set_trapframe(int env, const struct trapframe *frame)
{
    struct syscall_values values = { .b = (uint32_t)env, .c = (uintptr_t)frame };

    return system_call(SYS_env_set_trapframe, &values);
}

/* `upcall` is where the program goes on after a page fault (abi/env.h), or NULL. */
static inline int sys_env_set_pgfault_upcall(int env, void (*upcall)(void))
{
    struct syscall_values values = { .b = (uint32_t)env, .c = (uintptr_t)upcall };

    return system_call(SYS_env_set_pgfault_upcall, &values);
}

/* `perm`: PTE_P | PTE_U, and what else of PTE_SYSCALL is wanted. */
static inline int sys_page_alloc(int env, uintptr_t address, unsigned perm)
{
    struct syscall_values values = { .b = (uint32_t)env, .c = address, .d = perm };

    return system_call(SYS_page_alloc, &values);
}

static inline int sys_page_map(int from, uintptr_t address, int to, uintptr_t to_address,
                               unsigned perm)
{
    struct syscall_values values = { .b = (uint32_t)from, .c = address, .d = (uint32_t)to,
                                     .s = to_address, .t = perm };

    return system_call_5(SYS_page_map, &values);
}

static inline int sys_page_unmap(int env, uintptr_t address)
{
    struct syscall_values values = { .b = (uint32_t)env, .c = address };

    return system_call(SYS_page_unmap, &values);
}

/* A copy of the caller's page at `address` (abi/syscall.h). */
static inline int sys_page_copy(int env, uintptr_t address, unsigned perm)
{
    struct syscall_values values = { .b = (uint32_t)env, .c = address, .d = perm };

    return system_call(SYS_page_copy, &values);
}

/* The caller's pages from *address to `end`, copy on write; *address moves to where it stopped. */
static inline int sys_pages_give(int env, uintptr_t *address, uintptr_t end)
{
    struct syscall_values values = { .b = (uint32_t)env, .c = *address, .d = end };
    int error = system_call(SYS_pages_give, &values);

    if (!error)
        *address = values.b;
    return error;
}

static inline int sys_env_destroy(int env)
{
    struct syscall_values values = { .b = (uint32_t)env };

    return system_call(SYS_env_destroy, &values);
}

/* A character that was typed, or 0. */
static inline int sys_cgetc(int *character)
{
    struct syscall_values values = { 0 };
    int error = system_call(SYS_cgetc, &values);

    if (!error)
        *character = (int)values.b;
    return error;
}
