/* Where threads live: slots in the part of the address space between heap and stack, each with
 * the thread's stack and exception stack, and an unmapped page below either.
 *
 *   7       unmapped
 *   6       exception stack
 *   5       unmapped
 *   1 to 4  stack; struct thread at its end
 *   0       unmapped
 *
 * The pages stay when a thread has ended, for the next one. */
#include "thread_priv.h"

#include "abi/env.h"
#include "abi/layout.h"
#include "errno.h"
#include "syscall.h"

enum {
    SLOT_SIZE = 8 * PAGE_SIZE, STACK_TOP = 5 * PAGE_SIZE, EXCEPTION_STACK_TOP = 7 * PAGE_SIZE,
    SLOTS_LO = (int)UHEAP_HI, SLOTS_HI = (int)UHEAP_HI + 0x20000000,
};

_Static_assert(STACK_TOP - PAGE_SIZE == THREAD_STACK_SIZE, "the pages of the stack");

static struct mutex slots_mutex;
static struct thread *free_slots;       /* guarded by it */
static uintptr_t next_slot = (uintptr_t)SLOTS_LO;       /* never used so far; guarded by it */

static const uint16_t mapped[] = {
    1 * PAGE_SIZE, 2 * PAGE_SIZE, 3 * PAGE_SIZE, 4 * PAGE_SIZE, 6 * PAGE_SIZE,
};

static struct thread *thread_in(uintptr_t slot)
{
    return (struct thread *)(slot + STACK_TOP) - 1;
}

static uintptr_t slot_of(const struct thread *thread)
{
    return ROUND_DOWN((uintptr_t)thread, SLOT_SIZE);
}

/* All pages, or none. */
static int map_slot(uintptr_t slot)
{
    for (unsigned i = 0; i < ARRAY_SIZE(mapped); i++) {
        int error = sys_page_alloc(0, slot + mapped[i], PTE_P | PTE_U | PTE_W);
        if (!error)
            continue;
        while (i-- > 0)
            sys_page_unmap(0, slot + mapped[i]);
        return error;
    }
    return 0;
}

static struct thread *make_slot(void)
{
    int error = next_slot < (uintptr_t)SLOTS_HI ? map_slot(next_slot) : E_MEM;

    if (error) {
        errno = error;
        return NULL;
    }
    struct thread *thread = thread_in(next_slot);
    next_slot += SLOT_SIZE;
    return thread;
}

void thread_slots_lock(void)
{
    mutex_lock(&slots_mutex);
}

void thread_slots_unlock(void)
{
    mutex_unlock(&slots_mutex);
}

bool thread_has_slot_at(uintptr_t page)
{
    return page >= (uintptr_t)SLOTS_LO && page < next_slot;
}

bool thread_has_exception_stack_at(uintptr_t page)
{
    return thread_has_slot_at(page) &&
           page % SLOT_SIZE == EXCEPTION_STACK_TOP - PAGE_SIZE;
}

uintptr_t thread_next_exception_stack(uintptr_t page)
{
    uintptr_t offset = EXCEPTION_STACK_TOP - PAGE_SIZE;
    uintptr_t from = MAX(page, (uintptr_t)SLOTS_LO);
    uintptr_t next = ROUND_UP(from - offset, SLOT_SIZE) + offset;

    return next < next_slot ? next : UTOP;
}

struct thread *thread_slot_get(void)
{
    mutex_lock(&slots_mutex);
    struct thread *thread = free_slots;
    if (thread)
        free_slots = thread->next_free;
    else
        thread = make_slot();
    mutex_unlock(&slots_mutex);
    return thread;
}

void thread_slot_put(struct thread *thread)
{
    mutex_lock(&slots_mutex);
    thread->next_free = free_slots;
    free_slots = thread;
    mutex_unlock(&slots_mutex);
}

/* As if a function had been called there: aligned to 16 bytes but for a return address (System V
 * ABI, i386, 2.2.2), which is 0: new pages are zeros, and no code writes there. */
void *thread_stack_top(struct thread *thread)
{
    return (void *)(ROUND_DOWN((uintptr_t)thread, 16u) - sizeof(uint32_t));
}

void *thread_exception_stack_top(struct thread *thread)
{
    return (void *)(slot_of(thread) + EXCEPTION_STACK_TOP);
}
