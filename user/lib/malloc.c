/* malloc on sbrk: the lock, the heap's growth, and what callers get wrong; tlsf.c has the blocks.
 *
 * One mutex guards the blocks and the heap's end.  A page-fault handler must not allocate if it can
 * interrupt an allocation of its own thread. */
#include "stdlib.h"

#include "abi/layout.h"
#include "assert.h"
#include "env.h"
#include "errno.h"
#include "fork_priv.h"
#include "string.h"
#include "syscall.h"
#include "thread_priv.h"
#include "tlsf_priv.h"

#define HEAP_GROWTH (4 * PAGE_SIZE)     /* fewer system calls; untouched pages cost nothing */
#define SIZE_LIMIT  0x7fff0000u         /* sums with a header and a rounding stay below 2^31 */

static struct mutex heap_mutex;
static uintptr_t heap_end;              /* of the blocks, or 0; guarded by it */

void malloc_lock(void)
{
    mutex_lock(&heap_mutex);
}

void malloc_unlock(void)
{
    mutex_unlock(&heap_mutex);
}

extern char end[];                      /* of the program; the heap begins on the next page */

int malloc_touch_all(void)
{
    void *break_now = NULL;     /* gcc 16 does not see that an error ends the loop */
    int error = sys_sbrk(0, &break_now);

    for (uintptr_t page = ROUND_UP((uintptr_t)end, PAGE_SIZE);
         page < (uintptr_t)break_now && !error; page += PAGE_SIZE)
        if (!(page_entry(page) & PTE_P))
            error = sys_page_alloc(0, page, PTE_P | PTE_U | PTE_W);
    return error;
}

/* The free block that the blocks end with, or NULL. */
static struct block *free_end(void)
{
    struct block *before = heap_end == 0 ? NULL : blocks_last(heap_end)->before;

    return before != NULL && before->state == BLOCK_FREE ? before : NULL;
}

/* Room for the program between `start` and the new break: a whole number of units. */
static struct block *add_memory(void *start, size_t size)
{
    uintptr_t first = ROUND_UP((uintptr_t)start, BLOCK_UNIT);
    struct block *last = heap_end == 0 ? NULL : blocks_last(heap_end);

    heap_end = ROUND_DOWN((uintptr_t)start + size, BLOCK_UNIT);
    return blocks_add(first, heap_end, last);
}

/* Adds a free block of `size` bytes, or the end of one if `end`, the heap's last block, is
 * free; and as much more as saves system calls, if there is so much. */
static int grow_heap(size_t size, struct block *end, struct block **free)
{
    void *old_break;
    int error = memory_is_shared() ? E_MEM : sys_sbrk(0, &old_break);

    if (error)
        return error;
    bool goes_on = (uintptr_t)old_break == heap_end;
    if (!goes_on)
        size += BLOCK_UNIT + BLOCK_HEADER;      /* to align the start, and for the end */
    else if (end)
        size -= end->size;
    size_t more = MAX(size, HEAP_GROWTH);
    error = sys_sbrk((int)more, &old_break);
    if (error) {
        more = size;
        error = sys_sbrk((int)more, &old_break);
    }
    if (!error)
        *free = add_memory(old_break, more);
    return error;
}

/* A block that no list is sure to have may still be the heap's last one. */
static int find_or_grow(size_t size, struct block **free)
{
    struct block *end = free_end();

    if (!end || end->size < size)
        return grow_heap(size, end, free);
    *free = end;
    return 0;
}

static struct block *allocate(size_t size)
{
    struct block *free;

    mutex_lock(&heap_mutex);
    struct block *block = block_take(size);
    int error = block == NULL ? find_or_grow(size, &free) : 0;
    if (!block && !error)
        block = block_take_from(free, size);
    mutex_unlock(&heap_mutex);
    if (!block)
        errno = error;
    return block;
}

void *malloc(size_t size)
{
    if (size > SIZE_LIMIT) {
        errno = E_MEM;
        return NULL;
    }
    struct block *block = allocate(block_size_for(size));
    return block == NULL ? NULL : block_memory(block);
}

static struct block *used_block(void *memory)
{
    struct block *block = block_of_memory(memory);

    assert((uintptr_t)memory % BLOCK_UNIT == 0 && block->state == BLOCK_USED);
    return block;
}

void free(void *memory)
{
    if (!memory)
        return;
    mutex_lock(&heap_mutex);
    block_release(used_block(memory));
    mutex_unlock(&heap_mutex);
}

void *calloc(size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total))
        total = SIZE_MAX;               /* refused */
    void *memory = malloc(total);
    return memory == NULL ? NULL : memset(memory, 0, total);
}

static bool extend(struct block *block, size_t size)
{
    if (size > SIZE_LIMIT)
        return false;
    mutex_lock(&heap_mutex);
    bool extended = block_extend(block, block_size_for(size));
    mutex_unlock(&heap_mutex);
    return extended;
}

void *realloc(void *memory, size_t size)
{
    if (!memory)
        return malloc(size);

    struct block *block = used_block(memory);
    size_t old_size = block->size - BLOCK_HEADER;
    if (size <= old_size || extend(block, size))
        return memory;
    void *larger = malloc(size);
    if (larger) {
        memcpy(larger, memory, old_size);
        free(memory);
    }
    return larger;
}
