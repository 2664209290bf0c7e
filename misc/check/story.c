/* Events are gathered while the run goes on, and put into words when it is over. */
#include "story.h"

#include "memory.h"
#include "places.h"
#include "play.h"
#include "record.h"
#include "schedule.h"

#include "pcpu/trace.h"
#include "pcpu/vectors.h"
#include "thread/condition.h"
#include "thread/mutex.h"
#include "thread/queue_priv.h"

#include <stdio.h>
#include <string.h>

enum {
    EVENTS_MAX = 4000, NAME_LENGTH = 16, WIDTH = 64, WHAT_LENGTH = 80, FRAMES_MAX = 16,
    FIRST_TOLD = 200, LAST_TOLD = 100, STANDING_MAX = CPUS_MAX + PLAYERS_MAX, ENTRY_LENGTH = 64
};

/* A change of a buffer, or of a variable of code under test; step 0: none. */
struct change {
    unsigned  step;
    uintptr_t place;
};

struct event {
    unsigned      step, cpu;
    char          thread[NAME_LENGTH];
    char          what[WHAT_LENGTH];
    uintptr_t     place;
    bool          was_chosen, has_value;
    bool          is_signal, wakes;
    uint64_t      value;                /* what the access has seen */
    struct change before;               /* a signal: what it is about */
};

static struct event events[EVENTS_MAX];
static unsigned event_count;

static struct event *looking[CPUS_MAX]; /* will see a value when its CPU goes on, or NULL */
static struct event *signal_of[CPUS_MAX];               /* the last one of that CPU, or NULL */
static struct change change;            /* the last one */

/* Where a thread stood at the end, that waits or spins. */
static struct standing {
    char      who[NAME_LENGTH], whom[NAME_LENGTH];      /* whom: who has what it wants, or "" */
    char      why[WHAT_LENGTH];
    unsigned  count;
    uintptr_t frames[FRAMES_MAX];       /* return addresses */
} standing[STANDING_MAX];

static unsigned standing_count;

void story_begin(void)
{
    event_count = standing_count = 0;
    memset(looking, 0, sizeof looking);
    memset(signal_of, 0, sizeof signal_of);
    change.step = 0;
}

static struct event *add_event(const char *what, uintptr_t place)
{
    struct event *event = &events[event_count];

    if (event_count < EVENTS_MAX - 1)
        event_count++;
    *event = (struct event){ .step = step_number(), .cpu = current_cpu(), .place = place };
    snprintf(event->what, sizeof event->what, "%s", what);
    snprintf(event->thread, sizeof event->thread, "%s", running_name());
    return event;
}

/* --- steps -------------------------------------------------------------------------------- */

/* Of the steps only those at which the turn goes elsewhere: the reader follows one CPU until
 * then. */
void story_step(const struct move *move, bool was_chosen, const char *what, uintptr_t place)
{
    unsigned cpu = current_cpu();

    if (strcmp(what, "writes") == 0)
        change = (struct change){ step_number(), place };
    if (looking[cpu] && looking[cpu]->place != place)
        looking[cpu] = NULL;
    if (move->cpu != cpu) {
        looking[cpu] = add_event(what, place);
        looking[cpu]->was_chosen = was_chosen;
    } else if (was_chosen && move->action == GO_ON) {
        add_event("its interrupt comes later than", place);
    } else if (was_chosen && move->action == DELAY_STORES) {
        add_event("it does this before others see what it has stored:", place);
    }
}

void story_stores_seen(void)
{
    add_event("others see what it has stored", 0);
}

void story_saw(uintptr_t address, size_t size, uintptr_t place)
{
    struct event *event = looking[current_cpu()];

    bool reads = event && strcmp(event->what, "writes") != 0 && strcmp(event->what, "stores") != 0;

    if (reads && event->place == place && size <= sizeof event->value) {
        event->has_value = true;
        memcpy(&event->value, (const void *)address, size);
    }
    looking[current_cpu()] = NULL;
}

void story_interrupt(unsigned vector)
{
    add_event(vector == VECTOR_TIMER ? "timer interrupt" :
              vector == VECTOR_RESCHEDULE ? "interrupt: look for work" :
              "interrupt: forget mappings", 0);
}

/* --- moments ------------------------------------------------------------------------------ */

/* The place is that of the call in a function's first instructions. */
static bool is_entry_of(uintptr_t place, uintptr_t function)
{
    return place - function < ENTRY_LENGTH;
}

