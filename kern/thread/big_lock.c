/* The big kernel lock: a test-and-set lock outside the order of the others, since it is taken
 * before any of them and a CPU keeps it while it switches threads.
 *
 * No deadlock with TLB shootdowns: an initiator holds the lock while it waits for this CPU, which
 * spins with interrupts off; so the spinning serves them.  None with an NMI: its handler does not
 * take the lock (trap/trap.c). */
#include "thread/big_lock.h"

#include "lib/assert.h"
#include "pcpu/pcpu.h"
#include "pcpu/trace.h"
#include "vmm/tlb.h"

enum { OFFER_TURNS = 64 };

bool big_lock_is_on;

/* [a] atomic  [h] its holder's */
static struct {
    uint32_t          locked;           /* [a] */
    const struct cpu *holder;           /* [h] NULL while it is free */
    const struct context *taker;        /* [h] the thread that took it last; [a] for reading */
    uint32_t          taken;            /* [h] how often; [a] for reading */
    uint32_t          waiting;          /* [a] so many CPUs */
} big_lock __attribute__((aligned(CACHE_LINE)));

static bool is_locked(void)
{
    return __atomic_load_n(&big_lock.locked, __ATOMIC_RELAXED);
}

/* For the record: while others wait. */
static void tell_waiting(enum trace_event event)
{
    if (__atomic_load_n(&big_lock.waiting, __ATOMIC_RELAXED) > 0)
        trace_note(event, (uintptr_t)&big_lock, (uintptr_t)big_lock.taker);
}

static void await_big_lock(void)
{
    uint32_t turns = 0;

    trace_note(TRACE_LOCK_WANTED, (uintptr_t)&big_lock, (uintptr_t)"thread.big_lock");
    trace_note(TRACE_LOCK_HELD, (uintptr_t)&big_lock,
               (uintptr_t)__atomic_load_n(&big_lock.taker, __ATOMIC_RELAXED));
    __atomic_fetch_add(&big_lock.waiting, 1, __ATOMIC_RELAXED);
    do {
        for (; is_locked(); turns++) {
            tlb_poll();
            pause();
        }
    } while (xchg(&big_lock.locked, 1));
    __atomic_fetch_sub(&big_lock.waiting, 1, __ATOMIC_RELAXED);
    trace_note(TRACE_LOCK_TAKEN, (uintptr_t)&big_lock, turns);
}

bool big_lock_take(void)
{
    struct cpu *cpu = this_cpu();

    KERN_ASSERT(!intr_are_enabled());
    if (cpu->is_in_kernel)
        return false;
    if (xchg(&big_lock.locked, 1))
        await_big_lock();
    KERN_ASSERT(!big_lock.holder);
    big_lock.holder = cpu;
    __atomic_store_n(&big_lock.taker, current_context(), __ATOMIC_RELAXED);
    count_up(&big_lock.taken);
    cpu->is_in_kernel = true;
    tell_waiting(TRACE_LOCK_HELD);
    return true;
}

uint32_t big_lock_acquisitions(void)
{
    return __atomic_load_n(&big_lock.taken, __ATOMIC_RELAXED);
}

void big_lock_give(void)
{
    struct cpu *cpu = this_cpu();

    KERN_ASSERT(!intr_are_enabled() && cpu->is_in_kernel && big_lock.holder == cpu);
    tell_waiting(TRACE_LOCK_RELEASE);
    cpu->is_in_kernel = false;
    big_lock.holder = NULL;
    __atomic_store_n(&big_lock.locked, 0, __ATOMIC_RELEASE);
}

/* Test-and-set is not fair: here the spinning CPUs get some turns in which this one does not want
 * the lock. */
void big_lock_offer(void)
{
    if (!this_cpu()->is_in_kernel)
        return;
    big_lock_give();
    for (unsigned turn = 0; turn < OFFER_TURNS && !is_locked(); turn++)
        pause();
    (void)big_lock_take();
}
