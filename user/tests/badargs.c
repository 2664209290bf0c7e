/* Every system call with every kind of wrong argument: each gets its own error, changes no
 * register that brings no value, no page of the quota, and nothing else that can be seen. */
#include "abi/env.h"
#include "abi/layout.h"
#include "check.h"
#include "proc.h"
#include "stdio.h"
#include "string.h"

#define BUFFER 15

struct bad_call {
    uint32_t number, b, c, d;
    int error;
};

static const char text[] = "This text must not appear.\n";
static char long_command[COMMAND_MAX + 1];

#define TEXT ((uint32_t)(uintptr_t)text)
#define HELLO ((uint32_t)(uintptr_t)"hello")

/* Makes the call with values in all registers and sees which of them have changed. */
static void try_call(const struct bad_call *call, unsigned line)
{
    uint32_t a = call->number, b = call->b, c = call->c, d = call->d;
    uint32_t s = 0x51515151, t = 0xd1d1d1d1;

    __asm__ volatile("int %[vector]"
                     : "+a"(a), "+b"(b), "+c"(c), "+d"(d), "+S"(s), "+D"(t)
                     : [vector] "i"(SYSCALL_VECTOR) : "memory", "cc");
    if (a != (uint32_t)call->error)
        check_fail(__FILE__, (int)line, "call %u (0x%x, 0x%x, 0x%x): error %u, expected %d",
                   call->number, call->b, call->c, call->d, a, call->error);
    if (b != call->b || c != call->c || d != call->d || s != 0x51515151 || t != 0xd1d1d1d1)
        check_fail(__FILE__, (int)line, "call %u (0x%x, 0x%x, 0x%x): a register has changed",
                   call->number, call->b, call->c, call->d);
}

static void try_calls(const struct bad_call *calls, size_t count)
{
    for (size_t i = 0; i < count; i++)
        try_call(&calls[i], __LINE__);
}

/* --- addresses ---------------------------------------------------------------------------- */

/* Nothing can be read at any of these, nor at what follows in the same row of 16 bytes. */
static const uint32_t bad_addresses[] = {
    0, 4, PAGE_SIZE, 0x100000, KERNEL_LIMIT - 16, WINDOW_LO, WINDOW_HI - 16, VM_USERLO - 16,
    VM_PROGRAM_HI, 0x7ffffff0, 0x80000000, UHEAP_HI, USTACK_LO - 16, USTACKTOP, UVPT,
    UVPT + VM_USERLO / 1024 - 16, UVPT + VM_USERHI / 1024, DEVICE_LO,
    0xfec00000, 0xfee00000, 0xfffff000, 0xfffffff0,
};

/* A page of the heap, full of text, and nothing is mapped after it. */
static char *make_last_page(void)
{
    void *start = NULL;

    CHECK_EQ(sys_sbrk(0, &start), 0);
    uint32_t rest = ROUND_UP((uint32_t)(uintptr_t)start, PAGE_SIZE) -
                    (uint32_t)(uintptr_t)start;
    CHECK_EQ(sys_sbrk((int)(rest + PAGE_SIZE), &start), 0);
    char *page = (char *)start + rest;
    memset(page, 'x', PAGE_SIZE);
    return page;
}

static void check_addresses(void)
{
    for (unsigned i = 0; i < ARRAY_SIZE(bad_addresses); i++) {
        uint32_t address = bad_addresses[i];
        const struct bad_call calls[] = {
            { SYS_puts,  address, 1,            0,       E_INVAL_ADDR },
            { SYS_puts,  address, 16,           0,       E_INVAL_ADDR },
            { SYS_puts,  address, PUTS_MAX,     0,       E_INVAL_ADDR },
            { SYS_spawn, address, 64,           CPU_ANY, E_INVAL_ADDR },
            { SYS_process_info, 0, address,     0,       E_INVAL_ADDR },
            { SYS_cpu_info,     0, address,     0,       E_INVAL_ADDR },
            { SYS_memory_info,  address, 0,     0,       E_INVAL_ADDR },
            { SYS_futex_wait, address, 0,       1,       E_INVAL_ADDR },
            { SYS_futex_wake, address, 1,       0,       E_INVAL_ADDR },
            { SYS_archive_info, 0, address,     0,       E_INVAL_ADDR },
            { SYS_buffer_info,  0, address,     0,       E_INVAL_ADDR },
            { SYS_archive_read, address, 0,     TEXT,    E_INVAL_ADDR },
            { SYS_trace_mark, address, 0,       0,       E_INVAL_ADDR },
            { SYS_archive_read, HELLO,   0,     address, E_INVAL_ADDR },
        };
        try_calls(calls, ARRAY_SIZE(calls));
    }
}

