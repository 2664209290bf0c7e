/* What CPUs remember of page tables (SDM vol. 3, 4.10), and how they are made to forget.
 *
 * A CPU remembers mappings of the space it has loaded, and forgets them all when it loads
 * another one (only the kernel's are global).  space->active says which CPUs those are.  The
 * kernel's, which change only where stacks are, every CPU remembers; for these each CPU that is
 * online is asked.  A CPU that is still starting need not be: no stack loses its pages before the
 * last CPU is online (init/smp.c), since no thread exits before that.
 *
 * Whom to ask.  The initiator writes the entry, passes a full barrier, and reads `active`.  A
 * CPU that enters the space sets its mark (locked), loads CR3, and only then walks the page
 * table; one that leaves loads another CR3 and then clears its mark.  So whenever a mark is read
 * as clear after the barrier, that CPU remembers nothing of the old entry.  If it was there, it
 * has forgotten.  If it comes, its locked instruction is after the initiator's read, and so its
 * walks are after the initiator's write.  (The barrier keeps the read after the write, SDM vol. 3,
 * 8.2.3.4; releasing the space's lock would not.)  The initiator is no exception: it may have
 * changed the entry on another CPU than the one it runs on now, and that CPU is asked like any
 * other if it still has the space loaded, perhaps for another thread.
 *
 * How.  Each CPU has a mailbox: the pages to forget, and how many requests were ever posted and
 * served.  Requests of several initiators merge there; an interrupt is sent only if none is on
 * its way.  An initiator waits until what it posted is served, or the CPU has left the space.
 * A CPU that serves takes the mailbox's lock after the post, so it forgets after the entries were
 * written.  If a page in the mailbox is another space's, forgetting it costs a refill and no more.
 *
 * No deadlock.  An initiator that waits holds no spinlock and has interrupts on: its CPU serves
 * others meanwhile, and so does any CPU on which it goes on after a preemption.  A CPU that spins
 * with interrupts off waits for a lock, which no initiator holds: it gets the lock sooner or later,
 * and then takes the interrupt.  (An initiator may hold the big lock; so a CPU
 * that spins for that one serves requests meanwhile, thread/big_lock.c.)  SUBTLE: flush-order */
#include "vmm/vmm_priv.h"

#include "dev/lapic.h"
#include "lib/assert.h"
#include "pcpu/pcpu.h"
#include "pcpu/spin_limit.h"
#include "pcpu/trace.h"
#include "pcpu/vectors.h"
#include "vmm/tlb.h"

/* Beyond so many pages a CPU forgets everything: that costs less than one by one. */
enum { FLUSH_PAGES = 16 };

static const struct lock_class mailbox_class = LOCK_CLASS("vmm.mailbox", 2);

/* [m] lock  [a] also read without it */
struct mailbox {
    struct spinlock lock;
    bool            asked;              /* [m] [a] an interrupt is on its way */
    bool            global;             /* [m] some of the pages are the kernel's */
    unsigned        count;              /* [m] pages; more than FLUSH_PAGES: all there are */
    uint32_t        posted, served;     /* [m] [a] requests; they wrap */
    uaddr_t         pages[FLUSH_PAGES]; /* [m] */
} __attribute__((aligned(CACHE_LINE)));

static struct mailbox mailboxes[NUM_CPUS] = {
    [0 ... NUM_CPUS - 1] = { .lock = SPINLOCK_INITIALIZER(&mailbox_class) },
};

/* --- forgetting ---------------------------------------------------------------------------- */

/* A change of PGE makes a CPU forget global pages, too (SDM vol. 3, 4.10.4.1). */
static void forget_everything(bool global)
{
    uint32_t cr4 = read_cr4();

    if (global && (cr4 & CR4_PGE)) {
        write_cr4(cr4 & ~(uint32_t)CR4_PGE);
        write_cr4(cr4);
    } else {
        write_cr3(read_cr3());
    }
}

static void forget_pages(const uaddr_t *pages, unsigned count, bool global)
{
    if (count > FLUSH_PAGES)
        forget_everything(global);
    else
        for (unsigned i = 0; i < count; i++)
            invlpg(pages[i]);
}

static inline uint32_t load_marks(const uint32_t *marks)
{
    return __atomic_load_n(marks, __ATOMIC_ACQUIRE);
}

/* A bit for each of four marks: the product has that of byte n at 24 + n. */
static inline uint32_t bits_of(uint32_t marks)
{
    return marks * (1u << 24 | 1u << 17 | 1u << 10 | 1u << 3) >> 24;
}

/* Mostly one CPU has it loaded: to see that takes hardly more on a machine of many. */
uint64_t space_holders(const struct space *space)
{
    unsigned end = __atomic_load_n(&cpus_end, __ATOMIC_ACQUIRE);
    const uint32_t *marks = space->active_words;
    uint64_t holders = 0;

    for (unsigned first = 0; first < end; first += MARKS_AT_ONCE, marks += MARKS_AT_ONCE / 4) {
        uint32_t a = load_marks(marks), b = load_marks(marks + 1);
        uint32_t c = load_marks(marks + 2), d = load_marks(marks + 3);
        if (a | b | c | d)
            holders |= (uint64_t)(bits_of(a) | bits_of(b) << 4 | bits_of(c) << 8 |
                                  bits_of(d) << 12) << first;
    }
    return holders;
}

