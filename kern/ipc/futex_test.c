/* Tests of futexes: which waiters a wake finds and which not, whatever is mapped meanwhile; and
 * that no wakeup is lost when many wait, wake, time out and are killed at once. */
#include "ipc/ipc.h"

#include "abi/error.h"
#include "abi/syscall.h"
#include "dev/clock.h"
#include "dev/lapic.h"
#include "lib/ktest.h"
#include "pcpu/vectors.h"
#include "thread/sched.h"
#include "thread/thread_test.h"
#include "vmm/vmm_test.h"

enum {
    HERE = VM_USERLO + 0x5000, THERE = VM_USERLO + 0x409000, WORD = 0x124,
    PATIENCE_US = 30000000,
};

static struct test_space home, other;
static unsigned waiters_cpu = CPU_ANY;

/* A space with a page at HERE, full of sevens. */
static void space_with_word(struct test_space *test)
{
    test_space_begin(test, 20);
    EXPECT_EQ(test_map_words(&test->space, HERE, 7, PERM_WRITE), 0);
}

/* A thread that waits for one word. */
struct waiter {
    struct thread *thread;
    struct space *space;
    uaddr_t address;
    uint64_t deadline;
    int error;
};

static void wait_once(void *argument)
{
    struct waiter *waiter = argument;

    thread_set_space(waiter->space);
    waiter->error = futex_wait(waiter->address, 7, waiter->deadline);
    thread_set_space(NULL);
}

static void start_waiting(struct waiter *waiter, struct space *space, uaddr_t address)
{
    uint64_t give_up = clock_us() + PATIENCE_US;

    *waiter = (struct waiter){ .space = space, .address = address, .error = -1 };
    waiter->thread = test_spawn(waiters_cpu, wait_once, waiter);
    while (test_state(waiter->thread) != THREAD_BLOCKED &&
           clock_us() < give_up)
        thread_yield();
    EXPECT_EQ(test_state(waiter->thread), THREAD_BLOCKED);
}

static bool is_waiting(const struct waiter *waiter)
{
    return test_state(waiter->thread) == THREAD_BLOCKED;
}

static void expect_returns(struct waiter *waiter, int error)
{
    thread_join(waiter->thread);
    EXPECT_EQ(waiter->error, error);
}

/* What a wake in that space says. */
static uint32_t wake_in(struct space *space, uaddr_t address, uint32_t count)
{
    uint32_t woken = UINT32_MAX;

    thread_set_space(space);
    EXPECT_EQ(futex_wake(address, count, &woken), 0);
    thread_set_space(NULL);
    return woken;
}

static void share_page(struct test_space *from, uaddr_t va, struct test_space *to, uaddr_t to_va)
{
    paddr_t page;
    uint32_t perm;

    EXPECT_EQ(space_lookup(&from->space, va, &page, &perm), 0);
    EXPECT_EQ(page_share(&to->quota, page), 0);
    EXPECT_EQ(space_map(&to->space, to_va, page, PERM_WRITE), 0);
}

KTEST(ipc, futex_errors)
{
    static const uaddr_t bad[] = { 0, 4, VM_USERLO - 4, VM_USERLO, HERE + 1, HERE + 2, HERE - 4,
                                   HERE + PAGE_SIZE, UTOP, UVPT, VM_USERHI, 0xfffffffc };
    uint32_t woken = 77;

    space_with_word(&home);
    thread_set_space(&home.space);
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        EXPECT_EQ(futex_wait(bad[i], 7, 1), E_INVAL_ADDR);
        EXPECT_EQ(futex_wake(bad[i], 1, &woken), E_INVAL_ADDR);
    }
    EXPECT_EQ(woken, 77);
    EXPECT_EQ(futex_wait(HERE, 6, FUTEX_NO_DEADLINE), E_CHANGED);
    EXPECT_EQ(futex_wait(HERE, 7, 1), E_TIMEOUT);
    EXPECT_EQ(futex_wait(HERE, 7, clock_us() + 2000), E_TIMEOUT);
    EXPECT_EQ(futex_wait(USTACKTOP - 4, 0, 1), E_TIMEOUT);      /* filled on demand */
    EXPECT_EQ(futex_wake(HERE, UINT32_MAX, &woken), 0);
    EXPECT_EQ(woken, 0);
    thread_set_space(NULL);
    test_space_close(&home);
}

