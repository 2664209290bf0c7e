/* malloc on sbrk.  The heap is a row of blocks, each with a header; the free ones form a list
 * in the order of their addresses.  The first that is large enough serves a request and keeps
 * what is left over; neighbours on the list that touch become one.
 *
 * Invariants: sizes and addresses of blocks are multiples of UNIT; no two blocks on the list
 * touch; every block is either on the list (FREE) or belongs to the program (USED).
 *
 * One mutex guards the list and the heap's end.  A page-fault handler must not allocate if it can
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

#define UNIT        16u
#define HEAP_GROWTH (4 * PAGE_SIZE)     /* fewer system calls; untouched pages cost nothing */
#define SIZE_LIMIT  0x7fff0000u         /* sums with a header and a rounding stay below 2^31 */

enum block_state {
    FREE = 0x66726565,                  /* unlikely in memory that was never a header */
    USED = 0x75736564,
};

struct block {
    size_t size;                        /* with this header */
    enum block_state state;
    struct block *next;                 /* on the list, if FREE */
    uint32_t unused;
};
_Static_assert(sizeof(struct block) == UNIT, "what follows a header is aligned");

static struct mutex heap_mutex;
static struct block *first_free;        /* guarded by it */

void malloc_lock(void)
{
    mutex_lock(&heap_mutex);
}

void malloc_unlock(void)
{
    mutex_unlock(&heap_mutex);
}

static char *block_end(struct block *block)
{
    return (char *)block + block->size;
}

static void join_if_touching(struct block *block)
{
    if (block->next != NULL && block_end(block) == (char *)block->next) {
        block->next->state = 0;         /* no header any more */
        block->size += block->next->size;
        block->next = block->next->next;
    }
}

static void add_to_list(struct block *block)
{
    struct block **link = &first_free, *before = NULL;

    while (*link != NULL && *link < block) {
        before = *link;
        link = &before->next;
    }
    block->state = FREE;
    block->next = *link;
    *link = block;
    join_if_touching(block);
    if (before != NULL)
        join_if_touching(before);
}

/* Takes a block of SIZE bytes out of the list; NULL if none is large enough. */
static struct block *take_from_list(size_t size)
{
    struct block **link = &first_free;

    while (*link != NULL && (*link)->size < size)
        link = &(*link)->next;

    struct block *block = *link;
    if (block == NULL)
        return NULL;
    if (block->size == size) {
        *link = block->next;
    } else {                            /* the rest, at least a header, stays on the list */
        block->size -= size;
        block = (struct block *)(void *)block_end(block);
        block->size = size;
    }
    block->state = USED;
    return block;
}

extern char end[];                      /* of the program; the heap begins on the next page */

int malloc_touch_all(void)
{
    void *heap_end;
    int error = sys_sbrk(0, &heap_end);

    for (uintptr_t page = ROUND_UP((uintptr_t)end, PAGE_SIZE);
         page < (uintptr_t)heap_end && error == E_SUCC; page += PAGE_SIZE)
        if (!(page_entry(page) & PTE_P))
            error = sys_page_alloc(0, page, PTE_P | PTE_U | PTE_W);
    return error;
}

/* Adds a free block of at least SIZE bytes at the heap's end. */
static int grow_heap(size_t size)
{
    size_t wanted = MAX(size, HEAP_GROWTH) + UNIT;      /* UNIT: to align the start */
    void *old_end;

    if (memory_is_shared())
        return E_MEM;
    int error = sys_sbrk((int)wanted, &old_end);
    if (error != E_SUCC) {
        wanted = size + UNIT;
        error = sys_sbrk((int)wanted, &old_end);
        if (error != E_SUCC)
            return error;
    }
    uintptr_t start = ROUND_UP((uintptr_t)old_end, UNIT);
    struct block *block = (struct block *)start;
    block->size = ROUND_DOWN((uintptr_t)old_end + wanted - start, UNIT);
    add_to_list(block);
    return E_SUCC;
}

static struct block *allocate(size_t size)
{
    mutex_lock(&heap_mutex);
    struct block *block = take_from_list(size);
    int error = block == NULL ? grow_heap(size) : E_SUCC;
    if (block == NULL && error == E_SUCC)
        block = take_from_list(size);
    mutex_unlock(&heap_mutex);
    if (block == NULL)
        errno = error;
    return block;
}

void *malloc(size_t size)
{
    if (size > SIZE_LIMIT) {
        errno = E_MEM;
        return NULL;
    }
    struct block *block = allocate(ROUND_UP(size + sizeof(struct block), UNIT));
    return block == NULL ? NULL : block + 1;
}

static struct block *block_of(void *memory)
{
    struct block *block = (struct block *)memory - 1;

    assert((uintptr_t)memory % UNIT == 0 && block->state == USED);
    return block;
}

void free(void *memory)
{
    if (memory == NULL)
        return;
    mutex_lock(&heap_mutex);
    add_to_list(block_of(memory));
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

void *realloc(void *memory, size_t size)
{
    if (memory == NULL)
        return malloc(size);

    size_t old_size = block_of(memory)->size - sizeof(struct block);
    if (size <= old_size)
        return memory;
    void *larger = malloc(size);
    if (larger != NULL) {
        memcpy(larger, memory, old_size);
        free(memory);
    }
    return larger;
}
