/* Interrupts: devices, the timer, other CPUs.  All run with interrupts off and are short.  What a
 * tick may find much of, texts and deadlines, comes after it, with interrupts on. */
#include "trap/trap_priv.h"

#include "dev/clock.h"
#include "dev/console.h"
#include "dev/lapic.h"
#include "dev/machine_exit.h"
#include "dev/output.h"
#include "dev/panic.h"
#include "dev/watchdog.h"
#include "ipc/ipc.h"
#include "lib/assert.h"
#include "thread/big_lock.h"
#include "thread/inspect.h"
#include "thread/sched.h"
#include "thread/standstill.h"
#include "vmm/tlb.h"

enum { SILENCE_MS = 1000, WATCHDOG_MIN = 2, WATCHDOG_MAX = 30 };

/* [I] set once, at boot  [a] atomic */
static bool poll_console;               /* [I] */
static unsigned time_limit;             /* [I] seconds; 0: none */
static uint64_t time_limit_us;          /* [I] when it is over */
static uint32_t last_tick_ms;           /* [a] written by the boot CPU's tick; 0: none yet */

/* The watchdog waits as long as the limit allows: on a busy host a virtual CPU may stand still
 * for seconds. */
void trap_set_time_limit(unsigned seconds)
{
    time_limit = seconds;
    time_limit_us = clock_us() + seconds * 1000000ull;
    if (seconds)
        watchdog_arm(MAX(WATCHDOG_MIN, MIN(seconds, WATCHDOG_MAX)));
}

NORETURN static void end_run(const char *by)
{
    thread_report();
    panic_report_all(EXIT_LIMIT, "time limit: not over after %u seconds%s", time_limit, by);
}

/* The boot CPU's tick watches over the whole run; the watchdog device over this tick.  The clock
 * itself may be what is broken: then the ticks end the run, after a quarter more, since another
 * timer makes them. */
static void watch_time_limit(void)
{
    if (get_pcpu_idx() != 0)
        return;
    uint64_t now = clock_us(), ticks = this_cpu()->statistics.timer_ticks;
    __atomic_store_n(&last_tick_ms, (uint32_t)(now / 1000), __ATOMIC_RELAXED);
    watchdog_kick();
    if (!time_limit)
        return;
    if (now > time_limit_us)
        end_run("");
    if (ticks * 4 > (uint64_t)LAPIC_TIMER_INTR_FREQ * time_limit * 5)
        end_run(", by the timer's ticks; the clock is wrong");
}

/* Only what the boot CPU itself finds counts: when it takes an NMI, it runs.  Once with the tick
 * overdue proves nothing: a machine that was stopped by its host for a while finds both due when
 * it goes on.  So the first time only starts the watchdog anew; if that many later ones find the
 * same tick, it is certain.  A CPU that waits for a lock may take no ticks as long as others get
 * the lock; that wait has a limit of its own.  So may one that waits for the big lock. */
bool timer_is_silent(void)
{
    enum { SILENT_TIMES = 3 };
    static uint32_t noted_tick, noted_taken;    /* boot CPU only */
    static unsigned times;              /* boot CPU only: NMIs that found that tick */
    uint32_t last = __atomic_load_n(&last_tick_ms, __ATOMIC_RELAXED);
    uint32_t taken = big_lock_acquisitions();

    if (get_pcpu_idx() != 0)
        return false;
    if (last != noted_tick || taken != noted_taken || this_cpu()->waiting_for)
        times = 0;
    noted_tick = last;
    noted_taken = taken;
    if (last == 0 || (uint32_t)(clock_us() / 1000) - last <= SILENCE_MS)
        return false;
    watchdog_kick();
    return ++times >= SILENT_TIMES;
}

void trap_poll_console(void)
{
    poll_console = true;
}

void trap_take_input(void)
{
    int character;

    while ((character = console_getc()) >= 0)
        terminal_input(character);
}

/* The PAUSE is for emulators that run one virtual CPU at a time and change over only at PAUSE
 * or HLT: without it a program that loops would keep all other CPUs from running.
 * SUBTLE: pause-in-tick */
void timer_intr_handler(void)
{
    pause();
    count_up(&this_cpu()->statistics.timer_ticks);
    watch_time_limit();
    if (get_pcpu_idx() == 0) {
        if (poll_console)
            trap_take_input();
        standstill_tick(terminal_is_awaited);
    }
    sched_update();
}

/* The interrupt has been acknowledged, and what it interrupted had interrupts on: so it holds no
 * lock, and the thread may be preempted here as in a system call.  A tick that comes meanwhile
 * leaves all this to its thread, if that is at it: so interrupts do not pile up on its stack. */
static void finish_tick(void)
{
    struct thread *thread = thread_current();

    if (thread->finishes_tick)
        return;
    thread->finishes_tick = true;
    bool writes = get_pcpu_idx() == 0;
    intr_local_enable();
    if (writes)
        output_tick();
    sched_after_tick();
    intr_local_disable();
    thread->finishes_tick = false;
}

/* The APIC is acknowledged first: a handler's last step may switch threads, and until then no
 * further interrupt would come (SDM vol. 3, 10.8.5).  Interrupts are off meanwhile, so none
 * nests here.  Spurious interrupts are not acknowledged (10.9). */
void handle_interrupt(uint32_t vector)
{
    struct cpu_statistics *statistics = &this_cpu()->statistics;

    if (interrupt_is_late(vector))
        return;
    switch (vector) {
    case VECTOR_TIMER:
        lapic_eoi();
        timer_intr_handler();
        finish_tick();
        break;
    case VECTOR_RESCHEDULE:
        lapic_eoi();
        count_up(&statistics->ipis_received);
        need_resched_set();
        break;
    case VECTOR_SHOOTDOWN:
        lapic_eoi();
        tlb_serve();
        break;
    case VECTOR_IRQ0 + IRQ_SERIAL:
    case VECTOR_IRQ0 + IRQ_KEYBOARD:
        lapic_eoi();
        trap_take_input();
        break;
    case VECTOR_FORCED_PREEMPTION:      /* a software interrupt: nothing to acknowledge */
        sched_preempt_now(INTERRUPTED_KERNEL);
        break;
    case VECTOR_SPURIOUS:
        count_up(&statistics->spurious_interrupts);
        break;
    case VECTOR_APIC_ERROR:
        lapic_error();
        /* fall through */
    default:
        lapic_eoi();
        count_up(&statistics->unexpected_interrupts);
        break;
    }
}