/* As many as were asked for, the longest waiters first, and only those of that word. */
KTEST(ipc, futex_count_and_order)
{
    struct waiter waiters[4], neighbour;

    space_with_word(&home);
    for (unsigned i = 0; i < ARRAY_SIZE(waiters); i++)
        start_waiting(&waiters[i], &home.space, HERE + WORD);
    start_waiting(&neighbour, &home.space, HERE + WORD + 4);
    EXPECT_EQ(wake_in(&home.space, HERE + WORD, 0), 0);
    EXPECT_EQ(wake_in(&home.space, HERE + WORD - 4, 9), 0);
    for (unsigned i = 0; i < 2; i++) {
        EXPECT_EQ(wake_in(&home.space, HERE + WORD, 1), 1);
        expect_returns(&waiters[i], 0);
        EXPECT(is_waiting(&waiters[3]) && is_waiting(&neighbour));
    }
    futex_check();
    EXPECT_EQ(wake_in(&home.space, HERE + WORD, UINT32_MAX), 2);
    expect_returns(&waiters[2], 0);
    expect_returns(&waiters[3], 0);
    EXPECT_EQ(wake_in(&home.space, HERE + WORD, 1), 0);
    EXPECT_EQ(wake_in(&home.space, HERE + WORD + 4, 1), 1);
    expect_returns(&neighbour, 0);
    test_space_close(&home);
}

/* The same word under two addresses, in one space and in two; and the same address of two spaces
 * that share nothing. */
KTEST(ipc, futex_shared_page)
{
    struct waiter waiter, stranger;

    space_with_word(&home);
    space_with_word(&other);
    share_page(&home, HERE, &other, THERE);
    share_page(&home, HERE, &home, THERE);
    start_waiting(&stranger, &other.space, HERE + WORD);
    start_waiting(&waiter, &home.space, HERE + WORD);
    EXPECT_EQ(wake_in(&other.space, THERE + WORD, 9), 1);
    expect_returns(&waiter, 0);
    start_waiting(&waiter, &other.space, THERE + WORD);
    EXPECT_EQ(wake_in(&home.space, HERE + WORD, 9), 1);
    expect_returns(&waiter, 0);
    start_waiting(&waiter, &home.space, THERE + WORD);
    EXPECT_EQ(wake_in(&home.space, HERE + WORD, 9), 1);
    expect_returns(&waiter, 0);
    EXPECT(is_waiting(&stranger));
    EXPECT_EQ(wake_in(&other.space, HERE + WORD, 9), 1);
    expect_returns(&stranger, 0);
    test_space_close(&other);
    test_space_close(&home);
}

/* The page is replaced while a thread waits, as by a write to a page that is copied then: it is
 * found at its address still.  The frame's next owner does not find it. */
KTEST(ipc, futex_replaced_page)
{
    struct waiter waiter;

    space_with_word(&home);
    test_space_begin(&other, 10);
    share_page(&home, HERE, &other, THERE);
    start_waiting(&waiter, &home.space, HERE + WORD);
    EXPECT_EQ(test_map_words(&home.space, HERE, 7, PERM_WRITE), 0);
    EXPECT_EQ(wake_in(&other.space, THERE + WORD, 9), 0);
    EXPECT(is_waiting(&waiter));
    EXPECT_EQ(wake_in(&home.space, HERE + WORD, 9), 1);
    expect_returns(&waiter, 0);
    start_waiting(&waiter, &home.space, HERE + WORD);
    EXPECT_EQ(space_unmap(&home.space, HERE), 0);
    EXPECT_EQ(test_map_words(&home.space, HERE, 7, PERM_READ), 0);
    EXPECT_EQ(wake_in(&home.space, HERE + WORD, 9), 1);
    expect_returns(&waiter, 0);
    test_space_close(&other);
    test_space_close(&home);
}

/* One waits since before the page was replaced, one since then: a waker wakes both. */
KTEST(ipc, futex_waiters_of_both_pages)
{
    struct waiter early, late;

    space_with_word(&home);
    start_waiting(&early, &home.space, HERE + WORD);
    EXPECT_EQ(test_map_words(&home.space, HERE, 7, PERM_WRITE), 0);
    start_waiting(&late, &home.space, HERE + WORD);
    EXPECT_EQ(wake_in(&home.space, HERE + WORD, 2), 2);
    expect_returns(&early, 0);
    expect_returns(&late, 0);
    test_space_close(&home);
}

/* A killed waiter leaves; one that was killed and then woken, before it could leave, wakes the
 * next one instead.  Without preemption and on this CPU, it cannot leave between the two. */
