/* The exokernel calls: every kind of wrong argument by table, and what the right ones do. */
#include "abi/error.h"
#include "check.h"
#include "env_calls.h"
#include "stdlib.h"

enum { SPARE = 0xC1000000u, OTHER = 0xC1001000u };

struct bad_call {
    uint32_t number, b, c, d, s, t;
    int error;
};

/* An error changes no register. */
static void try_calls(const struct bad_call *calls, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct bad_call *bad = &calls[i];
        struct syscall_values values = { bad->b, bad->c, bad->d, bad->s, bad->t };
        int error = system_call_5(bad->number, &values);

        if (error != bad->error)
            check_fail(__FILE__, __LINE__,
                       "row %u: call %u (%x, %x, %x, %x, %x): error %d, not %d", (unsigned)i,
                       bad->number, bad->b, bad->c, bad->d, bad->s, bad->t, error, bad->error);
        CHECK(values.b == bad->b && values.c == bad->c && values.d == bad->d &&
              values.s == bad->s && values.t == bad->t);
    }
}

static uint32_t used_pages(void)
{
    struct quota quota = { 0 };

    CHECK_EQ(sys_quota(&quota), 0);
    return quota.used;
}

/* --- wrong addresses and permissions ------------------------------------------------------ */

static void check_addresses(void)
{
    static const uint32_t bad[] = {
        0, 0x1000, VM_USERLO - PAGE_SIZE, SPARE + 1, SPARE + 0xfff, UTOP, UINFO, UINFO + 0x3000,
        UVPT, UVPT + UVPT / 1024, UVPT + 0x100000, VM_USERHI, DEVICE_LO, 0xfee00000, 0xfffff000,
        0xffffffff, 0x38000000, 0x80000,
    };

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        const struct bad_call calls[] = {
            { SYS_page_alloc, 0, bad[i], PTE_WRITE, 0, 0, E_INVAL_ADDR },
            { SYS_page_alloc, 0, bad[i], PTE_READ, 0, 0, E_INVAL_ADDR },
            { SYS_page_unmap, 0, bad[i], 0, 0, 0, E_INVAL_ADDR },
            { SYS_page_map, 0, bad[i], 0, SPARE, PTE_READ, E_INVAL_ADDR },
            { SYS_page_map, 0, bad[i], 0, SPARE, PTE_WRITE, E_INVAL_ADDR },
            { SYS_page_map, 0, ROUND_DOWN(ADDRESS(calls), PAGE_SIZE), 0, bad[i], PTE_READ,
              E_INVAL_ADDR },
            { SYS_page_map, 0, bad[i], 0, bad[i], PTE_WRITE, E_INVAL_ADDR },
            { SYS_page_copy, 0, bad[i], PTE_WRITE, 0, 0, E_INVAL_ADDR },
        };
        try_calls(calls, ARRAY_SIZE(calls));
    }
}

static void check_permissions(void)
{
    static const uint32_t bad[] = {
        0, PTE_P, PTE_U, PTE_W, PTE_W | PTE_P, PTE_W | PTE_U, PTE_READ | 0x8, PTE_READ | 0x10,
        PTE_READ | 0x20, PTE_READ | 0x40, PTE_READ | 0x80, PTE_READ | 0x100, PTE_READ | 0x1000,
        PTE_READ | 0x80000000, 0xffffffff,
    };

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        const struct bad_call calls[] = {
            { SYS_page_alloc, 0, SPARE, bad[i], 0, 0, E_INVAL_ARG },
            { SYS_page_map, 0, VM_USERLO, 0, SPARE, bad[i], E_INVAL_ARG },
            { SYS_page_copy, 0, VM_USERLO, bad[i], 0, 0, E_INVAL_ARG },
        };
        try_calls(calls, ARRAY_SIZE(calls));
    }
}

/* --- wrong processes ---------------------------------------------------------------------- */

