/* What each CPU has stored and the others do not see yet. */
#include "store_buffer.h"

#include "machine.h"
#include "schedule.h"
#include "story.h"

#include <string.h>

enum { STORES_MAX = 8 };                /* a real one has some dozens */

static struct {
    unsigned count;
    struct late_store {
        uintptr_t address;
        size_t    size;
        uint64_t  value;
    } stores[STORES_MAX];
} buffers[CPUS_MAX];

bool stores_may_be_late;

void store_buffer_reset(void)
{
    memset(buffers, 0, sizeof buffers);
}

bool store_is_late(unsigned cpu)
{
    return buffers[cpu].count > 0;
}

static void see_store(const struct late_store *store)
{
    step_wrote(store->address);
    memcpy((void *)store->address, &store->value, store->size);
}

void stores_drain(unsigned cpu)
{
    unsigned count = buffers[cpu].count;

    if (count == 0)
        return;
    buffers[cpu].count = 0;
    for (unsigned i = 0; i < count; i++)
        see_store(&buffers[cpu].stores[i]);
    if (schedule_is_told)
        story_stores_seen();
}

void stores_drain_range(unsigned cpu, uintptr_t address, size_t size)
{
    for (unsigned i = 0; i < buffers[cpu].count; i++) {
        const struct late_store *store = &buffers[cpu].stores[i];
        if (address < store->address + store->size && store->address < address + size)
            stores_drain(cpu);
    }
}

void store_late(unsigned cpu, uintptr_t address, size_t size, uint64_t value)
{
    if (buffers[cpu].count == STORES_MAX)
        stores_drain(cpu);
    buffers[cpu].stores[buffers[cpu].count++] = (struct late_store){ address, size, value };
}
