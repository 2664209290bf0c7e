/* Panics: stop all CPUs, print one report about all of them, leave the machine.
 *
 * The first CPU to get here claims the report.  It sends every other CPU an NMI, which gets
 * through even where interrupts are off; each records where it was and halts for good.  Only
 * then does the reporter print: first what waits in the CPUs' rings, then the report. */
#include "dev/panic.h"

#include "dev/backtrace_priv.h"
#include "dev/clock.h"
#include "dev/lapic.h"
#include "dev/log.h"
#include "dev/machine.h"
#include "dev/machine_exit.h"
#include "dev/output.h"
#include "dev/watchdog.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "pcpu/spinlock.h"
#include "pcpu/trace.h"

#define NOBODY          UINT32_MAX
enum {
    STOP_TIME = 1000000,                /* microseconds to wait for the others; and turns, */
    STOP_TURNS = 1000000,               /* since a virtual CPU may not run for a while; */
    STOP_TURNS_MAX = 100000000,         /* the clock may be what is broken */
    MESSAGE_MAX = 128,
};

/* What a stopped CPU leaves to be shown.  [a] atomic  [s] its own until it sets `stopped` */
struct stopped_cpu {
    bool               stopped;         /* [a] */
    struct panic_place place;           /* [s] */
    char               message[MESSAGE_MAX];        /* [s] if it wanted to panic too */
};

static struct stopped_cpu stopped_cpus[NUM_CPUS];
static uint32_t reporter = NOBODY;      /* [a] the CPU that claimed the report */
void (*panic_print_record)(void);

static unsigned nesting;                /* only the reporter */

static void record_stop(struct stopped_cpu *record, const struct panic_place *place)
{
    record->place = *place;
    if (!place->context)
        record->place.context = current_context();
    __atomic_store_n(&record->stopped, true, __ATOMIC_RELEASE);
}

NORETURN static void stop_this_cpu(unsigned cpu, const struct panic_place *place)
{
    cli();
    record_stop(&stopped_cpus[cpu], place);
    for (;;)
        hlt();
}

bool panic_nmi(const struct panic_place *place)
{
    uint32_t by = __atomic_load_n(&reporter, __ATOMIC_ACQUIRE);

    if (by == NOBODY)
        return false;
    unsigned self = lapic_cpu_index();
    if (by != self)
        stop_this_cpu(self, place);
    return true;
}