void story_call(uintptr_t place, uintptr_t caller)
{
    bool one = is_entry_of(place, (uintptr_t)condition_signal);

    if (!is_exploring() || !(one || is_entry_of(place, (uintptr_t)condition_broadcast)))
        return;
    struct event *signal = add_event(one ? "signals" : "calls all who wait", caller);
    signal->is_signal = true;
    signal->before = change;
    signal_of[current_cpu()] = signal;
}

static void note_ready(const struct thread *thread, uintptr_t place)
{
    char what[WHAT_LENGTH];

    snprintf(what, sizeof what, "makes %s ready", thread->name);
    add_event(what, place);
    if (signal_of[current_cpu()])
        signal_of[current_cpu()]->wakes = true;
}

static void note_number(const char *what, uintptr_t value, uintptr_t place)
{
    char text[WHAT_LENGTH];

    snprintf(text, sizeof text, "%s %lu", what, (unsigned long)value);
    change = (struct change){ step_number(), place };
    add_event(text, place);
}

/* In the place of the kernel's own (kern/pcpu/trace.c): all goes into the record, and what the
 * story's reader wants to know into the story. */
void trace_write(enum trace_event event, uintptr_t subject, uintptr_t value)
{
    uintptr_t place = (uintptr_t)__builtin_return_address(0);
    char text[WHAT_LENGTH];

    record_note(event, subject, value);
    if (!is_exploring())
        return;
    switch (event) {
    case TRACE_WAIT:
        snprintf(text, sizeof text, "waits for \"%s\"", value ? (const char *)value : "nothing");
        add_event(text, place);
        break;
    case TRACE_READY: note_ready((const struct thread *)subject, place); break;
    case TRACE_PUT: note_number("puts an item, and the buffer holds", value, place); break;
    case TRACE_GET: note_number("gets an item, and the buffer holds", value, place); break;
    case TRACE_KILL: add_event("is killed", place); break;
    case TRACE_DEPART: add_event("ends", place); break;
    default: break;
    }
}

/* --- the end ------------------------------------------------------------------------------ */

/* A frame has the caller's one, and above that the return address. */
static void walk(struct standing *stand, uintptr_t frame)
{
    while (stand->count < FRAMES_MAX && frame && frame % sizeof frame == 0 && region_of(frame)) {
        const uintptr_t *words = (const uintptr_t *)frame;
        stand->frames[stand->count++] = words[1];
        if (words[0] <= frame)
            return;
        frame = words[0];
    }
}

static struct standing *add_standing(const struct thread *thread, uintptr_t frame)
{
    struct standing *stand = &standing[standing_count++];

    *stand = (struct standing){ .count = 0 };
    snprintf(stand->who, sizeof stand->who, "%s", thread->name);
    walk(stand, frame);
    return stand;
}

static void add_spinning(unsigned cpu)
{
    const struct spinlock *lock = cpus[cpu].waiting_for;

    if (!lock || !lock->holder)
        return;
    struct standing *stand = add_standing(ready_queues[cpu].current, machine_frame(cpu));
    snprintf(stand->whom, sizeof stand->whom, "%s", ((const struct thread *)lock->holder)->name);
    snprintf(stand->why, sizeof stand->why, "wants lock %s", lock->class->name);
}

/* Who has the mutex that a thread waits for; NULL: it waits for something else.  Of the nodes of a
 * list of waiters, the one that is not a thread's is the list's own, in the condition. */
static const struct thread *owner_of_wanted(const struct thread *thread)
{
    const struct list_node *node = thread->wait_node.next;

    while (node && (uintptr_t)node - STACKS_LO < STACKS_SIZE && node != &thread->wait_node)
        node = node->next;
    if (!node || node == &thread->wait_node)
        return NULL;
    const struct mutex *mutex = (const struct mutex *)
        ((uintptr_t)node - offsetof(struct mutex, free.waiters));
    bool is_mutex = region_of((uintptr_t)mutex) && mutex->lock.class == &mutex_class;
    return is_mutex ? mutex->owner : NULL;
}

static void add_blocked(const struct thread *thread)
{
    const struct thread *owner = owner_of_wanted(thread);
    struct standing *stand = add_standing(thread, thread->context.esp);

    snprintf(stand->whom, sizeof stand->whom, "%s", owner ? owner->name : "");
    snprintf(stand->why, sizeof stand->why, "waits for \"%s\"",
             thread->wait_reason ? thread->wait_reason : "nothing");
}

void story_end(void)
{
    for (unsigned cpu = 0; cpu < cpu_count; cpu++)
        add_spinning(cpu);
    for (unsigned i = 0; i < player_count; i++)
        if (!players[i].ended && players[i].thread->state == THREAD_BLOCKED)
            add_blocked(players[i].thread);
}

