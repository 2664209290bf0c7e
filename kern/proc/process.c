/* The process table: slots, ids, parents. */
#include "proc/proc_priv.h"

#include "lib/assert.h"
#include "lib/string.h"
#include "proc/container_priv.h"

/* id = generation * NUM_PROCESSES + slot, and positive as a signed number.  When a slot has had all
 * its GENERATIONS it begins again, but only after a rest: it is not used as long as there is any
 * other slot, and those that rest are used in the order in which they came.
 *
 * So how long is a stale id harmless?  It names nothing until its slot has been used GENERATIONS
 * times more: a quarter of a million processes, even if all other slots are taken; and 2^31 of
 * them, if they are free.  A process that was never published has used no generation. */
#define GENERATIONS (INT32_MAX / NUM_PROCESSES + 1)

enum { PAGES_LEAST = 8 };               /* of a process: a directory, two page tables, a kernel
                                         * stack, and what a program needs */

static const struct lock_class process_class = LOCK_CLASS("proc.process", 2);
static const struct lock_class slots_class = LOCK_CLASS("proc.slots", 0);

struct process *processes;              /* [I] set at boot, as the next two */
struct process_endpoint *process_endpoints;
unsigned process_slots;
struct Env envs[NUM_PROCESSES] __attribute__((aligned(PAGE_SIZE)));

static struct pool free_slots;          /* locks of its own */

/* [s] lock  [a] also read without it, as an atomic */
static struct {
    struct spinlock    lock;
    struct pool_item  *resting;         /* [s] slots that have had all generations, */
    struct pool_item **last;            /* [s] where the next one is linked, */
    unsigned           resting_count;   /* [s] [a] and how many */
} slots = { .lock = SPINLOCK_INITIALIZER(&slots_class), .last = &slots.resting };

unsigned used_process_slots;            /* [s] [a] */

void proc_set_aside(uint32_t pages)
{
    process_slots = MIN(pages / PAGES_LEAST, NUM_PROCESSES);
    processes = pmm_set_aside(process_slots * sizeof *processes);
    process_endpoints = pmm_set_aside(process_slots * sizeof *process_endpoints);
    containers_set_aside(process_slots);
}

/* Once per slot. */
static void slot_init(struct process *process, pid_t id)
{
    *process = (struct process){ .id = id, .env = &envs[id] };
    *process_endpoint(process) = (struct endpoint){ 0 };
    spinlock_init(&process->lock, &process_class);
    list_init(&process->children);
    list_init(&process->zombies);
    condition_init(&process->child_exited, "wait");
    endpoint_init(process_endpoint(process));
    thread_group_init(&process->group);
    mutex_init(&process->heap, "heap");
}

void process_table_init(void)
{
    pool_init(&free_slots);
    used_process_slots = 1;
    slot_init(ROOT_PROCESS, 0);
    containers_init();
    ROOT_PROCESS->container = container_root();
    ROOT_PROCESS->state = PROCESS_ALIVE;
    strlcpy(ROOT_PROCESS->name, "kernel", sizeof ROOT_PROCESS->name);
}

unsigned process_slots_free(void)
{
    return process_slots - process_slots_used() + pool_estimate(&free_slots) +
           __atomic_load_n(&slots.resting_count, __ATOMIC_RELAXED);
}

/* The lowest slot that was never used, or NULL. */
static struct process *take_unused(void)
{
    struct process *process = NULL;

    if (process_slots_used() == process_slots)
        return NULL;
    spinlock_acquire(&slots.lock);
    if (used_process_slots < process_slots) {
        process = &processes[used_process_slots];
        slot_init(process, (pid_t)used_process_slots);
        container_supply(used_process_slots);
        __atomic_store_n(&used_process_slots, used_process_slots + 1, __ATOMIC_RELEASE);
    }
    spinlock_release(&slots.lock);
    return process;
}

static void slot_rest(struct pool_item *item)
{
    spinlock_acquire(&slots.lock);
    item->next = NULL;
    *slots.last = item;
    slots.last = &item->next;
    __atomic_store_n(&slots.resting_count, slots.resting_count + 1, __ATOMIC_RELAXED);
    spinlock_release(&slots.lock);
}

/* The slot that has rested longest, or NULL. */
static struct pool_item *wake_rested(void)
{
    spinlock_acquire(&slots.lock);
    struct pool_item *item = slots.resting;
    if (item) {
        slots.resting = item->next;
        __atomic_store_n(&slots.resting_count, slots.resting_count - 1, __ATOMIC_RELAXED);
        if (!slots.resting)
            slots.last = &slots.resting;
    }
    spinlock_release(&slots.lock);
    return item;
}

struct process *process_slot_get(void)
{
    struct pool_item *item = pool_get_near(&free_slots);
    struct process *process = item ? NULL : take_unused();

    if (process)
        return process;
    if (!item)
        item = pool_get(&free_slots);
    if (!item)
        item = wake_rested();
    return item ? container_of(item, struct process, free) : NULL;
}

static void check_is_empty(const struct process *process)
{
    KERN_ASSERT(process->state == PROCESS_FREE && !process->parent);
    KERN_ASSERT(list_is_empty(&process->children) && process->child_count == 0);
}

void process_slot_return(struct process *process)
{
    check_is_empty(process);
    pool_put(&free_slots, &process->free);
}

void process_slot_put(struct process *process)
{
    pid_t slot = process->id % NUM_PROCESSES, generation = process->id / NUM_PROCESSES;
    bool is_last = generation == GENERATIONS - 1;

    check_is_empty(process);
    __atomic_store_n(&process->id, is_last ? slot : process->id + NUM_PROCESSES,
                     __ATOMIC_RELAXED);
    if (is_last)
        slot_rest(&process->free);
    else
        pool_put(&free_slots, &process->free);
}

void process_slots_check(void)
{
    unsigned in_use = 0;

    for (unsigned slot = 0; slot < used_process_slots; slot++)
        in_use += processes[slot].state != PROCESS_FREE;
    KERN_ASSERT(in_use + slots.resting_count + pool_count(&free_slots) == used_process_slots);
}

struct quota *process_quota(struct process *process)
{
    return container_quota(process->container);
}

/* Locks the process that is the parent at this moment; NULL if there is none. */
HANDS_OVER
static struct process *try_lock_parent(struct process *process)
{
    for (;;) {
        struct process *parent = __atomic_load_n(&process->parent, __ATOMIC_ACQUIRE);
        if (!parent)
            return NULL;
        spinlock_acquire(&parent->lock);
        if (__atomic_load_n(&process->parent, __ATOMIC_RELAXED) == parent)
            return parent;
        spinlock_release(&parent->lock);
    }
}

struct process *process_lock_parent(struct process *process)
{
    struct process *parent = try_lock_parent(process);

    KERN_ASSERT(parent && process->parent == parent);
    return parent;
}

bool process_is(const struct process *child, pid_t pid)
{
    spinlock_expect_held(&child->parent->lock);
    return child->id == pid &&
           (child->state == PROCESS_ALIVE || child->state == PROCESS_ZOMBIE);
}

HANDS_OVER
struct process *process_find(pid_t pid, struct process **parent)
{
    struct process *process = process_slot(pid);

    *parent = try_lock_parent(process);
    if (!*parent)
        return NULL;
    if (process_is(process, pid))
        return process;
    spinlock_release(&(*parent)->lock);
    return NULL;
}