/* Ranges that begin well and end badly. */
static void check_half_valid(void)
{
    uint32_t end = (uint32_t)(uintptr_t)make_last_page() + PAGE_SIZE;
    const struct bad_call calls[] = {
        { SYS_puts,  end - 1,         2,          0,       E_INVAL_ADDR },
        { SYS_puts,  end - 16,        PUTS_MAX,   0,       E_INVAL_ADDR },
        { SYS_puts,  USTACKTOP - 4,   8,          0,       E_INVAL_ADDR },
        { SYS_puts,  VM_USERLO - 8,   16,         0,       E_INVAL_ADDR },
        { SYS_puts,  VM_USERHI - 8,   16,         0,       E_INVAL_ADDR },
        { SYS_puts,  0xfffffff8,      16,         0,       E_INVAL_ADDR },  /* wraps to 8 */
        { SYS_spawn, end - 1,         64,         CPU_ANY, E_INVAL_ADDR },
        { SYS_spawn, end - 100,       64,         CPU_ANY, E_INVAL_ADDR },
        { SYS_archive_read, end - 4,  0,          TEXT,    E_INVAL_ADDR },
        { SYS_trace_mark, end - 4,    0,          0,       E_INVAL_ADDR },
    };

    try_calls(calls, ARRAY_SIZE(calls));
}

/* Addresses that can be read, or written in part. */
static void check_half_writable(void)
{
    uint32_t end = (uint32_t)(uintptr_t)make_last_page() + PAGE_SIZE;
    const uint32_t own_entry = UVPT + VM_USERLO / 1024;
    const struct bad_call calls[] = {
        { SYS_process_info, 0,         TEXT,      0, E_INVAL_ADDR },
        { SYS_process_info, 0,         own_entry, 0, E_INVAL_ADDR },
        { SYS_process_info, 0,         end - 8,   0, E_INVAL_ADDR },
        { SYS_cpu_info,     0,         TEXT,      0, E_INVAL_ADDR },
        { SYS_cpu_info,     0,         own_entry, 0, E_INVAL_ADDR },
        { SYS_cpu_info,     0,         end - 8,   0, E_INVAL_ADDR },
        { SYS_memory_info,  TEXT,      0,         0, E_INVAL_ADDR },
        { SYS_memory_info,  own_entry, 0,         0, E_INVAL_ADDR },
        { SYS_memory_info,  end - 8,   0,         0, E_INVAL_ADDR },
        { SYS_buffer_info,  0,         TEXT,      0, E_INVAL_ADDR },
        { SYS_archive_info, 0,         TEXT,      0, E_INVAL_ADDR },
        { SYS_archive_info, 0,         end - 8,   0, E_INVAL_ADDR },
        { SYS_archive_read, HELLO,     0,      TEXT, E_INVAL_ADDR },
        { SYS_archive_read, HELLO,     0,   end - 8, E_INVAL_ADDR },
    };

    try_calls(calls, ARRAY_SIZE(calls));
}

/* --- numbers ------------------------------------------------------------------------------ */

static void check_call_numbers(void)
{
    static const uint32_t numbers[] = {
        NUM_SYSCALLS, NUM_SYSCALLS + 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, 0x3fffffff,
        0x40000000, 0x7fffffff, 0x80000000, 0x80000003, 0xfffffffe, 0xffffffff,
    };

    for (unsigned i = 0; i < ARRAY_SIZE(numbers); i++)
        try_call(&(struct bad_call) { numbers[i], 1, 2, 3, E_INVAL_CALLNR }, __LINE__);
    for (uint32_t number = NUM_SYSCALLS; number < 300; number++)
        try_call(&(struct bad_call) { number, 1, 2, 3, E_INVAL_CALLNR }, __LINE__);
}

static void check_puts(void)
{
    const struct bad_call calls[] = {
        { SYS_puts, TEXT, PUTS_MAX + 1, 0, E_INVAL_ARG },
        { SYS_puts, TEXT, 0x7fffffff,   0, E_INVAL_ARG },
        { SYS_puts, TEXT, 0x80000000,   0, E_INVAL_ARG },
        { SYS_puts, TEXT, 0xffffffff,   0, E_INVAL_ARG },
        { SYS_puts, TEXT, 0,            0, 0 },
    };

    try_calls(calls, ARRAY_SIZE(calls));
}

