/* The record of what happens on each CPU (abi/trace.h): which thread runs, waits, is woken, enters
 * and leaves the kernel.
 *
 * Each moment that is recorded is one line trace_note() at its place.  While the
 * record is off, that line costs the test of a word.  While it is on, the CPU writes 16 bytes into
 * a ring of its own: no lock, and no line of memory that two CPUs write.  The oldest records are
 * overwritten.  Nothing is printed and no device is touched, so the run stays as it is. */
#pragma once

#include "abi/trace.h"
#include "lib/types.h"
#include "pcpu/pcpu.h"

/* [I] set before the record is on  [c] written by its CPU with interrupts off; others read it
 * [a] atomic */
struct trace_ring {
    uint32_t             count;         /* [c] [a] records written so far */
    uint32_t             chunks;        /* [I] a power of two */
    struct trace_record *chunk[TRACE_CHUNKS_MAX];       /* [I] */
} __attribute__((aligned(CACHE_LINE)));

extern struct trace_ring trace_rings[NUM_CPUS];
extern bool trace_is_on;                /* [a] set by trace_switch() only; who sees
                                         * it on sees the rings, too */

void trace_write(enum trace_event event, uintptr_t subject, uintptr_t value);

/* The event's value is the text's length.  The text follows it in records LETTERS, and no other
 * record of this CPU comes between them. */
void trace_write_text(enum trace_event event, uintptr_t subject, const char *text, size_t length);

/* Callable anywhere but in the handler of an NMI. */
static inline void trace_note(enum trace_event event, uintptr_t subject, uintptr_t value)
{
    if (__builtin_expect(__atomic_load_n(&trace_is_on, __ATOMIC_ACQUIRE), false))
        trace_write(event, subject, value);
}

static inline void trace_note_text(enum trace_event event, uintptr_t subject, const char *text,
                                   size_t length)
{
    if (__builtin_expect(__atomic_load_n(&trace_is_on, __ATOMIC_ACQUIRE), false))
        trace_write_text(event, subject, text, length);
}

/* The record goes on, or stops.  Another CPU may still write the record that it has begun. */
void trace_switch(bool on);

/* The ring of `cpu` consists of these `count` chunks from now on, of TRACE_RECORDS_PER_CHUNK
 * records each, and is empty.  `count` is a power of two, at most TRACE_CHUNKS_MAX.  Only while the
 * record has never been on. */
void trace_use_chunks(unsigned cpu, struct trace_record *const chunks[], unsigned count);

/* How many records that CPU has written, and how many of the last of them its ring holds. */
uint32_t trace_count(unsigned cpu);
uint32_t trace_kept(unsigned cpu);

/* Copies that CPU's record of that number, from 0 on.  False if it was overwritten, or has not been
 * written. */
bool trace_get(unsigned cpu, uint32_t number, struct trace_record *record);

static inline enum trace_event trace_event_of(const struct trace_record *record)
{
    return (enum trace_event)(record->cycles_high_and_event & 0xff);
}

/* When, in cycles of the time stamp counter. */
static inline uint64_t trace_cycles_of(const struct trace_record *record)
{
    return (uint64_t)(record->cycles_high_and_event >> 8) << 32 | record->cycles_low;
}