/* --- in words ----------------------------------------------------------------------------- */

static void event_text(const struct event *event, char *text, size_t size)
{
    char place[PLACE_LENGTH] = "", value[40] = "";

    if (event->place)
        place_text(event->place, place);
    if (event->has_value)
        snprintf(value, sizeof value,
                 event->value < 65536 ? ", then sees %llu" : ", then sees %#llx",
                 (unsigned long long)event->value);
    snprintf(text, size, "%s: %s%s %s%s%s", event->thread, event->was_chosen ? "before it " : "",
             event->what, place, value,
             event->is_signal && !event->wakes ? ": this wakes nobody" : "");
}

static void print_event(const struct event *event)
{
    char text[PLACE_LENGTH + WHAT_LENGTH + 100];

    event_text(event, text, sizeof text);
    printf("    %5u  ", event->step);
    for (unsigned column = 0; column < event->cpu; column++)
        printf("%-*s", WIDTH, "");
    printf("%s\n", text);
}

/* The kernel's and the scenario's functions: not those of the machine below them. */
static void print_frame(uintptr_t return_address)
{
    char place[PLACE_LENGTH];

    place_text(return_address, place);
    if (strstr(place, "()") && (!strstr(place, " misc/check/") || strstr(place, "/scenarios/")))
        printf("          %s\n", place);
}

static void print_standing(const struct standing *stand)
{
    printf("      %s %s", stand->who, stand->why);
    if (*stand->whom)
        printf(", which %s has", stand->whom);
    for (unsigned i = event_count; i-- > 0; )
        if (strcmp(events[i].thread, stand->who) == 0 && strcmp(events[i].what, stand->why) == 0) {
            printf(", since step %u", events[i].step);
            break;
        }
    printf(":\n");
    for (unsigned i = 0; i < stand->count; i++)
        print_frame(stand->frames[i]);
}

static const struct standing *standing_of(const char *who)
{
    for (unsigned i = 0; i < standing_count; i++)
        if (strcmp(standing[i].who, who) == 0)
            return &standing[i];
    return NULL;
}

/* From that one on, if it comes round to it. */
static bool print_circle(const struct standing *first)
{
    const struct standing *stand = standing_of(first->whom);

    for (unsigned i = 0; stand && stand != first && i < standing_count; i++)
        stand = standing_of(stand->whom);
    if (stand != first)
        return false;
    printf("      a circle: %s", first->who);
    do {
        stand = standing_of(stand->whom);
        printf(" -> %s", stand->who);
    } while (stand != first);
    printf("\n");
    return true;
}

/* What a lost wakeup is about: the last signal that has found nobody. */
static void print_missed_signal(void)
{
    char place[PLACE_LENGTH];
    unsigned i = event_count;

    while (i > 0 && (!events[i - 1].is_signal || events[i - 1].wakes))
        i--;
    if (i == 0)
        return;
    const struct event *missed = &events[i - 1];
    place_text(missed->place, place);
    printf("      the signal that was missed: step %u, by %s, %s\n", missed->step, missed->thread,
           place);
    if (missed->before.step == 0)
        return;
    place_text(missed->before.place, place);
    printf("      what had changed before it: step %u, %s\n", missed->before.step, place);
}

static void print_end(void)
{
    if (standing_count > 0)
        printf("      at the end:\n");
    for (unsigned i = 0; i < standing_count; i++)
        print_standing(&standing[i]);
    for (unsigned i = 0; i < standing_count; i++)
        if (print_circle(&standing[i]))
            return;
    if (standing_count > 0)
        print_missed_signal();
}

static void print_lost(unsigned lost_at)
{
    printf("    -----  from step %u on, each schedule that was tried ends badly\n", lost_at);
}

void story_print(unsigned lost_at)
{
    bool is_told = false;

    printf("     step  ");
    for (unsigned cpu = 0; cpu < cpu_count; cpu++)
        printf("CPU %-*u", WIDTH - 4, cpu);
    printf("\n");
    for (unsigned i = 0; i < event_count; i++) {
        if (!is_told && events[i].step >= lost_at)
            print_lost(lost_at);
        is_told = is_told || events[i].step >= lost_at;
        if (i < FIRST_TOLD || i + LAST_TOLD >= event_count)
            print_event(&events[i]);
        else if (i == FIRST_TOLD)
            printf("      ...  %u more\n", event_count - FIRST_TOLD - LAST_TOLD);
    }
    print_end();
}
