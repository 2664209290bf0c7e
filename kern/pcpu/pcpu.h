/* What one CPU is: its number, segments and task state, the interrupt flag, and the part of a
 * thread that the CPU itself needs (struct context).
 *
 * The current context is found from the stack pointer: every kernel stack lies at the end of an
 * aligned slot of KSTACK_SLOT bytes, and the slot's last THREAD_AREA bytes hold the thread that
 * runs on it, its struct context first.  So finding the current thread and CPU takes no memory
 * shared between CPUs, no segment register and no LAPIC access; and a thread that moves to
 * another CPU only has context.cpu changed.
 *
 *     slot end      ->  struct thread (first member: struct context)
 *     stack top     ->  struct trapframe of the user program, if the thread has one
 *                       ... stack, growing down
 *     slot start    ->  unmapped guard
 */
#pragma once

#include "abi/layout.h"
#include "abi/trapframe.h"
#include "lib/types.h"
#include "pcpu/slot.h"
#include "pcpu/x86.h"

/* Segment selectors, in the order that SYSENTER and SYSEXIT rely on (SDM vol. 2, SYSENTER). */
#define SEG_KERNEL_CODE 0x08
#define SEG_KERNEL_DATA 0x10
#define SEG_USER_CODE   0x1b
#define SEG_USER_DATA   0x23
#define SEG_TSS         0x28
#define SEG_FAULT_TSS   0x30
#define SEG_USER_TLS    USER_TLS_SELECTOR

#define CACHE_LINE      64

struct ready_queue;
struct space;
struct spinlock;

enum { MAX_HELD_LOCKS = 8 };

/* [o] only the thread itself, where it runs; [r] the ready queue's lock (thread layer);
 * [a] atomic.  The first four lie where trap/entry.S expects them (trap/offsets_priv.h). */
struct context {
    uint32_t    esp;                    /* [r] saved stack pointer while not running */
    struct cpu *cpu;                    /* [r] where it runs, or ran last */
    uint32_t    pending;                /* [r] to write, [a] to read: what it must handle before
                                         * it goes to user mode (thread layer) */
    uint32_t    system_calls;           /* [o] to write, [a] to read: made so far */
    uint32_t    lock_depth;             /* [o] spinlocks held; interrupts are off while > 0 */
    uint32_t    flags;                  /* [o] EFLAGS before the first of them */
#ifdef DEBUG
    uint32_t         held_count;        /* [o] */
    struct spinlock *held[MAX_HELD_LOCKS];  /* [o] in the order of acquisition */
#endif
};

/* Task state segment (SDM vol. 3, 7.2.1). */
struct tss {
    uint32_t link, esp0, ss0, esp1, ss1, esp2, ss2, cr3, eip, eflags;
    uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
    uint32_t es, cs, ss, ds, fs, gs, ldt;
    uint16_t trap, io_map_base;
};

/* Counted by the CPU itself with interrupts off, by count_up(); others may read them at any time,
 * by count_seen(). */
struct cpu_statistics {
    uint32_t context_switches;
    uint32_t preemptions_user;          /* a thread was preempted in user mode */
    uint32_t preemptions_kernel;        /* ... in a system call or fault */
    uint32_t ipis_sent;
    uint32_t ipis_received;
    uint32_t space_loads;               /* CR3 loads */
    uint32_t shootdowns_sent;           /* interrupts for TLB shootdowns */
    uint32_t shootdowns_served;
    uint32_t timer_ticks;
    uint32_t threads;                   /* [a] made here, without those that were freed here */
    uint32_t nmis, spurious_interrupts, unexpected_interrupts;
};

static inline uint32_t count_seen(const uint32_t *count)
{
    return __atomic_load_n(count, __ATOMIC_RELAXED);
}

/* [I] set once at bring-up; [c] its own CPU with interrupts off; [a] atomic */
struct cpu {
    uint32_t    need_resched;           /* [c] the CPU should switch threads; first for
                                         * trap/entry.S */
    unsigned    index;                  /* [I] 0 is the boot processor */
    uint32_t    apic_id;                /* [I] */
    struct ready_queue *queue;          /* [I] its own (thread layer) */
    struct space *space;                /* [c] the one loaded (vmm/tlb.c); NULL: the kernel's map */
    bool        is_in_kernel;           /* [c] it holds the big lock, if there is one */
    const struct spinlock *waiting_for; /* [a] the lock it spins for, or NULL */
    uint32_t    spin_turns;             /* [a] turns of such waits so far: it runs if they move */
    struct tss  tss;                    /* [c] esp0: the current thread's stack top */
    /* Others look at it: so its line has nothing that is written at each switch. */
    bool        online __attribute__((aligned(CACHE_LINE)));    /* [a] it runs threads */
    struct tss  fault_tss;              /* [I] double faults run on it, on their own stack */
    uint64_t    gdt[8];                 /* [I] but the last, SEG_USER_TLS: [c] */
    struct cpu_statistics statistics;   /* [c] */
} __attribute__((aligned(CACHE_LINE)));

extern struct cpu cpus[NUM_CPUS];

