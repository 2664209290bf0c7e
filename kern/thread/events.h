/* What the scheduler did last, for the kernel monitor to show: each CPU keeps its latest events in
 * a ring of its own.  Off, it costs a test at each place. */
#pragma once

#include "lib/types.h"
#include "thread/thread.h"

enum event_kind {
    EVENT_RUN,                          /* it gets this CPU */
    EVENT_WAIT,                         /* it blocks */
    EVENT_WAKE,                         /* it is made ready */
    EVENT_PREEMPT,                      /* its turn is over */
    EVENT_KILL,                         /* it is asked to end */
};

enum { EVENTS_KEPT = 32 };              /* of each CPU */

struct event {
    uint64_t        when;               /* microseconds since boot */
    uint32_t        number;             /* from 1, of its CPU */
    enum event_kind kind;
    char            name[16];           /* the thread's */
    int32_t         pid;                /* its process's; 0: the kernel's */
};

/* Set by events_switch() only. */
extern bool events_are_on;

void event_write(enum event_kind kind, const struct thread *thread);

/* Interrupts off. */
static inline void event_note(enum event_kind kind, const struct thread *thread)
{
    if (__atomic_load_n(&events_are_on, __ATOMIC_RELAXED))
        event_write(kind, thread);
}

void events_switch(bool on);

/* How many events that CPU has had. */
uint32_t events_count(unsigned cpu);

/* Copies that CPU's event of that number; false if it was overwritten, or has not come. */
bool events_get(unsigned cpu, uint32_t number, struct event *event);
