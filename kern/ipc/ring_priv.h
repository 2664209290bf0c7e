/* A first-in first-out queue of words in a fixed array: the inside of each bounded buffer and
 * of the terminal.  Arithmetic on one struct only: no locks, no waiting, no machine, so that
 * it can be proved and tested alone.  Its owner guards it. */
#pragma once

#include "lib/assert.h"
#include "lib/types.h"

enum { RING_MAX = 256 };

/* Invariants: 1 <= capacity <= RING_MAX, head < capacity, count <= capacity.  The queue is
 * slots[head], slots[head + 1] ... count of them, modulo capacity; the oldest first. */
struct ring {
    unsigned capacity;
    unsigned head;
    unsigned count;
    uint32_t slots[RING_MAX];
};

/*@ predicate sound(struct ring *ring) =
      1 <= ring->capacity <= RING_MAX && ring->head < ring->capacity &&
      ring->count <= ring->capacity;
    logic integer place(struct ring *ring, integer i) =
      ring->head + i < ring->capacity ? ring->head + i : ring->head + i - ring->capacity;
    logic integer entry(struct ring *ring, integer i) = ring->slots[place(ring, i)]; */

/*@ requires \valid_read(ring);
    assigns \nothing;
    ensures \result <==> sound(ring); */
static inline bool ring_is_sound(const struct ring *ring)
{
    return ring->capacity >= 1 && ring->capacity <= RING_MAX && ring->head < ring->capacity &&
           ring->count <= ring->capacity;
}

/* Makes an empty ring; 1 <= capacity <= RING_MAX. */
/*@ requires \valid(ring) && 1 <= capacity <= RING_MAX;
    assigns ring->capacity, ring->head, ring->count;
    ensures sound(ring) && ring->count == 0 && ring->capacity == capacity; */
static inline void ring_init(struct ring *ring, unsigned capacity)
{
    KERN_ASSERT(capacity >= 1 && capacity <= RING_MAX);
    ring->capacity = capacity;
    ring->head = 0;
    ring->count = 0;
}

/*@ requires \valid_read(ring);
    assigns \nothing;
    ensures \result <==> ring->count == ring->capacity; */
static inline bool ring_is_full(const struct ring *ring)
{
    return ring->count == ring->capacity;
}

/*@ requires \valid_read(ring);
    assigns \nothing;
    ensures \result <==> ring->count == 0; */
static inline bool ring_is_empty(const struct ring *ring)
{
    return ring->count == 0;
}

/* Adds the newest item; the ring must not be full. */
/*@ requires \valid(ring) && sound(ring) && ring->count < ring->capacity;
    assigns ring->count, ring->slots[0 .. RING_MAX - 1];
    ensures sound(ring) && ring->count == \old(ring->count) + 1;
    ensures entry(ring, \old(ring->count)) == item;
    ensures \forall integer i; 0 <= i < \old(ring->count) ==>
      entry(ring, i) == \old(entry(ring, i)); */
static inline void ring_put(struct ring *ring, uint32_t item)
{
    KERN_ASSERT(ring->count < ring->capacity);
    unsigned tail = ring->head + ring->count;
    if (tail >= ring->capacity)
        tail -= ring->capacity;
    ring->slots[tail] = item;
    ring->count++;
}

/* Takes the oldest item out; the ring must not be empty. */
/*@ requires \valid(ring) && sound(ring) && ring->count > 0;
    assigns ring->count, ring->head;
    ensures sound(ring) && ring->count == \old(ring->count) - 1;
    ensures \result == \old(entry(ring, 0));
    ensures \forall integer i; 0 <= i < ring->count ==>
      entry(ring, i) == \old(entry(ring, i + 1)); */
static inline uint32_t ring_get(struct ring *ring)
{
    KERN_ASSERT(ring->count > 0);
    uint32_t item = ring->slots[ring->head];
    ring->head = ring->head + 1 == ring->capacity ? 0 : ring->head + 1;
    ring->count--;
    return item;
}
