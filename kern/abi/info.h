/* What process_info, cpu_info, memory_info, buffer_info, archive_info and lock_info tell: for ps,
 * top, free, buffers, ls, lockstat.
 * Each struct is of one moment, as far as a lock can make it so; the next moment it is old. */
#pragma once

#include <stdint.h>

enum info_state {                       /* of several threads, the liveliest one's */
    INFO_RUNNING, INFO_READY, INFO_WAITING,
    INFO_STOPPED,                       /* by env_set_status */
    INFO_ENDING,                        /* it was ended, and is on its way out */
    INFO_EXITED,                        /* its parent has not waited for it yet */
};

static inline const char *info_state_name(uint32_t state)
{
    static const char *const names[] = { "running", "ready", "waiting", "stopped", "ending",
                                         "exited" };

    return state <= INFO_EXITED ? names[state] : "?";
}

#define INFO_NAME_MAX 16                /* with the 0; longer names are cut */

struct process_info {
    int32_t  id, parent;                /* parent 0: the kernel */
    uint32_t state;                     /* enum info_state */
    uint32_t cpu;                       /* where that thread runs, or ran last */
    uint32_t threads;
    uint32_t system_calls;              /* made by all its threads, */
    uint64_t cycles;                    /* and run by them */
    uint64_t affinity;                  /* bit n: CPU n may run it; 0: it has no threads */
    uint32_t limit, used, delegated;    /* its quota, in pages */
    char     name[INFO_NAME_MAX];
    char     wait[INFO_NAME_MAX];       /* what that thread waits for, or "" */
};

struct cpu_info {
    uint64_t cycles, idle_cycles;       /* since it runs threads, and idle of them */
    uint64_t cycles_per_second;
    uint32_t apic_id;
    uint32_t ready;                     /* threads that wait for it */
    uint32_t switches;
    uint32_t preemptions_user, preemptions_kernel;
    uint32_t ipis_sent, ipis_received;
    uint32_t space_loads;               /* CR3 loads */
    uint32_t shootdowns_sent, shootdowns_served;
    uint32_t ticks;
    char     current[INFO_NAME_MAX];    /* the thread that it runs */
};

struct memory_info {
    uint32_t pages, free;               /* of the machine: in all, and not held */
    uint32_t stack_pages;               /* of kernel stacks that wait to be used again */
    uint32_t text_pages;                /* of programs that were run, kept for the next time */
    uint32_t processes, processes_max;
    uint32_t threads;                   /* the kernel's own included */
};

struct buffer_statistics {              /* since the buffer was configured */
    uint32_t capacity;
    uint32_t depth;                     /* items in it now */
    uint32_t deepest;                   /* the most items that were ever in it */
    uint32_t producers, consumers;      /* that wait now */
    uint32_t keepers;                   /* processes that keep it for themselves; 0: none */
    uint64_t in, out;                   /* items appended, taken: in == out + depth */
    uint64_t times_full;                /* a producer had to wait */
    uint64_t times_empty;               /* a consumer had to wait */
};

#define LOCK_NAME_MAX  24               /* with the 0 */
#define LOCK_PLACE_MAX 64

struct lock_info {                      /* the kernel's spinlocks of one class, since boot */
    uint64_t taken, contended;          /* how often; and had to be waited for */
    uint64_t turns;                     /* of the waiting loop */
    uint32_t longest_hold, longest_wait;        /* in cycles, at most UINT32_MAX */
    char     name[LOCK_NAME_MAX];
    char     held_at[LOCK_PLACE_MAX], waited_at[LOCK_PLACE_MAX];        /* where that lock was
                                         * taken; "" if it never was, or never waited for */
};

#define ARCHIVE_NAME_MAX 64             /* with the 0 */

struct archive_info {                   /* a file of the boot modules */
    uint32_t size;
    char     name[ARCHIVE_NAME_MAX];
};
