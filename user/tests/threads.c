/* Threads of one program: create and join, values, errno, stacks of their own, exit and its end for
 * all, and that nothing is lost over thousands of them.
 *
 * Must print: written when the last thread ends */
#include "check.h"
#include "env.h"
#include "errno.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "thread.h"

enum { MANY = 2000, AT_ONCE = 12 };

static void *number_of(unsigned i)
{
    return (void *)(uintptr_t)i;
}

static void *add_one(void *argument)
{
    return (char *)argument + 1;
}

static void *leave_early(void *argument)
{
    thread_exit((char *)argument + 2);
}

static struct thread *start(void *(*function)(void *), void *argument)
{
    struct thread *thread = NULL;
    int error = thread_create(&thread, function, argument);

    CHECK_EQ(error, 0);
    if (error)
        exit(EXIT_FAILURE);
    return thread;
}

static unsigned pages_used(void)
{
    struct quota quota = { 0 };

    CHECK_EQ(sys_quota(&quota), 0);
    return quota.used;
}

/* --- create and join --- */

static void check_values(void)
{
    struct thread *one = start(add_one, number_of(40));
    struct thread *two = start(leave_early, number_of(40));

    CHECK_EQ(thread_join(two), 42);
    CHECK_EQ(thread_join(one), 41);
    CHECK_EQ(thread_count(), 1);
}

/* The kernel's stacks and the library's slots come back, or pages would run out. */
static void check_many(void)
{
    struct thread *threads[AT_ONCE];
    unsigned before = 0;

    for (unsigned i = 0; i < MANY; i += AT_ONCE) {
        for (unsigned k = 0; k < AT_ONCE; k++)
            threads[k] = start(add_one, number_of(i + k));
        for (unsigned k = 0; k < AT_ONCE; k++)
            CHECK_EQ(thread_join(threads[k]), i + k + 1);
        if (i == 0)
            before = pages_used();
    }
    CHECK(pages_used() <= before + 3 * AT_ONCE);    /* the last ones may be on their way out */
    CHECK_EQ(thread_count(), 1);
}

/* --- what is a thread's own --- */

static struct barrier all = BARRIER_INITIALIZER(AT_ONCE);

static void *own_things(void *argument)
{
    unsigned number = (unsigned)(uintptr_t)argument;
    char local[900];

    errno = (int)number;
    memset(local, (int)number, sizeof local);
    CHECK(thread_self() != NULL);
    barrier_wait(&all);
    CHECK_EQ(errno, number);
    for (unsigned i = 0; i < sizeof local; i++)
        if (local[i] != (char)number)
            return NULL;
    barrier_wait(&all);
    CHECK(malloc(0x7ffffff0) == NULL);
    CHECK_EQ(errno, E_MEM);
    return thread_self();
}

static void check_own_things(void)
{
    struct thread *threads[AT_ONCE];

    errno = 77;
    for (unsigned i = 0; i < AT_ONCE; i++)
        threads[i] = start(own_things, number_of(100 + i));
    for (unsigned i = 0; i < AT_ONCE; i++)
        CHECK(thread_join(threads[i]) == threads[i]);
    CHECK_EQ(errno, 77);
}

/* The whole stack can be used, next to others that are. */
static void *fill_large_local(void *argument)
{
    static volatile size_t nearly_all = THREAD_STACK_SIZE - 2 * PAGE_SIZE;
    size_t size = nearly_all;
    volatile char *local = __builtin_alloca(size);
    char mark = (char)(uintptr_t)argument;
    unsigned wrong = 0;

    for (size_t i = 0; i < size; i++)
        local[i] = mark;
    barrier_wait(&all);
    for (size_t i = 0; i < size; i++)
        wrong += local[i] != mark;
    return number_of(wrong);
}

static void check_large_locals(void)
{
    struct thread *threads[AT_ONCE];

    for (unsigned i = 0; i < AT_ONCE; i++)
        threads[i] = start(fill_large_local, number_of(1 + i));
    for (unsigned i = 0; i < AT_ONCE; i++)
        CHECK_EQ(thread_join(threads[i]), 0);
}

/* --- a quota that allows some threads --- */

static void *wait_for_word(void *argument)
{
    uint32_t *word = argument;

    while (__atomic_load_n(word, __ATOMIC_SEQ_CST) == 0)
        sys_futex_wait(word, 0, 0);
    return NULL;
}

static int child_without_quota(void)
{
    static struct thread *threads[1000];
    static uint32_t word;
    unsigned count = 0, woken;
    int error;

    while ((error = thread_create(&threads[count], wait_for_word, &word)) == 0)
        count++;
    CHECK_EQ(error, E_EXCEEDS_QUOTA);
    CHECK(count >= 2 && count < 100);
    CHECK_EQ(thread_count(), count + 1);
    word = 1;
    CHECK_EQ(sys_futex_wake(&word, UINT32_MAX, &woken), 0);
    while (count > 0)
        thread_join(threads[--count]);
    thread_join(start(add_one, NULL));
    return check_result();
}

/* --- the end of all of them --- */

NORETURN static void *spin(void *unused UNUSED)
{
    for (;;)
        continue;
}

static void *call_exit(void *argument)
{
    sleep_us(1000);
    exit((int)(uintptr_t)argument);
}

static void *fault(void *unused UNUSED)
{
    sleep_us(1000);
    *(volatile int *)16 = 0;
    return NULL;
}

static uint32_t never;

/* Threads on all CPUs that run, wait and sleep. */
static void start_crowd(void)
{
    for (unsigned i = 0; i < cpu_count() + 1; i++)
        start(spin, NULL);
    start(wait_for_word, &never);
}

static int role(const char *name)
{
    if (strcmp(name, "quota") == 0)
        return child_without_quota();
    if (strcmp(name, "last") == 0) {        /* main is not the last one, but the other */
        start(leave_early, NULL);
        printf("written when the last thread ends");
        thread_exit(NULL);
    }
    start_crowd();
    if (strcmp(name, "main") == 0)
        return 5;
    if (strcmp(name, "other") == 0)
        start(call_exit, number_of(6));
    if (strcmp(name, "fault") == 0)
        start(fault, NULL);
    wait_for_word(&never);
    return EXIT_FAILURE;
}

static void check_ends(void)
{
    CHECK_EQ(run("threads main", 300), 5);
    CHECK_EQ(run("threads other", 300), 6);
    CHECK_EQ(run("threads fault", 300), STATUS_FAULT + 14);
    CHECK_EQ(run("threads last", 300), EXIT_SUCCESS);
    CHECK_EQ(run("threads quota", 100), EXIT_SUCCESS);
    for (unsigned i = 0; i < 5; i++) {
        int pid = spawn("threads kill", 300);
        sleep_us(500 * i);
        CHECK_EQ(sys_kill(pid), 0);
        CHECK_EQ(wait_status(pid), STATUS_KILLED);
    }
}

int main(int argc, char **argv)
{
    struct quota before = { 0 }, after = { 0 };

    if (argc > 1)
        return role(argv[1]);
    check_values();
    check_many();
    check_own_things();
    check_large_locals();
    CHECK_EQ(sys_quota(&before), 0);
    check_ends();
    CHECK_EQ(sys_quota(&after), 0);
    CHECK_EQ(after.delegated, before.delegated);
    return check_result();
}
