/* The process table: slots, ids, who is whose parent. */
#include "proc/proc_priv.h"

#include "lib/panic.h"
#include "lib/string.h"

/* id = generation * NUM_PROCESSES + slot.  When a slot's generations are used up it is not used
 * again, rather than to let an old id name a new process.  Ids are positive as signed
 * numbers. */
#define ID_MAX INT32_MAX

static const struct lock_class process_class = LOCK_CLASS("proc.process", 2);
static const struct lock_class slots_class = LOCK_CLASS("proc.slots", 0);

struct process processes[NUM_PROCESSES];
struct Env envs[NUM_PROCESSES] __attribute__((aligned(PAGE_SIZE)));

static struct pool free_slots;

static struct {
    struct spinlock lock;
    unsigned        used;               /* guarded by lock; also read as an atomic */
} slots = { .lock = SPINLOCK_INITIALIZER(&slots_class) };

/* Once per slot. */
static void slot_init(struct process *process, pid_t id)
{
    spinlock_init(&process->lock, &process_class);
    list_init(&process->children);
    list_init(&process->zombies);
    condition_init(&process->child_exited, "wait");
    endpoint_init(&process->endpoint);
    thread_group_init(&process->threads);
    process->id = id;
    process->env = &envs[id];
}

void process_table_init(void)
{
    pool_init(&free_slots);
    slots.used = 1;
    slot_init(ROOT_PROCESS, 0);
    containers_init();
    ROOT_PROCESS->container = container_root();
    ROOT_PROCESS->state = PROCESS_ALIVE;
    strlcpy(ROOT_PROCESS->name, "kernel", sizeof ROOT_PROCESS->name);
}

unsigned process_slots_used(void)
{
    return __atomic_load_n(&slots.used, __ATOMIC_ACQUIRE);
}

static struct process *next_slot(void)
{
    spinlock_expect_held(&slots.lock);
    if (slots.used == NUM_PROCESSES)
        return NULL;
    struct process *process = &processes[slots.used];
    slot_init(process, (pid_t)slots.used);
    container_supply(slots.used);
    __atomic_store_n(&slots.used, slots.used + 1, __ATOMIC_RELEASE);
    return process;
}

/* The lowest slot that was never used, or NULL. */
static struct process *take_unused(void)
{
    if (process_slots_used() == NUM_PROCESSES)
        return NULL;
    spinlock_acquire(&slots.lock);
    struct process *process = next_slot();
    spinlock_release(&slots.lock);
    return process;
}

struct process *process_slot_get(void)
{
    struct pool_item *item = pool_get_near(&free_slots);
    struct process *process = item ? NULL : take_unused();

    if (process)
        return process;
    if (!item)
        item = pool_get(&free_slots);
    return item ? container_of(item, struct process, free) : NULL;
}

/* All generations used up. */
static bool is_retired(const struct process *process)
{
    return process->id > ID_MAX - NUM_PROCESSES;
}

void process_slot_put(struct process *process)
{
    KERN_ASSERT(process->state == PROCESS_FREE && !process->parent);
    KERN_ASSERT(list_is_empty(&process->children) && process->child_count == 0);
    if (is_retired(process))
        return;
    __atomic_store_n(&process->id, process->id + NUM_PROCESSES, __ATOMIC_RELAXED);
    pool_put(&free_slots, &process->free);
}

void process_slots_check(void)
{
    unsigned out_of_pool = 0;

    for (unsigned slot = 0; slot < slots.used; slot++)
        out_of_pool += processes[slot].state != PROCESS_FREE || is_retired(&processes[slot]);
    KERN_ASSERT(out_of_pool + pool_count(&free_slots) == slots.used);
}

struct process *process_current(void)
{
    struct process *process = thread_current()->process;

    return process ? process : ROOT_PROCESS;
}

struct quota *process_quota(struct process *process)
{
    return container_quota(process->container);
}

/* Locks whatever process is the parent at this moment; NULL if there is none. */
static struct process *try_lock_parent(struct process *process)
{
    for (;;) {
        struct process *parent = __atomic_load_n(&process->parent, __ATOMIC_ACQUIRE);
        if (!parent)
            return NULL;
        spinlock_acquire(&parent->lock);
        if (process->parent == parent)
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

pid_t get_curid(void)
{
    return process_current()->id;
}

struct endpoint *proc_endpoint(void)
{
    return &process_current()->endpoint;
}

/* A slot that was never used has no endpoint yet. */
int proc_partner(pid_t pid, struct partner *partner)
{
    struct process *process = process_slot(pid);

    if (pid <= 0 || process >= &processes[process_slots_used()])
        return E_INVAL_PID;
    *partner = (struct partner){ .endpoint = &process->endpoint, .id = pid };
    return 0;
}

uaddr_t proc_pgfault_upcall(void)
{
    return __atomic_load_n(&process_current()->pgfault_upcall, __ATOMIC_RELAXED);
}

struct account proc_quota(void)
{
    return quota_account(process_quota(process_current()));
}

void proc_init(const struct boot_module *modules, unsigned count)
{
    programs_init(modules, count);
    process_table_init();
    vmm_publish(envs, sizeof envs);
    reaper_init();
}
