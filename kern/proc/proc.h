/* What a program is: processes, their ids, parents and children, how they begin and end.
 *
 * A process is an address space, a quota, and threads that run a program.  Ids name a slot of
 * the process table and its generation, so that the id of a process that is gone never names
 * another one.  The root process, id 0, is the kernel's own: kernel threads belong to it, and
 * what they create are its children.  It runs no program and does not end.
 *
 * Processes form a tree.  A process that is spawned has a quota split off its parent's; one that
 * is forked shares its parent's (container.c).  A process whose parent has exited becomes its
 * grandparent's; it is an orphan then: no parent waits for it, and a kernel thread, the reaper,
 * frees it when it has exited.  One that is stopped when its parent exits is ended.
 *
 * Locks, first taken first:
 *     proc.container  each container's own; of two, the parent's first
 *     proc.lineage    held while processes change their parent, or to walk up the tree
 *     proc.process    each process's own; of two, the ancestor's first
 *     proc.reaper     the reaper's list
 *     proc.slots      process slots that were never used
 * A child's state is guarded by the lock of its parent (proc_priv.h), so wait, exit and kill of
 * one process meet there, and processes of different parents do not meet at all. */
#pragma once

#include "abi/env.h"
#include "abi/error.h"
#include "abi/info.h"
#include "abi/syscall.h"
#include "ipc/endpoint.h"
#include "lib/elf_symbol.h"
#include "lib/types.h"
#include "pmm/account.h"
#include "proc/programs.h"
#include "thread/thread.h"

typedef int32_t pid_t;                  /* positive; 0 is the root process */

enum { MAX_CHILDREN = 4096 };           /* of one process, orphans it inherited not counted */

struct process_config {
    const char *command;                /* "program arguments" */
    uint32_t    quota;                  /* pages, taken out of the parent's quota */
    unsigned    cpu;                    /* the only one that runs it, or CPU_ANY: those that may
                                         * run a calling program, any one for kernel threads */
    bool        is_first;               /* it and its children are shells (job.c) */
    const void *image;                  /* the program file, or NULL: the one that the first */
    size_t      image_size;             /* word of the command names */
    /* NULL, or called with the new id when nothing can fail any more, before it runs. */
    void      (*announce)(const struct process_config *config, pid_t pid);
};

/* Sets memory aside for the table of processes (pmm.h): a slot for so many of the machine's pages
 * as a process takes at least, but at most NUM_PROCESSES slots. */
void proc_set_aside(uint32_t pages);

/* Makes the list of programs, the root process and the reaper.  Once, at boot, after
 * thread_init(). */
void proc_init(const struct boot_module *modules, unsigned count);

/* Sets memory aside for the read-only pages that processes of one program share; before that, they
 * share none.  Once, before the first program is started. */
void proc_reserve_text(void);

/* Starts a program as a child of the caller's process, and stores its id.  At its entry point
 * ESP points to a word that holds the address of the command.  Errors, in order of the tests:
 *   E_INVAL_ARG                 the command has COMMAND_MAX characters or more
 *   E_INVAL_PID                 there is no program of that name
 *   E_ELF_...                   its file is not one that can run
 *   E_INVAL_CPU                 no such CPU, or it does not run
 *   E_EXCEEDS_QUOTA             the caller's quota has not that much left, or the program does
 *                               not fit into its own
 *   E_MAX_NUM_CHILDEN_REACHED   the caller has MAX_CHILDREN children, or the processes of its quota
 *                               have their share of the process slots (pmm/share.h)
 *   E_INVAL_CHILD_ID            all process slots are in use
 *   E_MEM                       the machine is out of pages
 * Then nothing has changed.  Does not block. */
MUST_USE int proc_create(const struct process_config *config, pid_t *pid);

/* Ends the calling process, all of its threads; if it is ending already, with the status that
 * was given first.  No spinlock held. */
NORETURN void proc_exit(uint32_t status);

