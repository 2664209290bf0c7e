/* A ring of whole texts.  `written` is stored after the text, and `taken` after the last look at
 * it (release, read with acquire): so the reader sees whole texts only, and the writer overwrites
 * only what is out.  A header with its text takes a multiple of the header's size: so no header
 * lies across the ring's end. */
#include "dev/text_ring_priv.h"

#include "lib/assert.h"
#include "lib/string.h"

struct header {
    uint64_t stamp;
    uint32_t length, unused;
};

_Static_assert(TEXT_RING_SIZE % sizeof(struct header) == 0, "headers lie whole");

static uint32_t room_for(size_t length)
{
    return (uint32_t)ROUND_UP(sizeof(struct header) + length, sizeof(struct header));
}

/* Of n bytes from a position on, those up to where the ring begins again. */
static size_t bytes_to_end(uint32_t position, size_t n)
{
    return MIN(n, (size_t)(TEXT_RING_SIZE - position % TEXT_RING_SIZE));
}

static void copy_in(struct text_ring *ring, uint32_t position, const void *from, size_t n)
{
    size_t first = bytes_to_end(position, n);

    memcpy(&ring->bytes[position % TEXT_RING_SIZE], from, first);
    memcpy(ring->bytes, (const char *)from + first, n - first);
}

static void copy_out(const struct text_ring *ring, uint32_t position, void *to, size_t n)
{
    size_t first = bytes_to_end(position, n);

    memcpy(to, &ring->bytes[position % TEXT_RING_SIZE], first);
    memcpy((char *)to + first, ring->bytes, n - first);
}

bool text_ring_put(struct text_ring *ring, uint64_t stamp, const char *text, size_t n)
{
    const struct header header = { .stamp = stamp, .length = (uint32_t)n };
    uint32_t used = ring->written - __atomic_load_n(&ring->taken, __ATOMIC_ACQUIRE);

    KERN_ASSERT(n > 0 && n <= OUTPUT_TEXT_MAX);
    if (room_for(n) > TEXT_RING_SIZE - used)
        return false;
    copy_in(ring, ring->written, &header, sizeof header);
    copy_in(ring, ring->written + sizeof header, text, n);
    __atomic_store_n(&ring->written, ring->written + room_for(n), __ATOMIC_RELEASE);
    return true;
}

bool text_ring_is_empty(const struct text_ring *ring)
{
    return __atomic_load_n(&ring->written, __ATOMIC_ACQUIRE) ==
           __atomic_load_n(&ring->taken, __ATOMIC_RELAXED);
}

static struct header first_header(const struct text_ring *ring)
{
    struct header header;

    KERN_ASSERT(!text_ring_is_empty(ring));
    __builtin_memcpy(&header, &ring->bytes[ring->taken % TEXT_RING_SIZE], sizeof header);
    return header;
}

uint64_t text_ring_stamp(const struct text_ring *ring)
{
    return first_header(ring).stamp;
}

size_t text_ring_look(const struct text_ring *ring, char *piece, size_t max)
{
    size_t n = MIN(first_header(ring).length - ring->done, max);

    copy_out(ring, ring->taken + sizeof(struct header) + ring->done, piece, n);
    return n;
}

/* A panic may come in between: then a text that is out comes again, but none is cut. */
bool text_ring_take(struct text_ring *ring, size_t n)
{
    uint32_t length = first_header(ring).length;

    KERN_ASSERT(ring->done + n <= length);
    if (ring->done + n < length) {
        ring->done += n;
        return false;
    }
    ring->done = 0;
    __atomic_store_n(&ring->taken, ring->taken + room_for(length), __ATOMIC_RELEASE);
    return true;
}
