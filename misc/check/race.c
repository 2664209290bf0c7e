/* Data races, by vector clocks: time[a][b] is what CPU a knows of CPU b. */
#include "race.h"

#include "memory.h"
#include "places.h"

#include <string.h>

bool races_are_failures = true;

static uint32_t time[CPUS_MAX][CPUS_MAX];
static uint32_t sent[CPUS_MAX][CPUS_MAX];       /* with interrupts to a CPU that it has not taken */
static uint32_t fenced[CPUS_MAX];

/* Times go on over all runs: so what was noted in earlier ones lies in everybody's past. */
void race_begin(void)
{
    uint32_t latest = 0;

    for (unsigned a = 0; a < CPUS_MAX; a++)
        for (unsigned b = 0; b < CPUS_MAX; b++)
            latest = MAX(latest, time[a][b]);
    for (unsigned a = 0; a < CPUS_MAX; a++)
        for (unsigned b = 0; b < CPUS_MAX; b++)
            time[a][b] = latest + (a == b ? 2 : 1);
    memset(sent, 0, sizeof sent);
    memset(fenced, 0, sizeof fenced);
}

static inline void learn(uint32_t *mine, const uint32_t *other)
{
    for (unsigned cpu = 0; cpu < cpu_count; cpu++)
        mine[cpu] = MAX(mine[cpu], other[cpu]);
}

static void report_race(const char *kinds, uintptr_t address, uint32_t earlier, uintptr_t later)
{
    char first[PLACE_LENGTH], second[PLACE_LENGTH];

    if (!races_are_failures)
        return;
    races_are_failures = false;
    place_text(earlier, first);
    place_text(later, second);
    races_are_failures = true;
    fail("data race at %#lx: %s: %s and %s", (unsigned long)address, kinds, first, second);
}

static inline bool is_unknown(const uint32_t *mine, unsigned cpu, uint32_t moment)
{
    return cpu != current_cpu() && moment > mine[cpu];
}

static void check_read(struct cell *cell, uintptr_t address, uintptr_t place)
{
    unsigned cpu = current_cpu();

    if (is_unknown(time[cpu], cell->writer, cell->written))
        report_race("written and read", address, cell->written_at, place);
    cell->read[cpu] = time[cpu][cpu];
    cell->read_at[cpu] = (uint32_t)place;
}

static void check_write(struct cell *cell, uintptr_t address, uintptr_t place)
{
    unsigned cpu = current_cpu();

    if (is_unknown(time[cpu], cell->writer, cell->written))
        report_race("written and written", address, cell->written_at, place);
    for (unsigned other = 0; other < cpu_count; other++)
        if (is_unknown(time[cpu], other, cell->read[other]))
            report_race("read and written", address, cell->read_at[other], place);
    cell->written = time[cpu][cpu];
    cell->writer = (uint8_t)cpu;
    cell->written_at = (uint32_t)place;
}

static void check_range(uintptr_t address, size_t size, uintptr_t place,
                        void (*check)(struct cell *, uintptr_t, uintptr_t))
{
    struct cell *cell;

    if (!is_exploring() || !races_are_failures)
        return;
    for (uintptr_t end = address + size; address < end; address = (address & ~3ul) + 4)
        if ((cell = memory_cell(address)))
            check(cell, address, place);
}

void race_read(uintptr_t address, size_t size, uintptr_t place)
{
    check_range(address, size, place, check_read);
}

void race_write(uintptr_t address, size_t size, uintptr_t place)
{
    check_range(address, size, place, check_write);
}

void race_acquire(uintptr_t address)
{
    struct cell *cell = memory_cell(address);

    if (cell)
        learn(time[current_cpu()], cell->released);
}

/* What the CPU does from now on is later than what it has released. */
void race_release(uintptr_t address)
{
    struct cell *cell = memory_cell(address);
    unsigned cpu = current_cpu();

    if (cell)
        learn(cell->released, time[cpu]);
    time[cpu][cpu]++;
}

void race_fence(void)
{
    unsigned cpu = current_cpu();

    learn(time[cpu], fenced);
    learn(fenced, time[cpu]);
    time[cpu][cpu]++;
}

void race_send(unsigned to)
{
    unsigned cpu = current_cpu();

    learn(sent[to], time[cpu]);
    time[cpu][cpu]++;
}

void race_take(void)
{
    learn(time[current_cpu()], sent[current_cpu()]);
}
