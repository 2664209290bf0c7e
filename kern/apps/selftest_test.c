/* Tests that go wrong on purpose: the host's test runner must notice each of them.  The comment
 * before each ends with what scripts/test must show of it, as a regular expression. */
#include "dev/clock.h"
#include "dev/lapic.h"
#include "dev/log.h"
#include "dev/output.h"
#include "lib/assert.h"
#include "lib/ktest.h"
#include "pcpu/sched_point.h"
#include "pcpu/trace.h"
#include "pmm/pmm.h"
#include "thread/condition.h"
#include "thread/sched.h"
#include "thread/thread_test.h"
#include "vmm/space.h"

static const struct lock_class outer_class = LOCK_CLASS("apps.outer", 1);
static const struct lock_class inner_class = LOCK_CLASS("apps.inner", 0);
static struct spinlock outer = SPINLOCK_INITIALIZER(&outer_class);
static struct spinlock inner = SPINLOCK_INITIALIZER(&inner_class);

/* Must pass: the control, which shows that the others fail for their fault alone. */
KTEST(selftest, pass)
{
    EXPECT(true);
}

static struct two_steps {
    struct spinlock lock;
    unsigned        count;
} two_steps = { .lock = SPINLOCK_INITIALIZER(&outer_class) };

/* Between the two steps another CPU may count. */
static void count_in_two_steps(unsigned number, void *unused)
{
    (void)number;
    (void)unused;
    spinlock_acquire(&two_steps.lock);
    unsigned seen = two_steps.count;
    spinlock_release(&two_steps.lock);
    spinlock_acquire(&two_steps.lock);
    two_steps.count = seen + 1;
    spinlock_release(&two_steps.lock);
}

/* Must pass: a race that some seeds find, and where there is none it is not run. */
KTEST(selftest, race)
{
    uint32_t points, hash;

    sched_points_result(&points, &hash);
    if (points == 0)
        return;
    for (unsigned i = 0; i < 3; i++) {
        two_steps.count = 0;
        ktest_parallel(2, count_in_two_steps, NULL);
        EXPECT_EQ(two_steps.count, 2);
    }
}

/* Must say: 1 \+ 1 == 3: 2  */
KTEST(selftest, fail)
{
    EXPECT_EQ(1 + 1, 3);
}

/* Must say: leak: free pages */
KTEST(selftest, leak)
{
    paddr_t page;

    EXPECT_EQ(page_alloc(&quota_root, &page), 0);
}

/* Must say: KERNEL PANIC .*: on purpose */
KTEST(selftest, panic)
{
    KERN_PANIC("on purpose");
}

/* A CPU that was reset answers nothing: the report says which one.  Needs two CPUs.
 * Must say: KERNEL PANIC .*: on purpose(?s:.*)CPU 1: does not answer the NMI$ */
KTEST(selftest, silent_cpu)
{
    lapic_send_init(cpus[test_cpu(1)].apic_id);
    KERN_PANIC("on purpose");
}

/* An event that nothing else brings, the last one of this CPU. */
static void record_last_event(void)
{
    (void)intr_save();
    trace_note(TRACE_PUT, 7777, 1234);
}

static void do_nothing(unsigned index, void *unused)
{
    (void)index;
    (void)unused;
}

/* The report ends with what was recorded; what the panic itself did is not there.
 * Must say: The last events of every CPU(?s:.*) (CPU \d+): buffer 7777 gets(?!(?s:.*) \1: ) */
KTEST(selftest, panic_after_an_event)
{
    ktest_parallel(2, do_nothing, NULL);        /* so another CPU has events, too */
    record_last_event();
    KERN_PANIC("on purpose");
}

/* Whatever locks are held, the report comes to its end.
 * Must say: KERNEL PANIC .*: on purpose(?!(?s:.*)PANIC within)(?s:.*)The last events of */
KTEST(selftest, panic_with_a_lock)
{
    spinlock_acquire(&quota_root.lock);
    KERN_PANIC("on purpose");
}

static size_t take_nothing(const char *text, size_t n)
{
    (void)text;
    (void)n;
    return 0;
}

static bool show_nothing(void)
{
    return true;
}

/* What waits for a device is printed before the report.
 * Must say: # running selftest.panic_after_a_text\n.*waits for its device\n.*\n.*KERNEL PANIC */
KTEST(selftest, panic_after_a_text)
{
    static const struct output_device busy = { take_nothing, show_nothing };

    (void)output_set_device(&busy);
    KERN_INFO("waits for its device\n");
    KERN_PANIC("on purpose");
}

/* Every thread waits: said at once, with the place.
 * Must say: waits: what never comes\n(?s:.*)selftest_hang(?s:.*)STOPPED .*: deadlock: */
KTEST(selftest, hang)
{
    struct condition never;

    condition_init(&never, "what never comes");
    spinlock_acquire(&inner);
    for (;;)
        condition_wait_uninterruptible(&never, &inner);
}

