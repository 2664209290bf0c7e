/* The end of the heap, which a program moves (sbrk).
 *
 * It is read and set in one step, and what lies above a lower end is taken away before it can move
 * again: so no two threads of a process are given the same memory, and none loses what another one
 * has put there.  Taking pages away waits for other CPUs: so it is a sleeping mutex. */
#include "proc/proc_priv.h"

/* Pages between two heap ends that have to be there, at most. */
static uint32_t pages_between(uaddr_t low, uaddr_t high)
{
    return ROUND_UP(high, PAGE_SIZE) / PAGE_SIZE - ROUND_UP(low, PAGE_SIZE) / PAGE_SIZE;
}

/* Pages come when they are touched.  But a heap that could not have all its pages even now, with
 * those that it has and those that the quota has left, is refused: so a program that asks gets an
 * error, and is not ended by a fault later, unless it gives the pages to others meanwhile.  What
 * it has got since it was loaded counts as the heap's, also what it has mapped elsewhere itself:
 * who does that knows. */
static bool can_be_paid(struct process *process, uaddr_t heap_break)
{
    return pages_between(process->space.heap_lo, heap_break) <=
           quota_free(process_quota(process)) + space_pages_since_load(&process->space);
}

static int move_break(struct process *process, int32_t change, uaddr_t *before)
{
    *before = __atomic_load_n(&process->space.heap_break, __ATOMIC_RELAXED);
    int64_t after = (int64_t)*before + change;

    if (after < VM_USERLO || after > UHEAP_HI)
        return E_INVAL_ARG;
    if (change > 0 && !can_be_paid(process, (uaddr_t)after))
        return E_EXCEEDS_QUOTA;
    return space_set_break(&process->space, (uaddr_t)after) ? E_INVAL_ARG : 0;
}

int proc_move_break(int32_t change, uaddr_t *before)
{
    struct process *process = process_current();

    mutex_lock(&process->heap);
    int error = move_break(process, change, before);
    mutex_unlock(&process->heap);
    return error;
}