static void check_spawn(void)
{
    static const char hello[] = "hello", missing[] = "no-such-program", blank[] = "  ";
    const uint32_t program = (uint32_t)(uintptr_t)hello;
    const struct bad_call calls[] = {
        { SYS_spawn, (uintptr_t)missing,      64,         CPU_ANY,     E_INVAL_PID },
        { SYS_spawn, (uintptr_t)"",           64,         CPU_ANY,     E_INVAL_PID },
        { SYS_spawn, (uintptr_t)blank,        64,         CPU_ANY,     E_INVAL_PID },
        { SYS_spawn, (uintptr_t)"hell",       64,         CPU_ANY,     E_INVAL_PID },
        { SYS_spawn, (uintptr_t)"hellow",     64,         CPU_ANY,     E_INVAL_PID },
        { SYS_spawn, (uintptr_t)long_command, 64,         CPU_ANY,     E_INVAL_ARG },
        { SYS_spawn, program,                 0,          CPU_ANY,     E_EXCEEDS_QUOTA },
        { SYS_spawn, program,                 1,          CPU_ANY,     E_EXCEEDS_QUOTA },
        { SYS_spawn, program,                 5,          CPU_ANY,     E_EXCEEDS_QUOTA },
        { SYS_spawn, program,                 0x100000,   CPU_ANY,     E_EXCEEDS_QUOTA },
        { SYS_spawn, program,                 0x7fffffff, CPU_ANY,     E_EXCEEDS_QUOTA },
        { SYS_spawn, program,                 0x80000000, CPU_ANY,     E_EXCEEDS_QUOTA },
        { SYS_spawn, program,                 0xffffffff, CPU_ANY,     E_EXCEEDS_QUOTA },
        { SYS_spawn, program,                 64,         cpu_count(), E_INVAL_CPU },
        { SYS_spawn, program,                 64,         NUM_CPUS,    E_INVAL_CPU },
        { SYS_spawn, program,                 64,         0x80000000,  E_INVAL_CPU },
        { SYS_spawn, program,                 64,         0xfffffffe,  E_INVAL_CPU },
    };

    memset(long_command, 'x', COMMAND_MAX);
    try_calls(calls, ARRAY_SIZE(calls));
}

static void check_processes(void)
{
    const uint32_t self = (uint32_t)getpid(), parent = (uint32_t)getppid();
    const uint32_t bad_pids[] = { 0, self + 1, self + NUM_PROCESSES, 0x7fffffff, 0x80000000,
                                  0xffffffff };

    for (unsigned i = 0; i < ARRAY_SIZE(bad_pids); i++)
        try_call(&(struct bad_call) { SYS_kill, bad_pids[i], 0, 0, E_INVAL_PID }, __LINE__);
    if (parent != 0)
        try_call(&(struct bad_call) { SYS_kill, parent, 0, 0, E_INVAL_PID }, __LINE__);
    for (unsigned i = 1; i < ARRAY_SIZE(bad_pids); i++)
        try_call(&(struct bad_call) { SYS_wait, bad_pids[i], 0, 0, E_INVAL_PID }, __LINE__);
    try_call(&(struct bad_call) { SYS_wait, self, 0, 0, E_INVAL_PID }, __LINE__);
    for (unsigned i = 1; i < ARRAY_SIZE(bad_pids); i++) {
        const struct bad_call calls[] = {
            { SYS_set_affinity, bad_pids[i], 0xffffffff, 0xffffffff, E_INVAL_PID },
            { SYS_set_affinity, bad_pids[i], 0,          0,          E_INVAL_PID },
            { SYS_get_affinity, bad_pids[i], 0,          0,          E_INVAL_PID },
            { SYS_foreground,   bad_pids[i], 0,          0,          E_INVAL_PID },
        };
        try_calls(calls, ARRAY_SIZE(calls));
    }
    try_call(&(struct bad_call) { SYS_wait, WAIT_ANY, 0, 0, E_NO_CHILD }, __LINE__);
}

static void check_info(void)
{
    uint64_t beyond = cpu_count() < 64 ? ~0ull << cpu_count() : 0;
    const struct bad_call calls[] = {
        { SYS_set_affinity, 0,          0,                0, E_INVAL_CPU },
        { SYS_set_affinity, 0,          (uint32_t)beyond, (uint32_t)(beyond >> 32),
          E_INVAL_CPU },
        { SYS_cpu_info,     cpu_count(), 0,               0, E_INVAL_CPU },
        { SYS_cpu_info,     NUM_CPUS,    0,               0, E_INVAL_CPU },
        { SYS_cpu_info,     0xffffffff,  0,               0, E_INVAL_CPU },
        { SYS_process_info, NUM_PROCESSES,    0,               0, E_NOT_FOUND },
        { SYS_process_info, 0xffffffff,  0,               0, E_NOT_FOUND },
        { SYS_lock_info,    0xffffffff,  0,               0, E_NOT_FOUND },
        { SYS_archive_info, 0xffffffff,  0,               0, E_NOT_FOUND },
        { SYS_archive_info, 256,         0,               0, E_NOT_FOUND },
        { SYS_archive_read, TEXT,        0,               0, E_NOT_FOUND },
        { SYS_archive_read, (uintptr_t)long_command, 0,   0, E_INVAL_ARG },
        { SYS_trace_mark,   (uintptr_t)long_command, 0,   0, E_INVAL_ARG },
    };

    try_calls(calls, ARRAY_SIZE(calls));
}

