/* Containers: the quotas of processes (container.c). */
#pragma once

#include "abi/env.h"
#include "lib/list.h"
#include "pcpu/pool.h"
#include "pcpu/spinlock.h"
#include "pmm/pmm.h"

/* Never used for anything else, and the lock is never initialised again: a thread that has followed
 * an old pointer may take the lock, and then finds out that things have changed.  The first is the
 * root's, whose quota is quota_root.
 * [l] its own lock  [p] its parent's lock  [a] also read without a lock, as an atomic */
struct container {
    struct spinlock   lock;
    struct container *parent;           /* [p] [a] NULL: the root, and free ones */
    struct list       children;         /* [l] */
    struct list_node  sibling;          /* [p] */
    unsigned          users;            /* [a] processes in it */
    unsigned          below;            /* [l] [a] how many are on `children` */
    struct quota      quota;            /* has its own lock */
    struct pool_item  free;             /* the pool's, while it is free */
};

extern struct container *containers;    /* [I] set at boot */

/* Sets memory aside for so many (pmm.h). */
void containers_set_aside(unsigned count);

void containers_init(void);

/* One more slot of the process table is in use from now on, and there is a container for it. */
void container_supply(unsigned slot);

struct container *container_root(void);
struct quota *container_quota(struct container *container);

/* A container with one user, with `limit` pages out of the quota of one that the caller uses;
 * or E_EXCEEDS_QUOTA.  Its user has a slot of the process table. */
MUST_USE int container_split(struct container *parent, uint32_t limit,
                             struct container **container);

/* May there be one more process in it, or made out of it, if `free` slots are free?  Threads
 * that ask at the same moment all get the same answer. */
bool container_allows(struct container *container, unsigned free);

/* One more user for a container that the caller uses; and one less.  Nothing is charged any more
 * when the last one leaves. */
void container_join(struct container *container);
void container_leave(struct container *container);

/* Those that no process uses; exact while all is quiet. */
unsigned containers_free(void);