KTEST(ipc, futex_kill)
{
    struct waiter waiters[3];

    space_with_word(&home);
    waiters_cpu = thread_current()->home;
    sched_set_preemption(PREEMPT_NEVER);
    for (unsigned i = 0; i < ARRAY_SIZE(waiters); i++)
        start_waiting(&waiters[i], &home.space, HERE);
    thread_kill(waiters[1].thread);
    expect_returns(&waiters[1], E_KILLED);
    thread_kill(waiters[0].thread);
    EXPECT_EQ(wake_in(&home.space, HERE, 1), 1);
    EXPECT(is_waiting(&waiters[2]));
    expect_returns(&waiters[0], E_KILLED);
    expect_returns(&waiters[2], 0);
    EXPECT_EQ(wake_in(&home.space, HERE, 1), 0);
    sched_set_preemption(PREEMPT_KERNEL);
    waiters_cpu = CPU_ANY;
    test_space_close(&home);
}

enum { RETURNING = 30, WAKES = 60 };

static bool returning_ends;             /* [a] */

static void wait_again_and_again(void *space)
{
    thread_set_space(space);
    while (!__atomic_load_n(&returning_ends, __ATOMIC_ACQUIRE))
        EXPECT_EQ(futex_wait(HERE, 7, FUTEX_NO_DEADLINE), 0);
    thread_set_space(NULL);
}

/* Has that CPU look for other threads, again and again. */
static void disturb_cpu(void *argument)
{
    unsigned cpu = *(unsigned *)argument;
    const uint32_t *taken = &cpus[cpu].statistics.ipis_received;

    while (!__atomic_load_n(&returning_ends, __ATOMIC_ACQUIRE)) {
        uint32_t before = count_seen(taken);
        intr_local_disable();
        lapic_send_ipi(cpu, VECTOR_RESCHEDULE);
        intr_local_enable();
        while (count_seen(taken) == before && !__atomic_load_n(&returning_ends, __ATOMIC_ACQUIRE))
            pause();
    }
}

/* Waiters that come back while a wake goes on are not woken again by it: it would not come to an
 * end.  With another CPU, the waker is preempted again and again, and they do come back.  Its space
 * is not theirs, so that one list has all of them. */
KTEST(ipc, futex_wake_does_not_meet_a_waiter_twice)
{
    struct thread *threads[RETURNING], *disturber = NULL;
    unsigned here = thread_current()->home;

    space_with_word(&home);
    test_space_begin(&other, 10);
    share_page(&home, HERE, &other, THERE);
    returning_ends = false;
    for (unsigned i = 0; i < RETURNING; i++)
        threads[i] = test_spawn(here, wait_again_and_again, &home.space);
    if (test_cpu(1) != here)
        disturber = test_spawn(test_cpu(1), disturb_cpu, &here);
    for (unsigned i = 0; i < WAKES; i++) {
        thread_yield();                         /* most of them come to wait */
        EXPECT(wake_in(&other.space, THERE, UINT32_MAX) <= RETURNING);
    }
    __atomic_store_n(&returning_ends, true, __ATOMIC_RELEASE);
    for (unsigned i = 0; i < RETURNING; i++) {
        while (!test_has_departed(threads[i]))
            (void)wake_in(&other.space, THERE, UINT32_MAX);
        thread_join(threads[i]);
    }
    if (disturber)
        thread_join(disturber);
    test_space_close(&other);
    test_space_close(&home);
}

/* Starts a thread that waits until `patience` us have gone; false: they went before it waited. */
static bool waits_in_time(struct waiter *waiter, unsigned patience)
{
    waiter->deadline = clock_us() + patience;
    waiter->thread = test_spawn(thread_current()->home, wait_once, waiter);
    thread_yield();
    return clock_us() < waiter->deadline;
}

/* A waiter whose time is over, but which has not left yet, is woken like any other. */
KTEST(ipc, futex_woken_late)
{
    struct waiter waiter = { .space = &home.space, .address = HERE };
    unsigned patience = 3000;

    space_with_word(&home);
    sched_set_preemption(PREEMPT_NEVER);
    for (; !waits_in_time(&waiter, patience); patience *= 2)
        thread_join(waiter.thread);
    uint64_t give_up = clock_us() + PATIENCE_US;
    while (is_waiting(&waiter) && clock_us() < give_up)
        pause();
    EXPECT_EQ(wake_in(&home.space, HERE, 1), 1);
    expect_returns(&waiter, 0);
    sched_set_preemption(PREEMPT_KERNEL);
    test_space_close(&home);
}

/* --- many at once ------------------------------------------------------------------------- */

enum { THREADS = 8, TURNS = 50 };

static uint32_t *page_at_home(void)
{
    paddr_t page;
    uint32_t perm;

    EXPECT_EQ(space_lookup(&home.space, HERE, &page, &perm), 0);
    return page_pointer(page);
}

static uint32_t *ring_turn;             /* the word at HERE, which all wait for */

