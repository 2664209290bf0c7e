/* What a process may know about processes, after JOS: envs[], a table at UINFO that every
 * process can read, and what the kernel hands to a page-fault handler. */
#pragma once

#include "abi/trapframe.h"

#define NUM_PROCESSES   8192            /* entries of envs[]; an id modulo this is its index */
#define ENV_INDEX(id)   ((uint32_t)(id) % NUM_PROCESSES)

enum env_status {
    ENV_FREE,                           /* no process, or one that has exited */
    ENV_DYING,                          /* it is ending */
    ENV_RUNNABLE,
    ENV_RUNNING,
    ENV_NOT_RUNNABLE,                   /* it waits, or was stopped by env_set_status */
};

enum env_type { ENV_TYPE_USER };

/* The kernel may change any word at any time: what two words say need not fit together. */
struct Env {
    int32_t  id, parent_id;             /* parent 0: the kernel */
    uint32_t status;                    /* enum env_status; of threads, what one did last */
    uint32_t runs;                      /* how often it was given a CPU */
    uint32_t cpunum;                    /* the CPU that runs it, or ran it last */
    uint32_t type;                      /* enum env_type */
    uint32_t pgfault_upcall;            /* its page-fault handler; 0: none */
    uint32_t ipc_recving;               /* it waits in ipc_recv.  What comes is only its own */
    uint32_t unused[8];
};

_Static_assert(sizeof(struct Env) == 64, "one cache line each");

/* What lies on the exception stack when a page-fault handler begins. */
struct UTrapframe {
    uint32_t fault_va;                  /* the address that could not be accessed */
    uint32_t err;                       /* the CPU's error code */
    struct registers regs;              /* as they were: */
    uint32_t eip, eflags, esp;
} __attribute__((packed));

/* Permissions of mappings, as in page-table entries, and those that a program may ask for: it
 * must name PTE_P and PTE_U, and no others than PTE_SYSCALL. */
#define PTE_P           0x001
#define PTE_W           0x002
#define PTE_U           0x004
#define PTE_AVAIL       0xE00           /* the program's own */
#define PTE_SHARE       0x400           /* of these, by convention: shared by fork, */
#define PTE_COW         0x800           /* or copied when it is written to */
#define PTE_SYSCALL     (PTE_AVAIL | PTE_P | PTE_W | PTE_U)
