/* The invariants of processes and their containers.  While all is quiet. */
#include "proc/proc_priv.h"

#include "lib/assert.h"
#include "proc/container_priv.h"

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
    endpoint_check(process_endpoint(process));
    if (process->state == PROCESS_FREE)
        KERN_ASSERT(!process->parent && list_is_empty(&process->children));
    if (process->state == PROCESS_ALIVE && process != ROOT_PROCESS)
        space_check(&process->space);
}

/* --- containers --- */

static unsigned count_users(const struct container *container)
{
    unsigned users = 0;

    for (unsigned slot = 0; slot < process_slots_used(); slot++)
        users += processes[slot].state != PROCESS_FREE &&
                 processes[slot].container == container;
    return users;
}

static void check_container(struct container *container)
{
    uint32_t delegated = 0;
    struct list_node *node;

    KERN_ASSERT(container->users == count_users(container));
    KERN_ASSERT(list_check(&container->children, NUM_PROCESSES));
    KERN_ASSERT(list_length(&container->children) == container->below);
    LIST_FOR_EACH(node, &container->children) {
        struct container *child = LIST_ENTRY(node, struct container, sibling);
        KERN_ASSERT(child->parent == container && child->users > 0);
        KERN_ASSERT(child->quota.parent == container_quota(container));
        delegated += quota_account(&child->quota).limit;
    }
    if (container != &containers[0])    /* the kernel itself may use the root's as it likes */
        KERN_ASSERT(quota_account(&container->quota).delegated == delegated);
}

static void check_containers(void)
{
    unsigned used = 0;

    for (unsigned i = 0; i < process_slots_used(); i++) {
        if (containers[i].users == 0) {
            KERN_ASSERT(!containers[i].parent && list_is_empty(&containers[i].children));
            continue;
        }
        check_container(&containers[i]);
        used++;
    }
    KERN_ASSERT(used + containers_free() == process_slots_used());
}

void proc_check(void)
{
    for (unsigned slot = 0; slot < process_slots_used(); slot++)
        check_slot(&processes[slot]);
    process_slots_check();
    check_containers();
}
