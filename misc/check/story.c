/* Events are gathered while the run goes on, and put into words when it is over. */
#include "story.h"

#include "places.h"
#include "play.h"

#include "pcpu/vectors.h"

#include <stdio.h>
#include <string.h>

enum { EVENTS_MAX = 4000, NAME_LENGTH = 16, WIDTH = 44 };

static struct event {
    unsigned    step, cpu;
    char        thread[NAME_LENGTH];
    const char *what;
    uintptr_t   place;
    bool        was_chosen;
} events[EVENTS_MAX];

static unsigned event_count;

void story_begin(void)
{
    event_count = 0;
}

static void add_event(const char *what, uintptr_t place, bool was_chosen)
{
    if (event_count == EVENTS_MAX)
        return;
    struct event *event = &events[event_count++];
    *event = (struct event){ .step = step_number(), .cpu = current_cpu(), .what = what,
                             .place = place, .was_chosen = was_chosen };
    snprintf(event->thread, sizeof event->thread, "%s", running_name());
}

/* Of the steps only those at which the turn goes elsewhere: the reader follows one CPU until
 * then. */
void story_step(const struct move *move, bool was_chosen, const char *what, uintptr_t place)
{
    if (move->cpu != current_cpu())
        add_event(what, place, was_chosen);
    else if (was_chosen && move->action == GO_ON)
        add_event("its interrupt comes later than", place, false);
}

void story_interrupt(unsigned vector)
{
    add_event(vector == VECTOR_TIMER ? "timer interrupt" :
              vector == VECTOR_RESCHEDULE ? "interrupt: look for work" :
              "interrupt: forget mappings", 0, false);
}

static void print_cell(unsigned cpu, const char *text)
{
    for (unsigned column = 0; column < cpu; column++)
        printf("%-*s", WIDTH, "");
    printf("%s\n", text);
}

static void print_event(const struct event *event)
{
    char place[PLACE_LENGTH] = "", text[PLACE_LENGTH + 100];

    if (event->place)
        place_text(event->place, place);
    snprintf(text, sizeof text, "%s: %s%s %s", event->thread, event->was_chosen ? "before it " : "",
             event->what, place);
    printf("    %5u  ", event->step);
    print_cell(event->cpu, text);
}

void story_print(void)
{
    printf("     step  ");
    for (unsigned cpu = 0; cpu < cpu_count; cpu++)
        printf("CPU %-*u", WIDTH - 4, cpu);
    printf("\n");
    for (unsigned i = 0; i < event_count; i++)
        print_event(&events[i]);
}