/* How a further thread of a program begins. */
struct thread_start {
    uaddr_t  entry, stack;              /* EIP and ESP */
    uint32_t argument;                  /* EAX */
    uaddr_t  pointer;                   /* where %gs:0 is, or 0: GS is like DS */
    uaddr_t  exception_stack;           /* its top, or 0: UXSTACKTOP */
};

/* Starts another thread of the caller's process, on the CPUs that may run the caller, and
 * stores its number in the process: the first thread's is 1, and none is given twice.
 * E_INVAL_ADDR: one of the addresses cannot be a program's; E_EXCEEDS_QUOTA, E_MEM; E_KILLED:
 * the process is ending.  Does not block. */
MUST_USE int proc_thread_create(const struct thread_start *start, uint32_t *number);

/* The caller's number. */
uint32_t proc_thread_self(void);

/* Ends the calling thread, with the last one its process.  No spinlock held. */
NORETURN void proc_exit_thread(void);

/* The caller is about to go to user mode: handles what is pending for it.  Does not return if its
 * process is ending, and not as long as it is stopped.  Interrupts off; may block. */
void proc_handle_pending(void);

/* Moves the end of the heap of the caller's process by so many bytes, and stores where it was:
 * pages come when they are touched first.  E_INVAL_ARG: it would leave the room for the heap;
 * E_EXCEEDS_QUOTA: the quota has not so many pages left.  Blocks while another thread does it. */
MUST_USE int proc_move_break(int32_t change, uaddr_t *before);

/* Waits until the child `pid`, or any one if WAIT_ANY, has exited; stores its id and status.
 * Then nothing is left of it, and the caller has its quota back.  E_INVAL_PID: no such child;
 * E_NO_CHILD: WAIT_ANY and there is none; E_KILLED while waiting.  Blocks. */
MUST_USE int proc_wait(pid_t pid, pid_t *child, uint32_t *status);

/* Ends the process `pid`, the caller's own or a descendant, with STATUS_KILLED: it exits when
 * it would return to user mode next, or as soon as it waits.  E_INVAL_PID: none of these.
 * Does not wait for that. */
MUST_USE int proc_kill(pid_t pid);

/* --- the exokernel's part (fork.c, pages.c, control.c) --- */

/* Makes a child of the caller's process that is stopped, with an empty space, no page-fault
 * handler, and the caller's registers but for EAX and EBX, which are 0; stores its id.  It uses
 * the quota of its parent (container.c).  E_MAX_NUM_CHILDEN_REACHED, E_INVAL_CHILD_ID,
 * E_EXCEEDS_QUOTA, E_MEM.  Does not block. */
MUST_USE int proc_exofork(pid_t *pid);

/* In the following, a pid names the caller's process or a descendant; E_INVAL_PID: none of
 * these, or one that is ending.  They do not block. */

/* An address in a process's space. */
struct proc_place {
    pid_t   pid;
    uaddr_t va;
};

/* What space_alloc_page(), space_share() and space_unmap() do (vmm.h), with their errors. */
MUST_USE int proc_page_alloc(struct proc_place place, uint32_t perm);
MUST_USE int proc_page_map(struct proc_place from, struct proc_place to, uint32_t perm);
MUST_USE int proc_page_unmap(struct proc_place place);

/* From the caller's space to the process, what space_copy_page() and space_give_range() do. */
MUST_USE int proc_page_copy(struct proc_place to, uint32_t perm);
MUST_USE int proc_pages_give(pid_t pid, uaddr_t *va, uaddr_t end);

/* Stops a process: its threads do not return to user mode any more; or lets it go again. */
enum proc_running { PROC_STOP, PROC_RESUME };
MUST_USE int proc_set_running(pid_t pid, enum proc_running running);

/* Gives a process with one thread other registers, as far as a program may have them.  E_BUSY if
 * it has several or has not stopped, or not yet. */
MUST_USE int proc_set_frame(pid_t pid, const struct trapframe *frame);

/* Its page-fault handler: any address, 0 for none. */
MUST_USE int proc_set_pgfault_upcall(pid_t pid, uaddr_t upcall);

/* --- looking --- */

/* The id of the caller's process. */
pid_t get_curid(void);

/* The quota of the caller's process: pages that it and those that it shares the quota with may
 * hold, hold, and gave to children. */
