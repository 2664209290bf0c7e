/* Attack: threads make calls whose text, structs and pages lie in memory that another thread of
 * theirs unmaps, makes read-only and maps again all the while.
 *
 * Must hold: each call succeeds, or fails with an error that it may have. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "info.h"
#include "ipc.h"
#include "proc.h"
#include "stdlib.h"
#include "thread.h"

#define RUG     0x90000000u
#define ACROSS  (RUG + PAGE_SIZE - 8)   /* into the page behind it, which stays */

enum { CALLERS = 3, CALLS = 400 };

static bool all_called;                 /* [a] */

static void check_error(int error)
{
    CHECK(error == 0 || error == E_INVAL_ADDR || error == E_EXCEEDS_QUOTA || error == E_CHANGED ||
          error == E_TIMEOUT || error == E_IPC_NOT_RECV || error == E_INVAL_ARG);
}

/* Calls that write a struct: the address is argument number `at`. */
static void write_structs(void)
{
    static const struct { uint32_t number, at; } calls[] = {
        { SYS_process_info, 1 }, { SYS_cpu_info, 1 }, { SYS_memory_info, 0 },
        { SYS_buffer_info, 1 }, { SYS_archive_info, 1 },
    };

    for (unsigned i = 0; i < ARRAY_SIZE(calls); i++) {
        struct syscall_values values = { 0 };

        (&values.b)[calls[i].at] = ACROSS;
        check_error(system_call_5(calls[i].number, &values));
    }
}

static void use_word_and_page(uint32_t expected)
{
    unsigned woken;

    check_error(sys_futex_wait((const uint32_t *)RUG, expected, 1));
    check_error(sys_futex_wake((const uint32_t *)RUG, 1, &woken));
    check_error(sys_ipc_try_send(getpid(), 0, (void *)RUG, PTE_P | PTE_U));
    check_error(sys_page_map(0, RUG, 0, RUG + 2 * PAGE_SIZE, PTE_P | PTE_U));
}

static void *call_on_rug(void *unused UNUSED)
{
    for (unsigned i = 0; i < CALLS; i++) {
        write_structs();
        use_word_and_page(i & 1);
    }
    return NULL;
}

static void *pull_rug(void *unused UNUSED)
{
    while (!__atomic_load_n(&all_called, __ATOMIC_ACQUIRE)) {
        CHECK_EQ(sys_page_unmap(0, RUG), 0);
        CHECK_EQ(sys_page_alloc(0, RUG, PTE_P | PTE_U | PTE_W), 0);
        CHECK_EQ(sys_page_map(0, RUG, 0, RUG, PTE_P | PTE_U), 0);
        CHECK_EQ(sys_page_alloc(0, RUG, PTE_P | PTE_U | PTE_W), 0);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    struct thread *callers[CALLERS], *puller;
    unsigned size = attack_size(argc, argv);

    CHECK_EQ(sys_page_alloc(0, RUG, PTE_P | PTE_U | PTE_W), 0);
    CHECK_EQ(sys_page_alloc(0, RUG + PAGE_SIZE, PTE_P | PTE_U | PTE_W), 0);
    for (unsigned round = 0; round < size; round++) {
        __atomic_store_n(&all_called, false, __ATOMIC_RELEASE);
        CHECK_EQ(thread_create(&puller, pull_rug, NULL), 0);
        for (unsigned i = 0; i < CALLERS; i++)
            CHECK_EQ(thread_create(&callers[i], call_on_rug, NULL), 0);
        for (unsigned i = 0; i < CALLERS; i++)
            thread_join(callers[i]);
        __atomic_store_n(&all_called, true, __ATOMIC_RELEASE);
        thread_join(puller);
    }
    return check_result();
}
