/* The record of the run (abi/trace.h): switched on at boot or by the kernel monitor, and shown. */
#include "apps/apps_priv.h"

#include "abi/trace.h"
#include "abi/layout.h"
#include "dev/clock.h"
#include "dev/log.h"
#include "dev/machine.h"
#include "dev/panic.h"
#include "init/init.h"
#include "lib/error_text.h"
#include "lib/assert.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "pcpu/pcpu.h"
#include "pcpu/sched_point.h"
#include "pcpu/trace.h"
#include "pmm/pmm.h"
#include "thread/inspect.h"
#include "trap/trap.h"

enum sort { THREAD, LOCK, TEXT, PLACE, CALL, VECTOR, CPU, PID, BUFFER, NUMBER, ERROR, HEX, LETTERS,
            FOLLOWS, NONE };

enum { CHUNK_SIZE = TRACE_RECORDS_PER_CHUNK * sizeof(struct trace_record),
       CHUNKS_PER_PAGE = PAGE_SIZE / CHUNK_SIZE,
       SHOWN_TEXT_MAX = 80, TRACE_SHOWN = 64,
       /* of each CPU, at the end of a report; of many CPUs fewer, about so many lines in all */
       LAST_SHOWN_LEAST = 3, LAST_SHOWN_MOST = 12, LAST_LINES = 96 };

#define TRACE_EVENT_ROW(name, subject, value, words) { subject, value, words },
static const struct {
    enum sort   subject, value;
    const char *words;
} events[NUM_TRACE_EVENTS] = { TRACE_EVENTS(TRACE_EVENT_ROW) };
#undef TRACE_EVENT_ROW

/* --- on and off --------------------------------------------------------------------------- */

static void introduce_thread(const struct thread *thread, void *unused)
{
    (void)unused;
    thread_trace_begin(thread);
}

static void begin_record(void)
{
    trace_switch(true);
    trace_note(TRACE_CLOCK, (uintptr_t)(clock_rate() / 1000), 0);
    thread_for_each(introduce_thread, NULL);
}

void trace_run(bool on)
{
    trap_record_system_calls(on);
    if (on)
        begin_record();
    else
        trace_switch(false);
}

/* A ring of that many pages for the CPU. */
static int make_ring(unsigned cpu, unsigned pages)
{
    struct trace_record *chunks[TRACE_CHUNKS_MAX];

    for (unsigned i = 0; i < pages; i++) {
        paddr_t page;
        int error = page_alloc(&quota_root, &page);
        if (error)
            return error;
        for (unsigned chunk = 0; chunk < CHUNKS_PER_PAGE; chunk++)
            chunks[i * CHUNKS_PER_PAGE + chunk] =
                (struct trace_record *)((char *)page_pointer(page) + chunk * CHUNK_SIZE);
    }
    trace_use_chunks(cpu, chunks, pages * CHUNKS_PER_PAGE);
    return 0;
}

/* For each CPU, as the boot option says that is called so. */
static void make_rings(const char *option, unsigned pages)
{
    if (pages == 0 || pages > TRACE_CHUNKS_MAX / CHUNKS_PER_PAGE || (pages & (pages - 1)) != 0)
        boot_option_refuse("a number of pages, a power of two, at most 64", option);
    FOR_EACH_ONLINE_CPU(cpu) {
        int error = make_ring(cpu, pages);
        if (error)
            boot_option_refuse(error_text(error), option);
    }
}

void trace_from_boot(unsigned pages)
{
    make_rings("trace", pages);
    trace_run(true);
}

/* --- what a record says ------------------------------------------------------------------- */

/* The thread at an address, if it is still there. */
struct search {
    uintptr_t address;
    char     *text;
};

static void name_if_found(const struct thread *thread, void *argument)
{
    const struct search *search = argument;

    if ((uintptr_t)thread == search->address)
        thread_describe(thread, search->text, SHOWN_TEXT_MAX);
}

/* Did another thread begin there after that time?  Then the one that was there has ended. */
static bool is_replaced(uint32_t address, uint64_t cycles)
{
    struct trace_record record;

    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++)
        for (uint32_t back = 1; back <= trace_kept(cpu); back++)
            if (trace_get(cpu, trace_count(cpu) - back, &record) &&
                trace_event_of(&record) == TRACE_BEGIN && record.subject == address &&
                trace_cycles_of(&record) > cycles)
                return true;
    return false;
}

static void show_thread(char *text, uint32_t address, uint64_t cycles)
{
    struct search search = { .address = address, .text = text };

    snprintf(text, SHOWN_TEXT_MAX, "thread 0x%08x, ended", address);
    if (!is_replaced(address, cycles))
        thread_for_each(name_if_found, &search);
}

static void show_letters(char *text, uint32_t letters)
{
    memcpy(text, &letters, sizeof letters);
    text[sizeof letters] = '\0';
}

/* What a program's address means, only the program's image tells. */
static void show_place(char *text, uint32_t address)
{
    if (address >= VM_USERLO)
        snprintf(text, SHOWN_TEXT_MAX, "0x%08x of the program", address);
    else
        code_place(address + 1, text, SHOWN_TEXT_MAX);
}