static void check_buffers(void)
{
    static const uint32_t bad[] = { NUM_BUFFERS, NUM_BUFFERS + 1, 0x7fffffff, 0x80000000,
                                    0xffffffff };
    const struct bad_call calls[] = {
        { SYS_buffer_configure, BUFFER, 0,                       0, E_INVAL_ARG },
        { SYS_buffer_configure, BUFFER, BUFFER_CAPACITY_MAX + 1, 0, E_INVAL_ARG },
        { SYS_buffer_configure, BUFFER, 0x80000000,              0, E_INVAL_ARG },
        { SYS_buffer_configure, BUFFER, 0xffffffff,              0, E_INVAL_ARG },
    };

    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        try_call(&(struct bad_call) { SYS_produce, bad[i], 1, 2, E_INVAL_BUFFER }, __LINE__);
        try_call(&(struct bad_call) { SYS_consume, bad[i], 1, 2, E_INVAL_BUFFER }, __LINE__);
        try_call(&(struct bad_call) { SYS_buffer_info, bad[i], 1, 2, E_INVAL_BUFFER }, __LINE__);
        try_call(&(struct bad_call) { SYS_buffer_empty, bad[i], 1, 2, E_INVAL_BUFFER }, __LINE__);
        try_call(&(struct bad_call) { SYS_buffer_configure, bad[i], 4, 2, E_INVAL_BUFFER },
                 __LINE__);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
        try_call(&(struct bad_call) { SYS_buffer_keep, bad[i], 4, 2, E_INVAL_BUFFER }, __LINE__);
    for (uint32_t i = 0; i < FIRST_KEEPABLE_BUFFER; i++)
        try_call(&(struct bad_call) { SYS_buffer_keep, i, 4, 2, E_INVAL_ARG }, __LINE__);
    produce(BUFFER, 42);
    try_calls(calls, ARRAY_SIZE(calls));
    try_call(&(struct bad_call) { SYS_buffer_configure, BUFFER, 4, 0, E_BUSY }, __LINE__);
    CHECK_EQ(consume(BUFFER), 42);
    CHECK_EQ(sys_buffer_configure(BUFFER, 4), 0);
}

static void check_sbrk(uint32_t heap_start)
{
    void *heap_end = NULL;

    CHECK_EQ(sys_sbrk(0, &heap_end), 0);
    const uint32_t size = (uint32_t)(uintptr_t)heap_end - heap_start;
    const struct bad_call calls[] = {
        { SYS_sbrk, 0x7fffffff,     0, 0, E_INVAL_ARG },    /* above UHEAP_HI */
        { SYS_sbrk, 0x80000000,     0, 0, E_INVAL_ARG },    /* the most negative number */
        { SYS_sbrk, 0x80000001,     0, 0, E_INVAL_ARG },
        { SYS_sbrk, 0 - size - 1,   0, 0, E_INVAL_ARG },    /* into the program */
        { SYS_sbrk, 0 - 0x1000000u, 0, 0, E_INVAL_ARG },    /* and into the kernel */
        { SYS_sbrk, VM_USERLO / 2,  0, 0, E_EXCEEDS_QUOTA },
        { SYS_sbrk, UHEAP_HI - VM_USERLO, 0, 0, E_INVAL_ARG },
    };

    try_calls(calls, ARRAY_SIZE(calls));
}

/* What lies in ESI, try_call()'s pattern, can be a thread pointer: it is a user address. */
static void check_threads(void)
{
    const struct bad_call calls[] = {
        { SYS_thread_create, 0,             0, USTACKTOP,     E_INVAL_ADDR },
        { SYS_thread_create, VM_USERLO - 1, 0, USTACKTOP,     E_INVAL_ADDR },
        { SYS_thread_create, UTOP,          0, USTACKTOP,     E_INVAL_ADDR },
        { SYS_thread_create, 0xffffffff,    0, USTACKTOP,     E_INVAL_ADDR },
        { SYS_thread_create, VM_USERLO,     0, 0,             E_INVAL_ADDR },
        { SYS_thread_create, VM_USERLO,     0, VM_USERLO,     E_INVAL_ADDR },
        { SYS_thread_create, VM_USERLO,     0, UTOP + 1,      E_INVAL_ADDR },
        { SYS_thread_create, VM_USERLO,     0, 0xffffffff,    E_INVAL_ADDR },
    };

    try_calls(calls, ARRAY_SIZE(calls));
}

