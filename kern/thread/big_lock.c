/* The big kernel lock: a test-and-set lock outside the order of the others, since it is taken
 * before any of them and a CPU keeps it while it switches threads.
 *
 * No deadlock with TLB shootdowns: an initiator holds the lock while it waits for this CPU, which
 * spins with interrupts off; so the spinning serves them.  None with an NMI: its handler does not
 * take the lock (trap/trap.c). */
#include "thread/big_lock.h"

#include "lib/assert.h"
#include "pcpu/pcpu.h"
#include "vmm/tlb.h"

enum { OFFER_TURNS = 64 };

bool big_lock_is_on;

/* [a] atomic  [h] its holder's */
static struct {
    uint32_t          locked;           /* [a] */
    const struct cpu *holder;           /* [h] NULL while it is free */
    uint32_t          taken;            /* [h] how often; [a] for reading */
} lock __attribute__((aligned(CACHE_LINE)));

static bool is_locked(void)
{
    return __atomic_load_n(&lock.locked, __ATOMIC_RELAXED);
}

bool big_lock_take(void)
{
    struct cpu *cpu = this_cpu();

    KERN_ASSERT(!intr_are_enabled());
    if (cpu->is_in_kernel)
        return false;
    while (xchg(&lock.locked, 1))
        while (is_locked()) {
            tlb_poll();
            pause();
        }
    KERN_ASSERT(!lock.holder);
    lock.holder = cpu;
    count_up(&lock.taken);
    cpu->is_in_kernel = true;
    return true;
}

uint32_t big_lock_acquisitions(void)
{
    return __atomic_load_n(&lock.taken, __ATOMIC_RELAXED);
}

void big_lock_give(void)
{
    struct cpu *cpu = this_cpu();

    KERN_ASSERT(!intr_are_enabled() && cpu->is_in_kernel && lock.holder == cpu);
    cpu->is_in_kernel = false;
    lock.holder = NULL;
    __atomic_store_n(&lock.locked, 0, __ATOMIC_RELEASE);
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