/* One more than the highest index of a CPU that runs or did run: CPUs are started one after the
 * other, and each counts itself before it takes a lock.  [a] */
extern unsigned cpus_end;

#define FOR_EACH_CPU(cpu)                                                               \
    for (unsigned cpu = 0; cpu < __atomic_load_n(&cpus_end, __ATOMIC_ACQUIRE); cpu++)

/* Optional features of the boot processor; the others must have them too. */
struct cpu_features {
    bool global_pages, page_attributes, smep, smap, umip, sysenter, sse;
};
extern struct cpu_features cpu_features;

/* The context of the thread that runs this code.  SUBTLE: stack-is-thread */
static inline struct context *current_context(void)
{
    uintptr_t slot = (uintptr_t)__builtin_frame_address(0) & ~(uintptr_t)(KSTACK_SLOT - 1);

    return (struct context *)(KEPT(slot) + KSTACK_SLOT - THREAD_AREA);
}

/* The CPU that runs this code.  Stays true only while interrupts are off.  SUBTLE: this-cpu */
static inline struct cpu *this_cpu(void)
{
    return __atomic_load_n(&current_context()->cpu, __ATOMIC_RELAXED);
}

static inline unsigned get_pcpu_idx(void)
{
    return this_cpu()->index;
}

/* Does that CPU run threads?  Any number; CPUs do not go offline. */
static inline bool cpu_is_online(unsigned cpu)
{
    return cpu < NUM_CPUS && __atomic_load_n(&cpus[cpu].online, __ATOMIC_ACQUIRE);
}

#define FOR_EACH_ONLINE_CPU(cpu)                                                        \
    FOR_EACH_CPU(cpu)                                                                   \
        if (!cpu_is_online(cpu)) {} else

/* Whether this CPU should switch threads.  Set with interrupts off: by the CPU itself, or by its
 * handler of the interrupt that another one sends (VECTOR_RESCHEDULE).  Acted on at the end of
 * each interrupt and system call, and by the idle thread. */
static inline void need_resched_set(void)
{
    this_cpu()->need_resched = true;
}

static inline bool need_resched_test(void)
{
    return this_cpu()->need_resched;
}

static inline void need_resched_clear(struct cpu *cpu)
{
    cpu->need_resched = false;
}

/* Reads the features of the boot processor.  Callable before cpu_init(). */
void cpu_detect_features(void);

/* Makes the running stack's context belong to CPU `index`, and loads its GDT, TSS and FPU
 * settings.  First thing on each CPU, interrupts off. */
void cpu_init(unsigned index);

/* Double faults of `cpu` run `handler` on the stack slot that ends at `slot_end`
 * with the page directory `cr3` (a task gate leads there, SDM vol. 3, 6.14.1). */
void cpu_set_double_fault(struct cpu *cpu, void *slot_end, void (*handler)(void), uint32_t cr3);

/* Ends the double faults' task: the code that runs in it belongs to the ordinary task from now on.
 * Does not change CR3 and TS.  Interrupts off. */
void cpu_leave_double_fault(struct cpu *cpu);

/* The stack on which traps from user mode arrive. */
static inline void cpu_set_trap_stack(struct cpu *cpu, uintptr_t top)
{
    cpu->tss.esp0 = top;
    if (cpu_features.sysenter)
        wrmsr(MSR_SYSENTER_ESP, top);
}

/* The descriptor of a segment of user data that begins at `base` and covers everything. */
uint64_t cpu_tls_segment(uint32_t base);

/* What SEG_USER_TLS names on `cpu`, from the next time that it is loaded.  Interrupts off. */
static inline void cpu_set_tls_segment(struct cpu *cpu, uint64_t segment)
{
    cpu->gdt[SEG_USER_TLS / 8] = segment;
}

/* The interrupt flag.  Spinlocks keep interrupts off by themselves; these two are for code
 * that holds none. */
static inline void intr_local_enable(void)
{
    sti();
}

static inline void intr_local_disable(void)
{
    cli();
}

static inline bool intr_are_enabled(void)
{
    return read_eflags() & EFLAGS_IF;
}

/* Interrupts off for a few lines, whatever they were before; and as they were. */
static inline uint32_t intr_save(void)
{
    uint32_t flags = read_eflags();

    cli();
    return flags;
}

static inline void intr_restore(uint32_t flags)
{
    if (flags & EFLAGS_IF)
        sti();
}

/* Saves the registers of `from` on its stack and continues `to`.  Interrupts off.
 * Returns when a thread switches back to `from`, perhaps on another CPU. */
void context_switch(struct context *from, struct context *to);

/* Lays out a new stack so that the first switch to `context` calls entry(), which must not
 * return.  `top` is where its stack begins. */
void context_prepare(struct context *context, void *top, void (*entry)(void));

/* The FS and GS with which a context begins that context_prepare() has laid out. */
void context_set_segments(struct context *context, uint16_t fs, uint16_t gs);

/* Leaves the kernel for user mode with the registers of `frame`.  Interrupts off. */
NORETURN void enter_user(const struct trapframe *frame);
