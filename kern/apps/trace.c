/* The record of the run (abi/trace.h): switched on at boot or by the kernel monitor, and shown. */
#include "apps/apps_priv.h"

#include "abi/syscall.h"
#include "abi/trace.h"
#include "dev/clock.h"
#include "dev/log.h"
#include "init/init.h"
#include "lib/error_text.h"
#include "lib/assert.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "pcpu/pcpu.h"
#include "pcpu/trace.h"
#include "pmm/pmm.h"
#include "thread/inspect.h"
#include "trap/trap.h"

enum sort { THREAD, LOCK, TEXT, PLACE, CALL, VECTOR, CPU, PID, BUFFER, NUMBER, ERROR, HEX, LETTERS,
            FOLLOWS, NONE };

enum { CHUNK_SIZE = TRACE_RECORDS_PER_CHUNK * sizeof(struct trace_record),
       CHUNKS_PER_PAGE = PAGE_SIZE / CHUNK_SIZE,
       SHOWN_TEXT_MAX = TRACE_MARK_MAX, TRACE_SHOWN = 64 };

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

void trace_run(bool on)
{
    trap_record_system_calls(on);
    trace_switch(on);
    if (!on)
        return;
    trace_note(TRACE_CLOCK, (uintptr_t)(clock_rate() / 1000), 0);
    thread_for_each(introduce_thread, NULL);
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

void trace_from_boot(unsigned pages)
{
    if (pages == 0 || pages > TRACE_CHUNKS_MAX / CHUNKS_PER_PAGE || (pages & (pages - 1)) != 0)
        boot_option_refuse("trace= is a number of pages, a power of two, at most", "64");
    FOR_EACH_ONLINE_CPU(cpu) {
        int error = make_ring(cpu, pages);
        if (error)
            boot_option_refuse("trace=", error_text(error));
    }
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
    struct thread_trace trace;

    if ((uintptr_t)thread == search->address && thread_trace(thread, &trace))
        snprintf(search->text, SHOWN_TEXT_MAX, "%s (process %d)", trace.name, trace.pid);
}

static void show_thread(char *text, uint32_t address)
{
    struct search search = { .address = address, .text = text };

    snprintf(text, SHOWN_TEXT_MAX, "thread 0x%08x, ended", address);
    thread_for_each(name_if_found, &search);
}

static void show_letters(char *text, uint32_t letters)
{
    memcpy(text, &letters, sizeof letters);
    text[sizeof letters] = '\0';
}

static void show_number(char *text, enum sort sort, uint32_t value)
{
    static const char *const formats[] = {
        [LOCK] = "lock 0x%08x", [PLACE] = "0x%08x", [CALL] = "system call %u",
        [VECTOR] = "vector 0x%x", [CPU] = "CPU %u", [PID] = "process %u", [BUFFER] = "buffer %u",
        [NUMBER] = "%u", [HEX] = "0x%x", [NONE] = "",
    };

    if (sort == THREAD)
        show_thread(text, value);
    else if (sort == TEXT)
        strlcpy(text, (const char *)(uintptr_t)value, SHOWN_TEXT_MAX);
    else if (sort == LETTERS)
        show_letters(text, value);
    else if (sort == ERROR)
        strlcpy(text, error_text((int)value), SHOWN_TEXT_MAX);
    else
        snprintf(text, SHOWN_TEXT_MAX, formats[sort], value);
}

/* Records keep cycles; the clock tells what time it was so many cycles ago. */
static uint64_t time_of(const struct trace_record *record)
{
    uint64_t ago = (clock_cycles() - trace_cycles_of(record)) & ~0ull >> 8;

    return clock_us() - ago * 1000 / (clock_rate() / 1000);
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

static void print_record(unsigned cpu, uint32_t number, const struct trace_record *record)
{
    char subject[SHOWN_TEXT_MAX], value[SHOWN_TEXT_MAX];
    enum trace_event event = trace_event_of(record);
    uint64_t time = time_of(record);

    if (event == TRACE_NAME || event == TRACE_LETTERS)
        return;
    show_number(subject, events[event].subject, record->subject);
    if (events[event].value == FOLLOWS)
        show_following(value, cpu, number, record->value);
    else
        show_number(value, events[event].value, record->value);
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

static void cursor_begin(struct cursor *cursor, unsigned cpu)
{
    cursor->end = trace_count(cpu);
    cursor->next = cursor->end - MIN(trace_kept(cpu), (uint32_t)TRACE_SHOWN);
    cursor_settle(cursor, cpu);
}

static bool is_earlier(const struct cursor *one, const struct cursor *other)
{
    return trace_cycles_of(&one->record) < trace_cycles_of(&other->record);
}

void trace_print(void)
{
    static struct cursor cursors[NUM_CPUS];     /* only the kernel monitor prints */

    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++)
        cursor_begin(&cursors[cpu], cpu);
    for (;;) {
        struct cursor *first = NULL;
        for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++)
            if (cursors[cpu].next != cursors[cpu].end &&
                (!first || is_earlier(&cursors[cpu], first)))
                first = &cursors[cpu];
        if (!first)
            return;
        print_record((unsigned)(first - cursors), first->next, &first->record);
        first->next++;
        cursor_settle(first, (unsigned)(first - cursors));
    }
}
