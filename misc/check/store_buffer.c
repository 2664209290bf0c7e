/* What each CPU has stored and the others do not see yet. */
#include "store_buffer.h"

#include "machine.h"
#include "memory.h"
#include "schedule.h"
#include "story.h"

#include <string.h>

enum { BYTES_MAX = 16 };

static struct {
    bool     is_kept;
    unsigned count, passed;
    struct store {
        uintptr_t address;
        size_t    size;                 /* 0: nobody looks at that any more */
        bool      is_on_stack;          /* others look at it only after a lock */
        uint8_t   bytes[BYTES_MAX];     /* what was there before; while hidden, what was stored */
    } stores[STORES_MAX];
} buffers[CPUS_MAX];

bool stores_may_be_late;

void store_buffer_reset(void)
{
    memset(buffers, 0, sizeof buffers);
}

unsigned stores_there(unsigned cpu)
{
    return buffers[cpu].is_kept ? 0 : buffers[cpu].count;
}

/* Those on its stack alone are no choice. */
unsigned stores_waiting(unsigned cpu)
{
    for (unsigned i = buffers[cpu].passed; i < stores_there(cpu); i++)
        if (!buffers[cpu].stores[i].is_on_stack)
            return buffers[cpu].count - buffers[cpu].passed;
    return 0;
}

void stores_pass(unsigned cpu)
{
    buffers[cpu].passed = buffers[cpu].count;
}

static void forget_first(unsigned cpu, unsigned count)
{
    struct store *stores = buffers[cpu].stores;

    buffers[cpu].count -= count;
    buffers[cpu].passed -= MIN(count, buffers[cpu].passed);
    memmove(stores, stores + count, buffers[cpu].count * sizeof *stores);
}

void stores_keep(unsigned cpu, unsigned last)
{
    forget_first(cpu, buffers[cpu].count - last);
    buffers[cpu].is_kept = true;
}

bool stores_are_kept(unsigned cpu)
{
    return buffers[cpu].is_kept;
}

void stores_drain(unsigned cpu)
{
    if (buffers[cpu].is_kept) {
        for (unsigned i = 0; i < buffers[cpu].count; i++)
            step_wrote(buffers[cpu].stores[i].address);
        if (schedule_is_told)
            story_stores_seen();
    }
    buffers[cpu].is_kept = false;
    buffers[cpu].count = buffers[cpu].passed = 0;
}

static uintptr_t stack_of(uintptr_t frame)
{
    return frame - (frame - STACKS_LO) % KSTACK_SLOT;
}

/* What is too large for a place is seen at once, and so is all before it. */
static bool make_room(unsigned cpu, size_t size, uintptr_t place)
{
    bool is_full = buffers[cpu].count == STORES_MAX;

    if (size > BYTES_MAX || (is_full && buffers[cpu].is_kept))
        step_drain(place);
    else if (is_full)
        forget_first(cpu, 1);
    return size <= BYTES_MAX;
}

void store_note(uintptr_t address, size_t size, uintptr_t place)
{
    unsigned cpu = current_cpu();

    if (!stores_may_be_late || !is_exploring() || !memory_cell(address) ||
        !make_room(cpu, size, place))
        return;
    struct store *store = &buffers[cpu].stores[buffers[cpu].count++];
    *store = (struct store){
        .address = address, .size = size,
        .is_on_stack = stack_of(address) == stack_of((uintptr_t)__builtin_frame_address(0)),
    };
    memcpy(store->bytes, (const void *)address, size);
}

static void swap_bytes(struct store *store)
{
    uint8_t bytes[BYTES_MAX];

    memcpy(bytes, (const void *)store->address, store->size);
    memcpy((void *)store->address, store->bytes, store->size);
    memcpy(store->bytes, bytes, store->size);
}

/* Below the frame lies what functions had that have returned: that memory is used for others. */
void stores_hide(unsigned cpu, uintptr_t frame)
{
    if (!buffers[cpu].is_kept)
        stores_drain(cpu);
    for (unsigned i = buffers[cpu].count; i-- > 0; ) {
        struct store *store = &buffers[cpu].stores[i];
        if (store->address >= stack_of(frame) && store->address < frame)
            store->size = 0;
        swap_bytes(store);
    }
}

void stores_show(unsigned cpu)
{
    for (unsigned i = 0; i < buffers[cpu].count; i++)
        swap_bytes(&buffers[cpu].stores[i]);
}
