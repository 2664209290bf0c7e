/* Rings of events.  A ring is written by its own CPU only, with interrupts off, so no two writers
 * meet.  A reader of another CPU may find an event that is just being overwritten.  The number is
 * 0 meanwhile: it is taken away before the rest is written, and comes last; so if it is the same
 * before and after the copy, the copy is whole. */
#include "thread/events.h"

#include "abi/env.h"
#include "dev/clock.h"
#include "lib/string.h"
#include "thread/thread.h"

/* [c] its own CPU, with interrupts off  [a] also read by others, as an atomic */
struct ring {
    uint32_t     count;                 /* [c] [a] events so far */
    struct event events[EVENTS_KEPT];   /* [c] [a] number n at n modulo EVENTS_KEPT */
} __attribute__((aligned(CACHE_LINE)));

bool events_are_on;                     /* [a] */

static struct ring rings[NUM_CPUS];     /* by CPU */

void events_switch(bool on)
{
    __atomic_store_n(&events_are_on, on, __ATOMIC_RELAXED);
}

void event_write(enum event_kind kind, const struct thread *thread)
{
    struct ring *ring = &rings[get_pcpu_idx()];
    uint32_t number = ring->count + 1;
    struct event *event = &ring->events[number % EVENTS_KEPT];

    __atomic_store_n(&event->number, 0, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    event->when = clock_us();
    event->kind = kind;
    memcpy(event->name, thread->name, sizeof event->name);
    event->pid = thread->env ? thread->env->id : 0;
    __atomic_store_n(&event->number, number, __ATOMIC_RELEASE);
    __atomic_store_n(&ring->count, number, __ATOMIC_RELEASE);
}

uint32_t events_count(unsigned cpu)
{
    return __atomic_load_n(&rings[cpu].count, __ATOMIC_ACQUIRE);
}

bool events_get(unsigned cpu, uint32_t number, struct event *event)
{
    const struct event *source = &rings[cpu].events[number % EVENTS_KEPT];

    if (number == 0 || __atomic_load_n(&source->number, __ATOMIC_ACQUIRE) != number)
        return false;
    *event = *source;
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return __atomic_load_n(&source->number, __ATOMIC_RELAXED) == number;
}