/* Something goes on for ever: ended by the boot option limit=.
 * Must say: selftest.endless: did not end: time limit: (?s:.*)# running selftest.endless$ */
KTEST(selftest, endless)
{
    ktest_parallel(2, do_nothing, NULL);        /* so another CPU has events, too */
    for (;;)
        thread_yield();
}

/* No deadline ever comes.  The time limit must not wait for the clock, too.
 * Must say: STOPPED .*: time limit: not over .* by the timer's ticks(?s:.*)CPU 0:(?s:.*)CPU 1: */
KTEST(selftest, clock)
{
    clock_stop();
    EXPECT_EQ(thread_sleep_until(clock_us() + 1), 0);
}

/* Interrupts off for good: ended by what another CPU notices, or the watchdog.
 * Must say: KERNEL PANIC .*: hang: CPU \d */
KTEST(selftest, stuck)
{
    intr_local_disable();
    for (;;)
        pause();
}

/* No handler can be entered any more: the machine resets.
 * Must say: TRIPLE FAULT */
KTEST(selftest, triple)
{
    struct {
        uint16_t limit;
        uint32_t base;
    } __attribute__((packed)) no_idt = { 0, 0 };

    record_last_event();
    __asm__ volatile("lidt %0; int3" : : "m"(no_idt));
}

/* Must say: lock order: apps.outer .*while apps.inner */
HANDS_OVER
KTEST(selftest, lock_order)
{
    spinlock_acquire(&inner);
    spinlock_acquire(&outer);
}

/* Must say: lock order: apps.outer .*while apps.outer */
HANDS_OVER
KTEST(selftest, recursion)
{
    spinlock_acquire(&outer);
    spinlock_acquire(&outer);
}

static void hold_for_ever(void *is_held)
{
    spinlock_acquire(&outer);
    __atomic_store_n((bool *)is_held, true, __ATOMIC_RELEASE);
    for (;;)
        pause();
}

/* Needs two CPUs.  That the lock is taken is not enough: its holder notes itself only then.
 * Must say: deadlock: lock apps.outer is held by CPU 1 */
HANDS_OVER
KTEST(selftest, deadlock)
{
    bool is_held = false;

    test_spawn(test_cpu(1), hold_for_ever, &is_held);
    while (!__atomic_load_n(&is_held, __ATOMIC_ACQUIRE))
        thread_yield();
    spinlock_acquire(&outer);
}

/* Must say: assertion failed: .*lock_depth == 0 */
HANDS_OVER
KTEST(selftest, block_with_lock)
{
    spinlock_acquire(&outer);
    thread_yield();
}

static bool is_deaf;                    /* [a] */

static void stay_in_space(void *space)
{
    thread_set_space(space);
    intr_local_disable();
    __atomic_store_n(&is_deaf, true, __ATOMIC_RELEASE);
    for (;;)
        pause();
}

/* A CPU that has a space loaded never takes the interrupt.  Needs two CPUs.
 * Must say: does not answer a TLB shootdown */
KTEST(selftest, shootdown)
{
    static struct space space;

    EXPECT_EQ(space_create(&space, &quota_root), 0);
    EXPECT_EQ(space_alloc_page(&space, VM_USERLO, PERM_WRITE), 0);
    test_spawn(test_cpu(1), stay_in_space, &space);
    while (!__atomic_load_n(&is_deaf, __ATOMIC_ACQUIRE))
        thread_yield();
    EXPECT_EQ(space_unmap(&space, VM_USERLO), 0);
}

static unsigned recurse_deep(volatile unsigned depth)
{
    volatile char frame[256] = { 0 };

    return depth ? recurse_deep(depth - 1) + frame[depth % 256] + 1 : 0;
}

/* Must say: kernel stack overflow */
KTEST(selftest, stack_overflow)
{
    EXPECT(recurse_deep(1000) != 0);
}

/* The audit after a fork must see two spaces with one page table.
 * Must say: assertion failed: is_own_table */
KTEST(selftest, shared_table)
{
    static struct space one, other;
    const unsigned index = VM_USERLO / SUPERPAGE_SIZE;

    EXPECT_EQ(space_create(&one, &quota_root), 0);
    EXPECT_EQ(space_create(&other, &quota_root), 0);
    EXPECT_EQ(space_alloc_page(&one, VM_USERLO, PERM_WRITE), 0);
    ((uint32_t *)other.directory)[index] = ((const uint32_t *)one.directory)[index];
    space_check_tables(&one);
    space_check_tables(&other);
}

/* Must say: read of an unmapped page at 0x00000010 */
KTEST(selftest, page_zero)
{
    EXPECT_EQ(*(volatile uint32_t *)page_pointer(16), 0);
}

/* Must say: write to a protected page */
KTEST(selftest, write_text)
{
    *(volatile char *)(uintptr_t)recurse_deep = 0;
}