static void check_futexes(void)
{
    static uint32_t word = 7;
    const uint32_t address = (uint32_t)(uintptr_t)&word;
    const struct bad_call calls[] = {
        { SYS_futex_wait, address + 1, 7, 1, E_INVAL_ADDR },
        { SYS_futex_wait, address + 2, 7, 1, E_INVAL_ADDR },
        { SYS_futex_wake, address + 1, 1, 0, E_INVAL_ADDR },
        { SYS_futex_wait, address,     6, 0, E_CHANGED },
        { SYS_futex_wait, address,     7, 1, E_TIMEOUT },
        { SYS_futex_wait, UVPT + VM_USERLO / 1024, 0, 1, E_INVAL_ADDR },
    };

    try_calls(calls, ARRAY_SIZE(calls));
}

/* The rights of a page are what lies in ESI, try_call()'s pattern: they never are any. */
static void check_messages(void)
{
    const uint32_t self = (uint32_t)getpid();
    static const uint32_t pages[] = { 0, 1, PAGE_SIZE, KERNEL_LIMIT, VM_USERLO - PAGE_SIZE,
                                      VM_USERLO + 1, UTOP - 1 };
    const uint32_t bad_pids[] = { self + 1, self + NUM_PROCESSES, NUM_PROCESSES - 1,
                                  NUM_PROCESSES, 0x7fffffff, 0x80000000, 0xffffffff, 0 };
    const struct bad_call calls[] = {
        { SYS_ipc_try_send,   self, 1, UTOP,      E_IPC_NOT_RECV },
        { SYS_ipc_try_send,   self, 1, VM_USERLO, E_INVAL_ARG },
        { SYS_ipc_send,       self, 1, VM_USERLO, E_INVAL_ARG },
        { SYS_ipc_reply_wait, self, 1, 2,         E_IPC_NOT_RECV },
    };

    try_calls(calls, ARRAY_SIZE(calls));
    for (unsigned i = 0; i < ARRAY_SIZE(pages); i++) {
        int error = pages[i] < VM_USERLO ? E_INVAL_ADDR : E_INVAL_ARG;
        try_call(&(struct bad_call) { SYS_ipc_try_send, self, 1, pages[i], error }, __LINE__);
        try_call(&(struct bad_call) { SYS_ipc_recv, pages[i], 0, 1, E_INVAL_ADDR }, __LINE__);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(bad_pids); i++) {
        const uint32_t pid = bad_pids[i];
        try_call(&(struct bad_call) { SYS_ipc_try_send, pid, 1, UTOP, E_INVAL_PID }, __LINE__);
        try_call(&(struct bad_call) { SYS_ipc_send, pid, 1, UTOP, E_INVAL_PID }, __LINE__);
        try_call(&(struct bad_call) { SYS_ipc_call, pid, 1, UTOP, E_INVAL_PID }, __LINE__);
        if (pid == 0)                       /* stands for any, or none */
            continue;
        try_call(&(struct bad_call) { SYS_ipc_recv, UTOP, pid, 1, E_INVAL_PID }, __LINE__);
        try_call(&(struct bad_call) { SYS_ipc_reply_wait, pid, 1, 2, E_INVAL_PID }, __LINE__);
    }
}

/* --- everything together ------------------------------------------------------------------ */

struct state {
    struct quota quota;
    int pid, parent;
    void *heap_end;
};

static struct state take_state(void)
{
    struct state state = { 0 };

    CHECK_EQ(sys_quota(&state.quota), 0);
    CHECK_EQ(sys_getpid(&state.pid, &state.parent), 0);
    CHECK_EQ(sys_sbrk(0, &state.heap_end), 0);
    return state;
}

int main(void)
{
    uint32_t heap_start = (uint32_t)(uintptr_t)take_state().heap_end;

    check_half_valid();                     /* before the first look: these grow the heap */
    check_half_writable();
    struct state before = take_state();
    check_addresses();
    check_call_numbers();
    check_puts();
    check_spawn();
    check_processes();
    check_info();
    check_buffers();
    check_sbrk(heap_start);
    check_threads();
    check_futexes();
    check_messages();
    struct state after = take_state();
    CHECK(memcmp(&before, &after, sizeof before) == 0);
    return check_result();
}
