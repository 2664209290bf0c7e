/* Sleeping mutexes. */
#pragma once

#include "thread/condition.h"
#include "thread/thread.h"

/* For sections that may block or take long.  Not recursive.  [x] lock */
struct mutex {
    struct spinlock  lock;
    struct thread   *owner;             /* [x] */
    struct condition free;              /* [x] owner became NULL */
};

extern const struct lock_class mutex_class;     /* of the locks of all mutexes, and of no other */

void mutex_init(struct mutex *mutex, const char *name);
void mutex_lock(struct mutex *mutex);           /* blocks */
void mutex_unlock(struct mutex *mutex);         /* the caller must own it */
bool mutex_holding(const struct mutex *mutex);