/* Returns if the calling CPU got the report; or else it stops here. */
static void claim_report(unsigned cpu, const struct panic_place *place, const char *format,
                         va_list arguments)
{
    uint32_t expected = NOBODY;

    if (__atomic_compare_exchange_n(&reporter, &expected, cpu, false,
                                    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return;
    if (expected == cpu) {              /* a panic while reporting: no more than its message */
        if (++nesting == 1) {
            char text[MESSAGE_MAX];
            vsnprintf(text, sizeof text, format, arguments);
            KERN_INFO("\nPANIC within the panic: %s\n", text);
        }
        machine_exit(EXIT_PANIC);
    }
    vsnprintf(stopped_cpus[cpu].message, MESSAGE_MAX, format, arguments);
    stop_this_cpu(cpu, place);
}

static bool all_have_stopped(void)
{
    for (unsigned cpu = 0; cpu < machine.ncpus; cpu++)
        if (lapic_is_online(cpu) &&
            !__atomic_load_n(&stopped_cpus[cpu].stopped, __ATOMIC_ACQUIRE))
            return false;
    return true;
}

static void stop_others(void)
{
    uint64_t start = clock_us();
    uint32_t turns = 0;

    lapic_send_nmi_others();
    while (!all_have_stopped() && turns++ < STOP_TURNS_MAX &&
           (turns < STOP_TURNS || (clock_rate() > 0 && clock_us() - start < STOP_TIME)))
        pause();
}

/* --- the report ---------------------------------------------------------------------- */

static bool is_lock(const struct spinlock *lock)
{
    return is_readable(lock, sizeof *lock) &&
           is_readable(lock->class, sizeof *lock->class) && is_readable(lock->class->name, 1);
}

#ifdef DEBUG
static void print_held_locks(const struct context *context)
{
    for (unsigned i = 0; i < MIN(context->held_count, (uint32_t)MAX_HELD_LOCKS); i++) {
        const struct spinlock *lock = context->held[i];
        if (!is_lock(lock))
            return;
        KERN_INFO("  holds lock %s, taken at\n", lock->class->name);
        for (unsigned j = 0; j < LOCK_TRACE_DEPTH && lock->taken_trace[j]; j++)
            panic_print_address("        ", lock->taken_trace[j] - 1);
    }
}
#else
static void print_held_locks(const struct context *context)
{
    if (context->lock_depth > 0)
        KERN_INFO("  lock depth %u (a debug build names the locks)\n", context->lock_depth);
}
#endif

void panic_print_wanted_lock(unsigned cpu)
{
    const struct spinlock *lock = __atomic_load_n(&cpus[cpu].waiting_for, __ATOMIC_RELAXED);

    if (!lock || !is_lock(lock))
        return;
    const struct context *holder = __atomic_load_n(&lock->holder, __ATOMIC_RELAXED);
    KERN_INFO("  waits for lock %s", lock->class->name);
    if (holder && is_readable(holder, sizeof *holder) && holder->cpu)
        KERN_INFO(" of CPU %u", holder->cpu->index);
    KERN_INFO(", taken at\n");
    panic_print_address("        ", lock->taken_at - 1);
}

static void print_cpu(unsigned cpu)
{
    const struct stopped_cpu *record = &stopped_cpus[cpu];

    if (!lapic_is_online(cpu) && !record->stopped) {
        KERN_INFO("CPU %u: not started\n", cpu);
        return;
    }
    if (!__atomic_load_n(&record->stopped, __ATOMIC_ACQUIRE)) {
        KERN_INFO("CPU %u: does not answer the NMI\n", cpu);
        panic_print_wanted_lock(cpu);
        return;
    }
    KERN_INFO("CPU %u:\n", cpu);
    if (record->message[0])
        KERN_INFO("  wanted to panic too: %s\n", record->message);
    print_backtrace(&record->place);
    if (is_readable(record->place.context, sizeof *record->place.context))
        print_held_locks(record->place.context);
    panic_print_wanted_lock(cpu);
}

/* The reporter's first: that is where it broke. */
static void print_all_cpus(unsigned self)
{
    print_cpu(self);
    for (unsigned cpu = 0; cpu < machine.ncpus; cpu++)
        if (cpu != self)
            print_cpu(cpu);
}

/* The report itself is not recorded: what comes last is what came before it.  True if a record was
 * written. */
static bool end_record(void)
{
    bool was_on = __atomic_load_n(&trace_is_on, __ATOMIC_RELAXED);

    if (was_on)
        trace_switch(false);
    return was_on;
}

/* What a report is headed with: the kind of end, and the place in the code if `file` is set; and
 * with which code it leaves the machine. */
struct headline {
    const char *kind;
    uint8_t     code;
    const char *file;
    int         line;
};

NORETURN static void report_run(const struct headline *headline,
                                const struct panic_place *place, const char *format,
                                va_list arguments)
{
    char text[LOG_TEXT_MAX];
    unsigned self = lapic_cpu_index();

    cli();
    claim_report(self, place, format, arguments);       /* returns on one CPU only */
    bool recorded = end_record();
    record_stop(&stopped_cpus[self], place);
    watchdog_kick();                                    /* time for the report */
    stop_others();
    output_panic_mode();
    if (headline->file)
        KERN_INFO("\n%s on CPU %u at %s:%d: ", headline->kind, self, headline->file,
                  headline->line);
    else
        KERN_INFO("\n%s on CPU %u: ", headline->kind, self);
    vsnprintf(text, sizeof text, format, arguments);
    output_write(text, strlen(text));
    output_write("\n", 1);
    print_all_cpus(self);
    if (recorded && panic_print_record)
        panic_print_record();
    machine_exit(headline->code);
}

/* The code that called the function whose frame this is. */
static struct panic_place caller_of(const void *frame)
{
    const uintptr_t *words = frame;
    return (struct panic_place){ .eip = words[1] - 1, .ebp = words[0] };
}

void panic_at(const char *file, int line, const char *format, ...)
{
    struct panic_place place = caller_of(__builtin_frame_address(0));
    va_list arguments;

    va_start(arguments, format);
    report_run(&(struct headline){ "KERNEL PANIC", EXIT_PANIC, file, line }, &place, format,
               arguments);
}

void panic_at_place(const struct panic_place *place, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    report_run(&(struct headline){ .kind = "KERNEL PANIC", .code = EXIT_PANIC }, place, format,
               arguments);
}

void panic_report_all(uint8_t code, const char *format, ...)
{
    struct panic_place place = caller_of(__builtin_frame_address(0));
    va_list arguments;

    va_start(arguments, format);
    report_run(&(struct headline){ .kind = "STOPPED", .code = code }, &place, format, arguments);
}
