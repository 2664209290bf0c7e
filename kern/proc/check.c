/* Looking at the process table: listing and audit. */
#include "proc/proc_priv.h"

#include "lib/panic.h"
#include "lib/string.h"

/* Locks the parent of the process in this slot, if it is in use: process_find() by the id that
 * it has at the moment. */
static struct process *lock_slot(unsigned slot, struct process **parent)
{
    return process_find(__atomic_load_n(&processes[slot].id, __ATOMIC_RELAXED), parent);
}

/* The parent is locked. */
static void describe(struct process *process, struct process *parent,
                     struct process_info *info)
{
    const struct account quota = quota_account(process_quota(process));

    memset(info, 0, sizeof *info);
    info->id = process->id;
    info->parent = parent->id;
    info->limit = quota.limit;
    info->used = quota.used;
    info->delegated = quota.delegated;
    strlcpy(info->name, process->name, sizeof info->name);
    thread_group_look(&process->threads, info);
    if (process->state == PROCESS_ZOMBIE)
        info->state = INFO_EXITED;
}

bool proc_next(unsigned *slot, struct process_info *info)
{
    struct process *process = NULL, *parent;

    while (!process && *slot < process_slots_used())
        process = lock_slot((*slot)++, &parent);
    if (!process)
        return false;
    describe(process, parent, info);
    spinlock_release(&parent->lock);
    return true;
}

bool proc_find_symbol(uaddr_t address, struct elf_symbol *symbol)
{
    const struct process *process = process_current();

    return process->file && elf_find_symbol(process->file, process->file_size, address, symbol);
}

unsigned proc_count(void)
{
    unsigned count = 0;

    for (unsigned slot = 1; slot < process_slots_used(); slot++)
        count += __atomic_load_n(&processes[slot].parent, __ATOMIC_RELAXED) != NULL;
    return count;
}

/* Each child knows its parent, and the counts are right. */
static void check_children(struct process *process)
{
    unsigned counted = 0;
    struct list_node *node;

    KERN_ASSERT(list_check(&process->children, NUM_PROCESSES));
    LIST_FOR_EACH(node, &process->children) {
        struct process *child = LIST_ENTRY(node, struct process, sibling);
        bool waitable = child->state == PROCESS_ALIVE || child->state == PROCESS_ZOMBIE;

        KERN_ASSERT(child->parent == process && child->state != PROCESS_FREE);
        KERN_ASSERT(child->state != PROCESS_ALIVE || !list_is_linked(&child->exited));
        KERN_ASSERT(child->state != PROCESS_ZOMBIE || list_is_linked(&child->exited));
        KERN_ASSERT(!(child->orphan && child->state == PROCESS_ZOMBIE));
        counted += waitable && !child->orphan;
    }
    KERN_ASSERT(process->child_count == counted && counted <= MAX_CHILDREN);
}

static void check_zombies(struct process *process)
{
    struct list_node *node;

    KERN_ASSERT(list_check(&process->zombies, NUM_PROCESSES));
    LIST_FOR_EACH(node, &process->zombies) {
        const struct process *child = LIST_ENTRY(node, struct process, exited);
        KERN_ASSERT(child->parent == process && child->state == PROCESS_ZOMBIE);
    }
}

static void check_slot(struct process *process)
{
    KERN_ASSERT(process_slot(process->id) == process);
    spinlock_acquire(&process->lock);
    check_children(process);
    check_zombies(process);
    spinlock_release(&process->lock);
    endpoint_check(&process->endpoint);
    if (process->state == PROCESS_FREE)
        KERN_ASSERT(!process->parent && list_is_empty(&process->children));
    if (process->state == PROCESS_ALIVE && process != ROOT_PROCESS)
        space_check(&process->space);
}

void proc_check(void)
{
    for (unsigned slot = 0; slot < process_slots_used(); slot++)
        check_slot(&processes[slot]);
    process_slots_check();
    containers_check();
}