static void show_number(char *text, enum sort sort, uint32_t value)
{
    static const char *const formats[] = {
        [LOCK] = "lock 0x%08x", [CALL] = "system call %u",
        [VECTOR] = "vector 0x%x", [CPU] = "CPU %u", [PID] = "process %u", [BUFFER] = "buffer %u",
        [NUMBER] = "%u", [HEX] = "0x%x", [NONE] = "",
    };

    if (sort == PLACE)
        show_place(text, value);
    else if (sort == TEXT)
        strlcpy(text, (const char *)(uintptr_t)value, SHOWN_TEXT_MAX);
    else if (sort == LETTERS)
        show_letters(text, value);
    else if (sort == ERROR)
        strlcpy(text, error_text((int)value), SHOWN_TEXT_MAX);
    else
        snprintf(text, SHOWN_TEXT_MAX, formats[sort], value);
}

static void show_field(char *text, enum sort sort, uint32_t value, uint64_t cycles)
{
    if (sort == THREAD)
        show_thread(text, value, cycles);
    else
        show_number(text, sort, value);
}

/* One moment by the counter and by the clock, for all rows of a print: looked at anew for each, the
 * two would not always be equally far apart. */
struct moment {
    uint64_t cycles, us;
};

/* Records keep cycles; the clock tells what time it was so many cycles ago. */
static uint64_t time_of(const struct trace_record *record, const struct moment *now)
{
    uint64_t ago = (now->cycles - trace_cycles_of(record)) & ~0ull >> 8;
    uint64_t rate = clock_rate() / 1000;

    return rate ? now->us - ago * 1000 / rate : 0;
}

/* The text that follows the CPU's record of that number, without what was overwritten. */
static void show_following(char *text, unsigned cpu, uint32_t number, size_t length)
{
    struct trace_record record;
    size_t shown = 0;

    while (shown < MIN(length, (size_t)SHOWN_TEXT_MAX - 1) && trace_get(cpu, ++number, &record)) {
        size_t part = MIN(length - shown, sizeof record.subject + sizeof record.value);
        memcpy(text + shown, &record.subject, part);
        shown += part;
    }
    text[shown] = '\0';
}

/* Other records carry the text of one that comes before them. */
static bool is_told(const struct trace_record *record)
{
    enum trace_event event = trace_event_of(record);

    return event != TRACE_NAME && event != TRACE_LETTERS;
}

static void print_record(unsigned cpu, uint32_t number, const struct trace_record *record,
                         const struct moment *now)
{
    char subject[SHOWN_TEXT_MAX], value[SHOWN_TEXT_MAX];
    enum trace_event event = trace_event_of(record);
    uint64_t time = time_of(record, now);

    if (!is_told(record))
        return;
    show_field(subject, events[event].subject, record->subject, trace_cycles_of(record));
    if (events[event].value == FOLLOWS)
        show_following(value, cpu, number, record->value);
    else
        show_field(value, events[event].value, record->value, trace_cycles_of(record));
    KERN_INFO("%5u.%06u CPU %u: %s %s%s%s\n", (unsigned)(time / 1000000),
              (unsigned)(time % 1000000), cpu, subject, events[event].words, *value ? " " : "",
              value);
}

/* --- the latest records of all CPUs, in the order of time ---------------------------------- */

struct cursor {
    uint32_t            next, end;      /* numbers of records */
    struct trace_record record;         /* that of `next`, if there is one */
};

/* To the next record that is still there. */
static void cursor_settle(struct cursor *cursor, unsigned cpu)
{
    while (cursor->next != cursor->end && !trace_get(cpu, cursor->next, &cursor->record))
        cursor->next++;
}

/* To the last `shown` events of the CPU, or as many as its ring still holds. */
static void cursor_begin(struct cursor *cursor, unsigned cpu, unsigned shown)
{
    uint32_t kept = trace_kept(cpu);

    cursor->end = cursor->next = trace_count(cpu);
    while (shown > 0 && cursor->end - cursor->next < kept) {
        cursor->next--;
        if (trace_get(cpu, cursor->next, &cursor->record) && is_told(&cursor->record))
            shown--;
    }
    cursor_settle(cursor, cpu);
}

static bool is_earlier(const struct cursor *one, const struct cursor *other)
{
    return trace_cycles_of(&one->record) < trace_cycles_of(&other->record);
}

/* The last `shown` events of each CPU.  Only the kernel monitor prints, or a report, when all else
 * has stopped. */
static void print_latest(unsigned shown)
{
    static struct cursor cursors[NUM_CPUS];
    const struct moment now = { .cycles = clock_cycles(), .us = clock_us() };

    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++)
        cursor_begin(&cursors[cpu], cpu, shown);
    for (;;) {
        struct cursor *first = NULL;
        for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++)
            if (cursors[cpu].next != cursors[cpu].end &&
                (!first || is_earlier(&cursors[cpu], first)))
                first = &cursors[cpu];
        if (!first)
            return;
        print_record((unsigned)(first - cursors), first->next, &first->record, &now);
        first->next++;
        cursor_settle(first, (unsigned)(first - cursors));
    }
}

void trace_print(void)
{
    print_latest(TRACE_SHOWN);
}

/* --- at the end of reports ------------------------------------------------------------------ */

#ifdef DEBUG

void print_schedule(void)
{
    uint32_t count, hash;

    sched_points_result(&count, &hash);
    KERN_INFO("schedule: %u points, hash %08x\n", count, hash);
}

static void print_end(void)
{
    KERN_INFO("The last events of every CPU, in the order of time:\n");
    print_latest(MAX(LAST_SHOWN_LEAST, MIN(LAST_SHOWN_MOST, LAST_LINES / machine.ncpus)));
    if (boot_option_number("seed", 0) != 0)
        print_schedule();
}

void trace_always(unsigned pages)
{
    if (pages > 0)
        make_rings("ring", pages);
    begin_record();
    panic_print_record = print_end;
}

#endif