static void check_processes(int stale)
{
    const uint32_t own = (uint32_t)getpid();
    const uint32_t bad[] = {
        (uint32_t)getppid() ? (uint32_t)getppid() : 999, own + NUM_PROCESSES, own + 1000,
        0x7fffffff, 0x80000000, 0xffffffff, (uint32_t)-1000, NUM_PROCESSES, (uint32_t)stale,
    };
    static struct trapframe frame;

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        const struct bad_call calls[] = {
            { SYS_page_alloc, bad[i], SPARE, PTE_WRITE, 0, 0, E_INVAL_PID },
            { SYS_page_unmap, bad[i], SPARE, 0, 0, 0, E_INVAL_PID },
            { SYS_page_map, bad[i], VM_USERLO, 0, SPARE, PTE_READ, E_INVAL_PID },
            { SYS_page_map, 0, VM_USERLO, bad[i], SPARE, PTE_READ, E_INVAL_PID },
            { SYS_page_copy, bad[i], VM_USERLO, PTE_READ, 0, 0, E_INVAL_PID },
            { SYS_pages_give, bad[i], VM_USERLO, UTOP, 0, 0, E_INVAL_PID },
            { SYS_env_set_status, bad[i], ENV_RUNNABLE, 0, 0, 0, E_INVAL_PID },
            { SYS_env_set_status, bad[i], ENV_NOT_RUNNABLE, 0, 0, 0, E_INVAL_PID },
            { SYS_env_set_trapframe, bad[i], ADDRESS(&frame), 0, 0, 0, E_INVAL_PID },
            { SYS_env_set_pgfault_upcall, bad[i], VM_USERLO, 0, 0, 0, E_INVAL_PID },
            { SYS_env_destroy, bad[i], 0, 0, 0, 0, E_INVAL_PID },
        };
        try_calls(calls, ARRAY_SIZE(calls));
    }
}

static void check_the_rest(int child)
{
    const struct bad_call calls[] = {
        { SYS_env_set_status, 0, ENV_FREE, 0, 0, 0, E_INVAL_ARG },
        { SYS_env_set_status, 0, ENV_DYING, 0, 0, 0, E_INVAL_ARG },
        { SYS_env_set_status, 0, ENV_RUNNING, 0, 0, 0, E_INVAL_ARG },
        { SYS_env_set_status, (uint32_t)child, 5, 0, 0, 0, E_INVAL_ARG },
        { SYS_env_set_status, (uint32_t)child, 0xffffffff, 0, 0, 0, E_INVAL_ARG },
        { SYS_env_set_trapframe, (uint32_t)child, 0, 0, 0, 0, E_INVAL_ADDR },
        { SYS_env_set_trapframe, (uint32_t)child, SPARE, 0, 0, 0, E_INVAL_ADDR },
        { SYS_env_set_trapframe, (uint32_t)child, USTACKTOP - 8, 0, 0, 0, E_INVAL_ADDR },
        { SYS_env_set_trapframe, (uint32_t)child, UVPT - 8, 0, 0, 0, E_INVAL_ADDR },
        { SYS_env_set_trapframe, (uint32_t)child, 0xffffffff, 0, 0, 0, E_INVAL_ADDR },
        { SYS_env_set_trapframe, 0, VM_USERLO, 0, 0, 0, E_BUSY },
        { SYS_page_map, (uint32_t)child, VM_USERLO, 0, SPARE, PTE_READ, E_INVAL_ADDR },
        { SYS_pages_give, (uint32_t)child, VM_USERLO - PAGE_SIZE, UTOP, 0, 0, E_INVAL_ADDR },
        { SYS_pages_give, (uint32_t)child, VM_USERLO + 1, UTOP, 0, 0, E_INVAL_ADDR },
        { SYS_pages_give, (uint32_t)child, VM_USERLO, UTOP + PAGE_SIZE, 0, 0, E_INVAL_ADDR },
        { SYS_pages_give, (uint32_t)child, UTOP, VM_USERLO, 0, 0, E_INVAL_ADDR },
        { SYS_pages_give, 0, VM_USERLO, UTOP, 0, 0, E_INVAL_ARG },
    };

    try_calls(calls, ARRAY_SIZE(calls));
}

/* --- pages -------------------------------------------------------------------------------- */

#define WORD(va) (*(volatile uint32_t *)(va))