struct account proc_quota(void);

/* Where processes receive messages, by slot. */
struct process_endpoint {
    struct endpoint endpoint;           /* has its own lock; open while the process is ALIVE */
} __attribute__((aligned(CACHE_LINE)));
extern struct process_endpoint *process_endpoints;      /* [I] set at boot */

/* How many slots were ever used: the first ones.  What the others hold is anything.  [a] */
extern unsigned used_process_slots;

/* Of a program's thread: where its process receives messages. */
static inline struct endpoint *proc_endpoint(void)
{
    return &process_endpoints[ENV_INDEX(thread_current()->env->id)].endpoint;
}

/* Where messages to `pid` go, or E_INVAL_PID: whether there is such a process shows when they are
 * sent (ipc/endpoint.h).  A process may send to every other one, not only to its descendants. */
MUST_USE static inline int proc_partner(pid_t pid, struct partner *partner)
{
    if (pid <= 0 || ENV_INDEX(pid) >= __atomic_load_n(&used_process_slots, __ATOMIC_ACQUIRE))
        return E_INVAL_PID;
    *partner = (struct partner){
        .endpoint = &process_endpoints[ENV_INDEX(pid)].endpoint, .id = pid,
    };
    return 0;
}

/* The function of the caller's program that `address` lies in, if its file names one. */
bool proc_find_symbol(uaddr_t address, struct elf_symbol *symbol);

/* The same for any process, which may be gone. */
bool proc_find_symbol_of(pid_t pid, uaddr_t address, struct elf_symbol *symbol);

/* The return addresses on a stack of the process, from the frame at `ebp` outwards: how many, at
 * most `most`.  They are what the program's memory says at the moment. */
unsigned proc_walk_stack(pid_t pid, uaddr_t ebp, uaddr_t *addresses, unsigned most);

/* A word of the process's memory, as it is at the moment; false: there is none at that address. */
MUST_USE bool proc_read_word(pid_t pid, uaddr_t address, uint32_t *word);

/* The terminal's interrupt key is passed on to the process `pid`, a descendant of the caller's;
 * 0: the caller acts on it itself.  E_INVAL_PID.  A process that never calls this is ended by it,
 * and so are all processes that such a one has created. */
MUST_USE int proc_set_foreground(pid_t pid);

/* May the caller read what is typed?  If it is in the foreground, or no process ever was. */
bool proc_has_terminal(void);

/* Does the caller's program act on the interrupt key itself? */
bool proc_acts_on_interrupt(void);

/* The interrupt key was typed: asks announce(), if there is one, and ends the job in the
 * foreground.  False if there is none, but a program that acts on the key itself; or announce()
 * said so.  One caller at a time, for both. */
bool proc_interrupt(bool (*announce)(void));

/* The quit key was typed: ends what the shell has put into the foreground, with all that comes
 * from it, whatever it says, and asks announce() before.  False if that is the shell itself. */
bool proc_quit(bool (*announce)(void));

/* Lets the process `pid`, the caller's own or a descendant, run on those CPUs only,
 * with all its threads: E_INVAL_PID: none of these; E_INVAL_CPU: none of the CPUs runs.
 * When the call returns, a caller that it concerns runs on one of them.  Does not block. */
MUST_USE int proc_set_affinity(pid_t pid, cpu_mask affinity);

/* The CPUs that may run it; E_INVAL_PID. */
MUST_USE int proc_affinity(pid_t pid, cpu_mask *affinity);

/* Describes the process in the next used slot from *slot on and moves *slot past it; false if there
 * is none.  *slot begins at 0. */
bool proc_info_next(unsigned *slot, struct process_info *info);

/* So many processes there can be at once in this machine, without the root. */
unsigned proc_limit(void);

/* Processes that are not freed yet, without the root. */
unsigned proc_count(void);

/* Read-only pages of programs that were run, which are kept for the next time. */
uint32_t proc_text_pages(void);

/* Panics unless the tree, its counts and quotas agree.  Call while no process is being created,
 * exits or is waited for. */
void proc_check(void);
