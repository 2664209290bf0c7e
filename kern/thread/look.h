/* What the members of a group do and have done, together. */
#pragma once

#include "abi/info.h"
#include "lib/types.h"

struct thread;
struct thread_group;

struct figures {
    uint64_t        cycles;
    uint32_t        system_calls, threads;
    enum info_state state;              /* of the busiest member */
    unsigned        cpu;                /* its home */
    const char     *wait;               /* why it waits, or NULL */
};

/* A look that goes over a group's members a few at a time.  [g] the group's lock */
struct look {
    struct thread *next;                /* [g] the first that it has not seen, or NULL */
    uint32_t       begun, done;         /* [g] looks so far: one is under way if they differ */
    struct figures so_far, last;        /* [g] of that one; of the last one that is done */
};

/* Fills in what concerns threads, of members that there are and were.  False: it has only seen some
 * of them; then the caller releases what locks it has, so that it can be preempted, and
 * calls again.  `*ticket` begins with 0.  Does not block. */
MUST_USE bool thread_group_look(struct thread_group *group, uint32_t *ticket,
                                struct process_info *info);

/* The group, which is locked and over which a look goes, is about to lose that member. */
void look_before_leaving(struct thread_group *group, struct thread *leaver);
