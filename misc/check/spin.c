/* Waiting loops: what a CPU has read in the last turn of its loop, and whether that has changed. */
#include "spin.h"

#include "machine.h"
#include "rest.h"

enum { READS_MAX = 32, LOOKS_MAX = 100 };

static struct spin {
    uintptr_t place;                    /* the last PAUSE that it came by; 0: none */
    bool      is_stuck;
    bool      changed;                  /* something that it has read since was written */
    unsigned  count;                    /* of what it has read since */
    uintptr_t reads[READS_MAX];
    unsigned  looks;                    /* when nobody could go on */
} spins[CPUS_MAX];

void spin_begin(unsigned cpu)
{
    struct spin *spin = &spins[cpu];

    spin->place = 0;
    spin->is_stuck = spin->changed = false;
    spin->count = spin->looks = 0;
}

/* A loop that reads more than fits is one that is never stuck. */
void spin_note_read(unsigned cpu, uintptr_t address)
{
    struct spin *spin = &spins[cpu];

    if (spin->count < READS_MAX)
        spin->reads[spin->count++] = address;
    else
        spin->changed = true;
}

static bool has_read(const struct spin *spin, uintptr_t address)
{
    for (unsigned i = 0; i < spin->count; i++)
        if (spin->reads[i] == address)
            return true;
    return false;
}

void spin_note_write(unsigned writer, uintptr_t address)
{
    for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
        struct spin *spin = &spins[cpu];
        if (cpu == writer || spin->changed || !has_read(spin, address))
            continue;
        spin->changed = true;
        spin->is_stuck = false;
        spin->looks = 0;
    }
}

void spin_pause(unsigned cpu, uintptr_t place)
{
    struct spin *spin = &spins[cpu];

    spin->is_stuck = spin->place == place && !spin->changed;
    spin->place = place;
    if (spin->is_stuck)
        return;
    spin->changed = false;
    spin->count = 0;
}

bool spin_is_stuck(unsigned cpu)
{
    return spins[cpu].is_stuck;
}

bool spin_look_again(void)
{
    bool any = false;

    for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
        struct spin *spin = &spins[cpu];
        if (!spin->is_stuck)
            continue;
        if (++spin->looks > LOOKS_MAX)
            rest_fail_spinning(cpu);
        spin->is_stuck = spin->changed = false;
        spin->count = 0;
        any = true;
    }
    return any;
}
