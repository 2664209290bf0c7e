/* Two-level segregated fit.  A block's size says on which list it is when it is free: the first
 * level is the size's highest bit, the second the SECOND_BITS bits after it.  Small sizes have a
 * list each.
 *
 * Invariants: no two free blocks touch; a list's bit is set if the list has a block; every
 * block's `before` is the one that ends where it begins. */
#include "tlsf_priv.h"

#define UNIT_BITS    4                          /* log2 of BLOCK_UNIT */
#define SECOND_BITS  4
#define SECOND       (1u << SECOND_BITS)
#define SMALL_BITS   (UNIT_BITS + SECOND_BITS)  /* below 2^SMALL_BITS sizes are small */
#define FIRST        (33 - SMALL_BITS)          /* sizes are below 2^31, rounded up 2^31 */

static struct block *lists[FIRST][SECOND];
static uint32_t second_bits[FIRST];             /* which lists[i] have blocks */
static uint32_t first_bits;                     /* which second_bits[i] have bits */

struct list_index {
    unsigned first, second;
};

static unsigned highest_bit(size_t size)
{
    return 31 - (unsigned)__builtin_clz(size);
}

static unsigned lowest_bit(uint32_t bits)
{
    return (unsigned)__builtin_ctz(bits);
}

/* The list that a block of that size belongs to. */
static struct list_index list_of(size_t size)
{
    unsigned highest = highest_bit(size);

    if (highest < SMALL_BITS)
        return (struct list_index) { 0, size >> UNIT_BITS };
    return (struct list_index) {
        highest - SMALL_BITS + 1, (size >> (highest - SECOND_BITS)) % SECOND,
    };
}

/* The first list all of whose blocks are large enough. */
static struct list_index list_for(size_t size)
{
    unsigned highest = highest_bit(size);
    size_t step = highest < SMALL_BITS ? BLOCK_UNIT : 1u << (highest - SECOND_BITS);

    return list_of(ROUND_UP(size, step));
}

static void add_to_list(struct block *block)
{
    struct list_index list = list_of(block->size);
    struct block **head = &lists[list.first][list.second];

    block->state = BLOCK_FREE;
    block->previous = NULL;
    block->next = *head;
    if (*head)
        (*head)->previous = block;
    *head = block;
    second_bits[list.first] |= 1u << list.second;
    first_bits |= 1u << list.first;
}

static void remove_from_list(struct block *block)
{
    struct list_index list = list_of(block->size);

    if (block->next)
        block->next->previous = block->previous;
    if (block->previous) {
        block->previous->next = block->next;
        return;
    }
    lists[list.first][list.second] = block->next;
    if (block->next)
        return;
    second_bits[list.first] &= ~(1u << list.second);
    if (second_bits[list.first] == 0)
        first_bits &= ~(1u << list.first);
}

/* A block from `list` or the next one that has any. */
static struct block *first_from(struct list_index list)
{
    uint32_t seconds = second_bits[list.first] & UINT32_MAX << list.second;

    if (seconds == 0) {
        uint32_t firsts = first_bits & UINT32_MAX << list.first << 1;
        if (firsts == 0)
            return NULL;
        list.first = lowest_bit(firsts);
        seconds = second_bits[list.first];
    }
    return lists[list.first][lowest_bit(seconds)];
}

size_t block_size_for(size_t size)
{
    return ROUND_UP(MAX(size + BLOCK_HEADER, sizeof(struct block)), BLOCK_UNIT);
}

static bool is_free(const struct block *block)
{
    return block != NULL && block->state == BLOCK_FREE;
}

static struct block *block_after(struct block *block)
{
    return (struct block *)((uintptr_t)block + block->size);
}

/* Sets where `block` ends, and what its neighbour there knows about it. */
static void set_size(struct block *block, size_t size)
{
    block->size = size;
    block_after(block)->before = block;
}

/* Keeps `size` bytes of a used block; what is left over becomes a free one if it can be one.  The
 * next neighbour is in use. */
static void cut(struct block *block, size_t size)
{
    size_t rest = block->size - size;

    if (rest < sizeof(struct block))
        return;
    set_size(block, size);
    set_size(block_after(block), rest);
    add_to_list(block_after(block));
}

struct block *block_take_from(struct block *free, size_t size)
{
    remove_from_list(free);
    free->state = BLOCK_USED;
    cut(free, size);
    return free;
}

/* On the list that such a size belongs to, the first block may do, and then fits best. */
struct block *block_take(size_t size)
{
    struct list_index exact = list_of(size);
    struct block *block = lists[exact.first][exact.second];

    if (!block || block->size < size)
        block = first_from(list_for(size));
    return block == NULL ? NULL : block_take_from(block, size);
}

struct block *block_release(struct block *block)
{
    struct block *after = block_after(block), *before = block->before;

    block->state = 0;                   /* perhaps no header any more */
    if (is_free(after)) {
        remove_from_list(after);
        after->state = 0;
        set_size(block, block->size + after->size);
    }
    if (is_free(before)) {
        remove_from_list(before);
        set_size(before, before->size + block->size);
        block = before;
    }
    add_to_list(block);
    return block;
}

bool block_extend(struct block *block, size_t size)
{
    struct block *after = block_after(block);

    if (!is_free(after) || block->size + after->size < size)
        return false;
    remove_from_list(after);
    after->state = 0;
    set_size(block, block->size + after->size);
    cut(block, size);
    return true;
}

struct block *blocks_add(uintptr_t start, uintptr_t end, struct block *last)
{
    bool grows = last != NULL && (uintptr_t)last + BLOCK_HEADER == start;
    struct block *block = grows ? last : (struct block *)start, *new_last = blocks_last(end);

    if (!grows)
        block->before = NULL;
    new_last->size = 0;
    new_last->state = BLOCK_USED;
    set_size(block, (uintptr_t)new_last - (uintptr_t)block);
    return block_release(block);
}