/* Each thread in its turn makes it the next one's: one wakeup lost, and all stand still. */
static void ring_member(unsigned index, void *argument)
{
    const bool *is_timed = argument;

    thread_set_space(index % 2 ? &home.space : &other.space);
    uaddr_t word = index % 2 ? HERE : THERE;
    for (uint32_t mine = index; mine < THREADS * TURNS; mine += THREADS) {
        uint32_t seen, woken;
        while ((seen = __atomic_load_n(ring_turn, __ATOMIC_SEQ_CST)) != mine) {
            int error = futex_wait(word, seen, *is_timed ? clock_us() + 300 : FUTEX_NO_DEADLINE);
            EXPECT(error == 0 || error == E_CHANGED || (error == E_TIMEOUT && *is_timed));
        }
        __atomic_store_n(ring_turn, mine + 1, __ATOMIC_SEQ_CST);
        EXPECT_EQ(futex_wake(word, THREADS, &woken), 0);
        EXPECT(woken <= THREADS);
    }
    thread_set_space(NULL);
}

static void run_ring(bool is_timed)
{
    space_with_word(&home);
    test_space_begin(&other, 10);
    share_page(&home, HERE, &other, THERE);
    ring_turn = page_at_home();
    *ring_turn = 0;
    ktest_parallel(THREADS, ring_member, &is_timed);
    EXPECT_EQ(*ring_turn, THREADS * TURNS);
    test_space_close(&other);
    test_space_close(&home);
}

KTEST(ipc, futex_ring)
{
    run_ring(false);
}

KTEST(ipc, futex_ring_with_timeouts)
{
    run_ring(true);
}

/* Pairs of threads that wake each other, each pair with a word of its own: no other pair's wake
 * makes up for one that is lost. */
static uint32_t *pair_words;

static void pair_member(unsigned index, void *argument)
{
    uint32_t *word = &pair_words[index / 2], woken;
    uaddr_t address = HERE + index / 2 * sizeof *word;

    (void)argument;
    thread_set_space(&home.space);
    for (uint32_t i = 0; i < 4 * TURNS; i++) {
        uint32_t mine = i * 2 + index % 2, seen;
        while ((seen = __atomic_load_n(word, __ATOMIC_SEQ_CST)) != mine)
            EXPECT(futex_wait(address, seen, FUTEX_NO_DEADLINE) != E_INVAL_ADDR);
        __atomic_store_n(word, mine + 1, __ATOMIC_SEQ_CST);
        EXPECT_EQ(futex_wake(address, 1, &woken), 0);
    }
    thread_set_space(NULL);
}

KTEST(ipc, futex_pairs)
{
    space_with_word(&home);
    pair_words = page_at_home();
    for (unsigned i = 0; i < THREADS / 2; i++)
        pair_words[i] = 0;
    ktest_parallel(THREADS, pair_member, NULL);
    for (unsigned i = 0; i < THREADS / 2; i++)
        EXPECT_EQ(pair_words[i], 8 * TURNS);
    test_space_close(&home);
}

/* A word that counts what is there to take: each wake of one is for one item, so that a wake
 * which goes astray leaves a taker asleep with an item there. */
static struct {
    uint32_t *count;
    uint32_t taken;
} pot;

static void take_from_pot(void)
{
    for (;;) {
        uint32_t seen = __atomic_load_n(pot.count, __ATOMIC_SEQ_CST);
        if (seen == 0) {
            int error = futex_wait(HERE, 0, FUTEX_NO_DEADLINE);
            EXPECT(error == 0 || error == E_CHANGED);
        } else if (__atomic_compare_exchange_n(pot.count, &seen, seen - 1, false,
                                               __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
            __atomic_fetch_add(&pot.taken, 1, __ATOMIC_RELAXED);
            return;
        }
    }
}

static void pot_member(unsigned index, void *argument)
{
    uint32_t woken;

    (void)argument;
    thread_set_space(&home.space);
    for (unsigned i = 0; i < TURNS; i++) {
        if (index % 2) {
            take_from_pot();
        } else {
            __atomic_fetch_add(pot.count, 1, __ATOMIC_SEQ_CST);
            EXPECT_EQ(futex_wake(HERE, 1, &woken), 0);
            EXPECT(woken <= 1);
        }
    }
    thread_set_space(NULL);
}

KTEST(ipc, futex_pot)
{
    space_with_word(&home);
    pot.count = page_at_home();
    *pot.count = 0;
    pot.taken = 0;
    ktest_parallel(THREADS, pot_member, NULL);
    EXPECT_EQ(pot.taken, THREADS / 2 * TURNS);
    EXPECT_EQ(*pot.count, 0);
    test_space_close(&home);
}
