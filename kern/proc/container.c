/* Containers: the quotas of processes.  One that is spawned gets a container of its own, with
 * the quota that it was spawned with; one that is forked lives in its parent's.  So the quota
 * of a program bounds all that it forks together, and a fork needs not say how much it wants.
 *
 * A container is there as long as a process uses it.  They form a tree, like their quotas: a
 * container's parent is the one out of which its quota was split.  When the last user goes,
 * those below it become its parent's, and what is left of its quota goes back to there.
 *
 * Who may change what.  A container's place in the tree changes under its parent's lock, and
 * those below it under its own; of two the parent's is taken first.  Only a user splits a
 * container, so one without users gets no new ones below but those that it inherits, and that
 * happens under its lock: once it was found empty under both locks, it can be closed.  A
 * container with somebody below it is not freed, nor is one whose user is just splitting it; so
 * the parent that a quota notes is always there. */
#include "proc/proc_priv.h"

#include "lib/panic.h"

static const struct lock_class container_class = LOCK_CLASS("proc.container", 4);

/* Never used for anything else, and the lock is never made anew: whoever followed an old pointer
 * may take it, and then finds out that things have changed.  The first is the root's, whose
 * quota is quota_root.
 * [l] its own lock  [p] its parent's lock  [a] also read without a lock, as an atomic */
struct container {
    struct spinlock   lock;
    struct container *parent;           /* [p] [a] NULL: the root, and free ones */
    struct list       children;         /* [l] */
    struct list_node  sibling;          /* [p] */
    unsigned          users;            /* [a] processes in it */
    struct quota      quota;            /* has its own lock */
    struct pool_item  free;             /* the pool's, while it is free */
};

static struct container containers[NUM_PROCESSES];
static struct pool free_containers;

static void container_init(struct container *container)
{
    spinlock_init(&container->lock, &container_class);
    list_init(&container->children);
}

void containers_init(void)
{
    pool_init(&free_containers);
    container_init(&containers[0]);
    containers[0].users = 1;
}

void container_supply(unsigned slot)
{
    container_init(&containers[slot]);
    pool_put(&free_containers, &containers[slot].free);
}

struct container *container_root(void)
{
    return &containers[0];
}

struct quota *container_quota(struct container *container)
{
    return container == &containers[0] ? &quota_root : &container->quota;
}

/* There is one for each slot, and the caller has a slot but no container yet: so if none is found
 * it was just being moved. */
static struct container *get(void)
{
    struct pool_item *item;

    do
        item = pool_get(&free_containers);
    while (!item);
    return container_of(item, struct container, free);
}

int container_split(struct container *parent, uint32_t limit, struct container **container)
{
    struct container *child = get();
    int error = quota_split(container_quota(parent), &child->quota, limit);

    if (error) {
        pool_put(&free_containers, &child->free);
        return error;
    }
    child->users = 1;
    spinlock_acquire(&parent->lock);
    list_append(&parent->children, &child->sibling);
    __atomic_store_n(&child->parent, parent, __ATOMIC_RELEASE);
    spinlock_release(&parent->lock);
    *container = child;
    return 0;
}

void container_join(struct container *container)
{
    __atomic_fetch_add(&container->users, 1, __ATOMIC_RELAXED);
}

static struct container *lock_parent(struct container *container)
{
    for (;;) {
        struct container *parent = __atomic_load_n(&container->parent, __ATOMIC_ACQUIRE);
        spinlock_acquire(&parent->lock);
        if (container->parent == parent)
            return parent;
        spinlock_release(&parent->lock);
    }
}

/* The first one below `container` becomes its parent's.  Both are locked. */
static void hand_up_first(struct container *container, struct container *parent)
{
    struct list_node *node = list_pop_first(&container->children);
    struct container *child = LIST_ENTRY(node, struct container, sibling);

    quota_adopt(&child->quota);
    list_append(&parent->children, node);
    __atomic_store_n(&child->parent, parent, __ATOMIC_RELEASE);
}

static void remove(struct container *container)
{
    quota_close(&container->quota);
    list_remove(&container->sibling);
    __atomic_store_n(&container->parent, NULL, __ATOMIC_RELAXED);
}

/* One at a time, so that no lock is held for long. */
void container_leave(struct container *container)
{
    if (__atomic_sub_fetch(&container->users, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    for (bool removed = false; !removed;) {
        struct container *parent = lock_parent(container);
        spinlock_acquire_nested(&container->lock);
        removed = list_is_empty(&container->children);
        if (removed)
            remove(container);
        else
            hand_up_first(container, parent);
        spinlock_release(&container->lock);
        spinlock_release(&parent->lock);
    }
    pool_put(&free_containers, &container->free);
}

/* --- audit -------------------------------------------------------------------------------- */

static unsigned count_users(const struct container *container)
{
    unsigned users = 0;

    for (unsigned slot = 0; slot < process_slots_used(); slot++)
        users += processes[slot].state != PROCESS_FREE &&
                 processes[slot].container == container;
    return users;
}

static void check(struct container *container)
{
    uint32_t delegated = 0;
    struct list_node *node;

    KERN_ASSERT(container->users == count_users(container));
    KERN_ASSERT(list_check(&container->children, ARRAY_SIZE(containers)));
    LIST_FOR_EACH(node, &container->children) {
        struct container *child = LIST_ENTRY(node, struct container, sibling);
        KERN_ASSERT(child->parent == container && child->users > 0);
        KERN_ASSERT(child->quota.parent == container_quota(container));
        delegated += quota_account(&child->quota).limit;
    }
    if (container != &containers[0])    /* the kernel itself may use the root's as it likes */
        KERN_ASSERT(quota_account(&container->quota).delegated == delegated);
}

void containers_check(void)
{
    unsigned used = 0;

    for (unsigned i = 0; i < process_slots_used(); i++) {
        if (containers[i].users == 0) {
            KERN_ASSERT(!containers[i].parent && list_is_empty(&containers[i].children));
            continue;
        }
        check(&containers[i]);
        used++;
    }
    KERN_ASSERT(used + pool_count(&free_containers) == process_slots_used());
}
