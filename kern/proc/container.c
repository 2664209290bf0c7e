/* Containers: the quotas of processes.  One that is spawned gets a container of its own, with
 * the quota that it was spawned with; one that is forked lives in its parent's.  So the quota
 * of a program bounds all that it forks together, and a fork need not say how much it wants.
 *
 * A container is there as long as a process uses it.  They form a tree, like their quotas: a
 * container's parent is the one out of which its quota was split.  When the last user goes,
 * those below it become its parent's, and what is left of its quota goes back to there.
 *
 * Which lock guards what.  A container's place in the tree changes under its parent's lock, and
 * those below it under its own; of two the parent's is taken first.  Only a user splits a
 * container, so one without users gets no new ones below but those that it inherits, and that
 * happens under its lock: once it was found empty under both locks, it can be closed.  A container
 * with another one below it is not freed, nor is one whose user is just splitting it; so the parent
 * that a quota notes is always there.  SUBTLE: shared-quota, orphan-quota */
#include "proc/container_priv.h"

#include "lib/assert.h"
#include "pmm/share.h"

static const struct lock_class container_class = LOCK_CLASS("proc.container", 4);

struct container *containers;           /* [I] set at boot */

static struct pool free_containers;     /* locks of its own */

void containers_set_aside(unsigned count)
{
    containers = pmm_set_aside(count * sizeof *containers);
}

static void container_init(struct container *container)
{
    *container = (struct container){ .users = 0 };
    spinlock_init(&container->lock, &container_class);
    list_init(&container->children);
}

void containers_init(void)
{
    pool_init(&free_containers);
    container_init(&containers[0]);
    containers[0].users = 1;
}

unsigned containers_free(void)
{
    return pool_count(&free_containers);
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
static struct container *container_get(void)
{
    struct pool_item *item;

    do
        item = pool_get(&free_containers);
    while (!item);
    return container_of(item, struct container, free);
}

/* The container is locked. */
static void count_below(struct container *container, unsigned change)
{
    __atomic_store_n(&container->below, container->below + change, __ATOMIC_RELAXED);
}

/* Of the processes below it only those count that it has made itself or inherited: those that they
 * have made are counted where these are. */
bool container_allows(struct container *container, unsigned free)
{
    unsigned held = __atomic_load_n(&container->users, __ATOMIC_RELAXED) +
                    __atomic_load_n(&container->below, __ATOMIC_RELAXED);

    /* The root's limit never changes: it is read without its lock, which all would share. */
    return container == &containers[0] ||
           share_allows(quota_account(&container->quota).limit, quota_root.account.limit, held,
                        free);
}

int container_split(struct container *parent, uint32_t limit, struct container **container)
{
    struct container *child = container_get();
    int error = quota_split(container_quota(parent), &child->quota, limit);

    if (error) {
        pool_put(&free_containers, &child->free);
        return error;
    }
    child->users = 1;
    spinlock_acquire(&parent->lock);
    list_append(&parent->children, &child->sibling);
    count_below(parent, 1);
    __atomic_store_n(&child->parent, parent, __ATOMIC_RELEASE);
    spinlock_release(&parent->lock);
    *container = child;
    return 0;
}

void container_join(struct container *container)
{
    __atomic_fetch_add(&container->users, 1, __ATOMIC_RELAXED);
}

HANDS_OVER
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
    count_below(container, -1u);
    count_below(parent, 1);
    __atomic_store_n(&child->parent, parent, __ATOMIC_RELEASE);
}

/* Both are locked. */
static void container_remove(struct container *container, struct container *parent)
{
    quota_close(&container->quota);
    list_remove(&container->sibling);
    count_below(parent, -1u);
    __atomic_store_n(&container->parent, NULL, __ATOMIC_RELAXED);
}

/* One at a time, so that no lock is held for long. */
HANDS_OVER
void container_leave(struct container *container)
{
    if (__atomic_sub_fetch(&container->users, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    for (bool removed = false; !removed;) {
        struct container *parent = lock_parent(container);
        spinlock_acquire_nested(&container->lock);
        removed = list_is_empty(&container->children);
        if (removed)
            container_remove(container, parent);
        else
            hand_up_first(container, parent);
        spinlock_release(&container->lock);
        spinlock_release(&parent->lock);
    }
    pool_put(&free_containers, &container->free);
}