/* In the caller's own space.  The page table for these addresses is there from the first. */
static void check_own_pages(void)
{
    CHECK_EQ(sys_page_alloc(0, SPARE, PTE_WRITE), 0);
    uint32_t used = used_pages();

    CHECK_EQ(WORD(SPARE), 0);
    WORD(SPARE) = 11;
    CHECK_EQ(sys_page_map(0, SPARE, getpid(), OTHER, PTE_WRITE | PTE_SHARE), 0);
    CHECK_EQ(used_pages(), used + 1);                   /* each holder pays */
    CHECK_EQ(page_entry(OTHER) & 0xfff & ~0x60u, PTE_WRITE | PTE_SHARE);
    WORD(OTHER) = 12;
    CHECK_EQ(WORD(SPARE), 12);

    CHECK_EQ(sys_page_map(0, SPARE, 0, SPARE, PTE_READ | PTE_COW), 0);
    CHECK_EQ(page_entry(SPARE) & 0xfff & ~0x60u, PTE_READ | PTE_COW);
    CHECK_EQ(used_pages(), used + 1);
    CHECK_EQ(sys_page_map(0, SPARE, 0, SPARE, PTE_WRITE), E_INVAL_ARG);
    CHECK_EQ(sys_page_map(0, SPARE, 0, OTHER, PTE_WRITE), E_INVAL_ARG);
    CHECK_EQ(sys_page_map(0, OTHER, 0, SPARE, PTE_WRITE), 0);   /* OTHER is writable */
    CHECK_EQ(used_pages(), used + 1);
    WORD(SPARE) = 13;
    CHECK_EQ(WORD(OTHER), 13);

    CHECK_EQ(sys_page_alloc(0, OTHER, PTE_READ), 0);        /* another page in its place */
    CHECK_EQ(used_pages(), used + 1);
    CHECK_EQ(WORD(OTHER), 0);
    CHECK_EQ(WORD(SPARE), 13);
    CHECK_EQ(sys_page_map(0, OTHER, 0, OTHER, PTE_WRITE), E_INVAL_ARG);
    CHECK_EQ(sys_page_unmap(0, OTHER), 0);
    CHECK_EQ(sys_page_unmap(0, OTHER), 0);                  /* nothing there: nothing to do */
    CHECK_EQ(used_pages(), used);
    CHECK_EQ(sys_page_map(0, OTHER, 0, SPARE, PTE_READ), E_INVAL_ADDR);
    CHECK_EQ(WORD(SPARE), 13);
    CHECK_EQ(sys_page_unmap(0, SPARE), 0);
    CHECK_EQ(used_pages(), used - 1);
}

/* What is read-only stays so: the program's code, the page table, the table of processes. */
static void check_read_only(void)
{
    CHECK_EQ(sys_page_map(0, VM_USERLO, 0, VM_USERLO, PTE_WRITE), E_INVAL_ARG);
    CHECK_EQ(sys_page_map(0, VM_USERLO, 0, SPARE, PTE_WRITE), E_INVAL_ARG);
    CHECK_EQ(uvpd[UVPT / SUPERPAGE_SIZE] & PTE_W, 0);
    CHECK_EQ(uvpd[UINFO / SUPERPAGE_SIZE] & (PTE_P | PTE_U | PTE_W), PTE_READ);
    CHECK_EQ(page_entry(UINFO) & (PTE_P | PTE_U | PTE_W), PTE_READ);
    CHECK_EQ(page_entry(UINFO + NUM_PROCESSES * sizeof(struct Env)), 0);
}

/* --- a child ------------------------------------------------------------------------------ */