static uint64_t online_cpus(void)
{
    uint64_t online = 0;

    FOR_EACH_ONLINE_CPU(cpu)
        online |= 1ull << cpu;
    return online;
}

/* Interrupts off, so that "here" and "elsewhere" are the same for both steps.  Returns a bit
 * for each other CPU that has to be asked. */
static uint64_t forget_here(const struct space *space, const uaddr_t *pages, unsigned count)
{
    unsigned cpu = get_pcpu_idx();

    KERN_ASSERT(!intr_are_enabled());
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    uint64_t holders = space ? space_holders(space) : online_cpus();
    if (!space || space_active() == space)
        forget_pages(pages, count, !space);
    return holders & ~(1ull << cpu);
}

/* Returns the number of the request. */
static uint32_t post_request(const struct space *space, unsigned cpu, const uaddr_t *pages,
                             unsigned count)
{
    struct mailbox *mailbox = &mailboxes[cpu];

    spinlock_acquire(&mailbox->lock);
    for (unsigned i = 0; i < count && mailbox->count <= FLUSH_PAGES; i++) {
        if (mailbox->count < FLUSH_PAGES)
            mailbox->pages[mailbox->count] = pages[i];
        mailbox->count++;
    }
    mailbox->global |= !space;
    count_up(&mailbox->posted);
    uint32_t number = mailbox->posted;
    if (!mailbox->asked) {
        __atomic_store_n(&mailbox->asked, true, __ATOMIC_RELAXED);
        count_up(&this_cpu()->statistics.shootdowns_sent);
        lapic_send_ipi(cpu, VECTOR_SHOOTDOWN);
    }
    spinlock_release(&mailbox->lock);
    return number;
}

static uint32_t served_by(unsigned cpu)
{
    return __atomic_load_n(&mailboxes[cpu].served, __ATOMIC_ACQUIRE);
}

static bool waits_for_lock(unsigned cpu)
{
    return __atomic_load_n(&cpus[cpu].waiting_for, __ATOMIC_RELAXED) != NULL;
}

/* A CPU that waits for a lock answers when it has had it, and that wait has a limit of its own. */
static void await_answer(const struct space *space, unsigned cpu, uint32_t number)
{
    struct spin_limit limit;

    spin_limit_begin(&limit, served_by(cpu));
    while ((int32_t)(served_by(cpu) - number) < 0 &&
           (!space || space_is_active_on(space, cpu))) {
        if (waits_for_lock(cpu))
            spin_limit_begin(&limit, served_by(cpu));
        else if (spin_limit_passed(&limit, served_by(cpu)))
            KERN_PANIC("CPU %u does not answer a TLB shootdown", cpu);
        pause();
    }
}

void tlb_flush(const struct space *space, const uaddr_t *pages, unsigned count)
{
    uint32_t numbers[NUM_CPUS];

    KERN_ASSERT(intr_are_enabled() && current_context()->lock_depth == 0);
    sched_point(POINT_IPI);
    intr_local_disable();
    uint64_t others = forget_here(space, pages, count);
    intr_local_enable();
    trace_note(TRACE_FLUSH, count, (uintptr_t)others);
    for (uint64_t left = others; left != 0; left &= left - 1) {
        unsigned cpu = (unsigned)__builtin_ctzll(left);
        numbers[cpu] = post_request(space, cpu, pages, count);
    }
    for (uint64_t left = others; left != 0; left &= left - 1) {
        unsigned cpu = (unsigned)__builtin_ctzll(left);
        await_answer(space, cpu, numbers[cpu]);
    }
    trace_note(TRACE_FLUSH_DONE, count, 0);
}

void tlb_poll(void)
{
    if (__atomic_load_n(&mailboxes[get_pcpu_idx()].asked, __ATOMIC_RELAXED))
        tlb_serve();
}

void tlb_serve(void)
{
    struct mailbox *mailbox = &mailboxes[get_pcpu_idx()];

    count_up(&this_cpu()->statistics.shootdowns_served);
    spinlock_acquire(&mailbox->lock);
    forget_pages(mailbox->pages, mailbox->count, mailbox->global);
    mailbox->count = 0;
    mailbox->global = false;
    __atomic_store_n(&mailbox->asked, false, __ATOMIC_RELAXED);
    __atomic_store_n(&mailbox->served, mailbox->posted, __ATOMIC_RELEASE);
    spinlock_release(&mailbox->lock);
}

#ifdef DEBUG
unsigned tlb_pending(unsigned cpu)
{
    return __atomic_load_n(&mailboxes[cpu].posted, __ATOMIC_ACQUIRE) - served_by(cpu);
}
#endif
