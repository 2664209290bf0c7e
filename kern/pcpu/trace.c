/* Rings of records.
 *
 * One writer.  Only the CPU itself writes its ring, with interrupts off, so no two records are
 * written at once.
 *
 * A reader of another CPU, or outside the machine, gets a whole record or none.  The writer
 * publishes a record by adding to `count` after it has written the record.  A slot is written anew
 * only when `count` has reached the number of the next record that belongs there; and the writer's
 * fence keeps those writes after that count.  So the reader copies first and looks at `count` then:
 * if the ring cannot have come round by that count, nothing of the copy was overwritten. */
#include "pcpu/trace.h"

#include "lib/assert.h"
#include "lib/string.h"
#include "pcpu/pcpu.h"

static struct trace_record first_chunks[NUM_CPUS][TRACE_RECORDS_PER_CHUNK];

struct trace_ring trace_rings[NUM_CPUS];
bool trace_is_on;

void trace_switch(bool on)
{
    if (trace_rings[0].chunks == 0)
        for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++)
            trace_use_chunks(cpu, (struct trace_record *[]){ first_chunks[cpu] }, 1);
    __atomic_store_n(&trace_is_on, on, __ATOMIC_RELEASE);
}

void trace_use_chunks(unsigned cpu, struct trace_record *const chunks[], unsigned count)
{
    struct trace_ring *ring = &trace_rings[cpu];

    KERN_ASSERT(count > 0 && count <= TRACE_CHUNKS_MAX && (count & (count - 1)) == 0);
    KERN_ASSERT(ring->count == 0);
    for (unsigned i = 0; i < count; i++)
        ring->chunk[i] = chunks[i];
    ring->chunks = count;
}

static struct trace_record *trace_slot(const struct trace_ring *ring, uint32_t number)
{
    unsigned chunk = number / TRACE_RECORDS_PER_CHUNK & (ring->chunks - 1);

    return &ring->chunk[chunk][number % TRACE_RECORDS_PER_CHUNK];
}

void trace_write(enum trace_event event, uintptr_t subject, uintptr_t value)
{
    uint32_t flags = intr_save();
    struct trace_ring *ring = &trace_rings[get_pcpu_idx()];
    struct trace_record *record = trace_slot(ring, ring->count);
    uint64_t cycles = rdtsc();

    __atomic_thread_fence(__ATOMIC_RELEASE);
    record->cycles_low = (uint32_t)cycles;
    record->cycles_high_and_event = (uint32_t)(cycles >> 32) << 8 | event;
    record->subject = (uint32_t)subject;
    record->value = (uint32_t)value;
    __atomic_store_n(&ring->count, ring->count + 1, __ATOMIC_RELEASE);
    intr_restore(flags);
}

void trace_write_text(enum trace_event event, uintptr_t subject, const char *text, size_t length)
{
    uint32_t letters[TRACE_LETTERS_PER_RECORD / sizeof(uint32_t)];
    uint32_t flags = intr_save();

    trace_write(event, subject, length);
    for (size_t done = 0; done < length; done += sizeof letters) {
        memset(letters, 0, sizeof letters);
        memcpy(letters, text + done, MIN(length - done, sizeof letters));
        trace_write(TRACE_LETTERS, letters[0], letters[1]);
    }
    intr_restore(flags);
}

uint32_t trace_count(unsigned cpu)
{
    return __atomic_load_n(&trace_rings[cpu].count, __ATOMIC_ACQUIRE);
}

uint32_t trace_kept(unsigned cpu)
{
    return MIN(trace_count(cpu), trace_rings[cpu].chunks * TRACE_RECORDS_PER_CHUNK);
}

bool trace_get(unsigned cpu, uint32_t number, struct trace_record *record)
{
    const struct trace_ring *ring = &trace_rings[cpu];

    if (number >= trace_count(cpu))
        return false;
    *record = *trace_slot(ring, number);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return trace_count(cpu) - number < ring->chunks * TRACE_RECORDS_PER_CHUNK;
}