static void check_stopped_child(int child)
{
    const volatile struct Env *env = env_of(child);

    CHECK_EQ(env->id, child);
    CHECK_EQ(env->parent_id, getpid());
    CHECK_EQ(env->status, ENV_NOT_RUNNABLE);
    CHECK_EQ(env->runs, 0);
    CHECK_EQ(env->pgfault_upcall, 0);
    CHECK_EQ(sys_env_set_pgfault_upcall(child, (void (*)(void))0xdeadbeef), 0);
    CHECK_EQ(env->pgfault_upcall, 0xdeadbeef);
    CHECK_EQ(sys_env_set_status(child, ENV_NOT_RUNNABLE), 0);
    CHECK_EQ(sys_page_alloc(child, SPARE, PTE_WRITE), 0);
    CHECK_EQ(sys_page_map(child, SPARE, 0, SPARE, PTE_WRITE), 0);
    WORD(SPARE) = 21;
    CHECK_EQ(sys_page_unmap(child, SPARE), 0);
    CHECK_EQ(WORD(SPARE), 21);
    CHECK_EQ(sys_page_map(0, SPARE, child, SPARE, PTE_READ), 0);
    CHECK_EQ(sys_page_map(child, SPARE, 0, OTHER, PTE_WRITE), E_INVAL_ARG);
    CHECK_EQ(sys_page_unmap(0, SPARE), 0);
    CHECK_EQ(sys_page_map(child, SPARE, 0, OTHER, PTE_READ), 0);
    CHECK_EQ(WORD(OTHER), 21);
    CHECK_EQ(sys_page_unmap(0, OTHER), 0);
}

/* What the child gets copy on write, and its copy, are apart from what is written here later. */
static void check_given_pages(int child)
{
    uintptr_t page = SPARE;

    CHECK_EQ(sys_page_alloc(0, SPARE, PTE_WRITE), 0);
    WORD(SPARE) = 31;
    CHECK_EQ(sys_pages_give(child, &page, SPARE + PAGE_SIZE), 0);
    CHECK_EQ(page, SPARE + PAGE_SIZE);
    CHECK_EQ(page_entry(SPARE) & 0xfff & ~0x60u, PTE_READ | PTE_COW);
    CHECK_EQ(sys_page_copy(0, SPARE, PTE_WRITE), 0);
    WORD(SPARE) = 32;
    CHECK_EQ(sys_page_map(child, SPARE, 0, OTHER, PTE_READ), 0);
    CHECK_EQ(WORD(OTHER), 31);
    CHECK_EQ(sys_page_copy(child, SPARE, PTE_READ), 0);
    WORD(SPARE) = 33;
    CHECK_EQ(sys_page_map(child, SPARE, 0, OTHER, PTE_READ), 0);
    CHECK_EQ(WORD(OTHER), 32);
    CHECK_EQ(sys_page_unmap(0, OTHER), 0);
    CHECK_EQ(sys_page_unmap(0, SPARE), 0);
    CHECK_EQ(sys_page_unmap(child, SPARE), 0);
}

/* The next child gets the place of the one before, and nothing that was noted there. */
static void check_next_child(void)
{
    for (unsigned i = 0; i < 3; i++) {
        int child = exofork();

        if (child == 0)
            exit(77);                   /* it never runs: it has no page */
        CHECK(child > 0);
        CHECK_EQ(env_of(child)->pgfault_upcall, 0);
        CHECK_EQ(sys_env_set_pgfault_upcall(child, (void (*)(void))0xdeadbeef), 0);
        CHECK_EQ(sys_env_destroy(child), 0);
        CHECK_EQ(wait_status(child), STATUS_KILLED);
    }
}

int main(void)
{
    CHECK_EQ(sys_page_alloc(0, SPARE, PTE_WRITE), 0);       /* and a page table for it */
    CHECK_EQ(sys_page_unmap(0, SPARE), 0);
    uint32_t before = used_pages();
    int child = exofork();

    if (child == 0)
        exit(77);                       /* it never runs: it has no page */
    CHECK(child > 0);
    uint32_t with_child = used_pages();
    check_stopped_child(child);
    check_given_pages(child);
    check_addresses();
    check_permissions();
    check_the_rest(child);
    CHECK_EQ(sys_env_destroy(child), 0);
    check_exits(child);
    CHECK_EQ(sys_page_alloc(child, SPARE, PTE_WRITE), E_INVAL_PID);
    CHECK_EQ(wait_status(child), STATUS_KILLED);
    CHECK_EQ(env_of(child)->status, ENV_FREE);
    CHECK_EQ(used_pages(), before);
    CHECK(with_child > before);
    check_processes(child);
    check_next_child();
    check_own_pages();
    check_read_only();
    CHECK_EQ(used_pages(), before);
    return check_result();
}
