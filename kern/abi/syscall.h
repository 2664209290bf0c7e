/* System calls.  `int $0x30`: number in EAX, arguments in EBX, ECX, EDX, ESI, EDI;
 * returns the error (abi/error.h) in EAX and values in EBX, ECX, EDX, ESI, EDI.
 * A call that fails changes nothing.  One list: the kernel makes its table from it
 * (sys_NAME in kern/trap/), the library its numbers.
 *
 * `sysenter`, where the CPU has it, does the same in fewer steps.  It knows three arguments and
 * values only, in EBX, ESI, EDI, and does not preserve the flags: ECX is the stack pointer and
 * EDX the address to return with, and both are lost.  By either way, a register for a value that
 * the call does not have keeps what it held. */
#pragma once

#define SYSCALL_VECTOR 0x30

/*    name              number  arguments -> values */
#define SYSCALLS(X)                                                                     \
    X(puts,             0)  /* text, length                                         */  \
    X(getc,             1)  /* -> character; blocks until there is one              */  \
    X(spawn,            2)  /* "program arguments", quota in pages, CPU -> pid      */  \
    X(yield,            3)  /*                                                      */  \
    X(produce,          4)  /* buffer, item; blocks while the buffer is full        */  \
    X(consume,          5)  /* buffer -> item; blocks while the buffer is empty     */  \
    X(exit,             6)  /* status; does not return                              */  \
    X(wait,             7)  /* pid or WAIT_ANY -> pid, status; blocks               */  \
    X(kill,             8)  /* pid: the caller or a descendant                      */  \
    X(getpid,           9)  /* -> pid, parent's pid                                 */  \
    X(cpu,             10)  /* -> index of the current CPU, number of CPUs          */  \
    X(sbrk,            11)  /* bytes, signed -> the heap's old end                  */  \
    X(sleep,           12)  /* microseconds                                         */  \
    X(time,            13)  /* -> microseconds since boot: low word, high word      */  \
    X(buffer_configure, 14) /* buffer, capacity; only while it is empty and unused  */  \
    X(quota,           15)  /* -> pages: limit, used, delegated to children         */  \
    X(thread_create,   16)  /* entry, argument, stack top, two more -> number (below) */ \
    X(thread_exit,     17)  /* does not return; with the last one the process exits */  \
    X(thread_self,     18)  /* -> number in the process, from 1                     */  \
    X(futex_wait,      19)  /* word, expected value, microseconds or 0: no limit    */  \
    X(futex_wake,      20)  /* word, count -> how many threads were woken           */  \
    X(set_affinity,    21)  /* pid (0: the caller) or a descendant, CPUs: low word, high */ \
    X(get_affinity,    22)  /* the same -> low word, high word: bit n is CPU n      */  \
    X(process_info,    23)  /* slot, address -> next slot; begins at 0 (abi/info.h) */  \
    X(cpu_info,        24)  /* CPU, address                                         */  \
    X(memory_info,     25)  /* address                                              */  \
    X(archive_read,    26)  /* name, offset, address, size -> bytes read            */  \
    X(archive_info,    27)  /* index from 0, address (abi/info.h)                   */  \
    X(foreground,      28)  /* a descendant, or 0: the caller acts on Ctrl-C itself */  \
    X(buffer_info,     29)  /* buffer, address (abi/info.h)                         */  \
    X(buffer_empty,    30)  /* buffer -> how many items it threw away               */  \
    X(buffer_keep,     31)  /* buffer: for the caller and its later descendants     */  \
    X(exofork,         32)  /* -> id of the child, which begins with 0 there        */  \
    X(env_set_status,  33)  /* env, ENV_RUNNABLE or ENV_NOT_RUNNABLE                */  \
    X(env_set_trapframe, 34) /* env, address of a struct trapframe                  */  \
    X(env_set_pgfault_upcall, 35) /* env, function                                  */  \
    X(page_alloc,      36)  /* env, address, PTE_... permissions                    */  \
    X(page_map,        37)  /* env, address, env and address of the copy, permissions */ \
    X(page_unmap,      38)  /* env, address                                         */  \
    X(ipc_try_send,    39)  /* pid, value, page, rights: to one that is receiving   */  \
    X(ipc_recv,        40)  /* page, pid or 0 for any -> value, pid, rights; blocks */  \
    X(ipc_send,        41)  /* pid, value, page, rights; blocks until it receives   */  \
    X(ipc_call,        42)  /* pid, value -> value, pid; sends, receives the answer */  \
    X(ipc_reply_wait,  43)  /* pid or 0 for none, value -> value, pid; then receives */ \
    X(env_destroy,     44)  /* env; the caller exits with status 0                  */  \
    X(cgetc,           45)  /* -> character, or 0: none was typed                   */  \
    X(page_copy,       46)  /* env, address, permissions: a copy of the caller's page */ \
    X(pages_give,      47)  /* env, address, end -> how far; the caller's, copy on write */ \
    X(lock_info,       48)  /* number, address -> next number; begins at 0 (abi/info.h) */  \
    X(trace_mark,      49)  /* text: into the record of the run, if one is written  */

/* env: an id, the caller's or a descendant's; 0 is the caller.  What they do is JOS's
 * (abi/env.h has the constants), but for errors, which are those of abi/error.h; page_copy
 * and pages_give are not JOS's.
 *
 * page_copy: maps a copy of the caller's page at the same address of `env`.  In the caller's own
 * space the copy takes the page's place; or the permissions change, if no other process has the
 * page.  A page that is writable already stays.  Success may also mean that another thread is
 * about to do so.
 *
 * pages_give: maps the caller's pages up to the end at the same addresses of `env`, which is not
 * the caller.  Pages with PTE_W or PTE_COW lose PTE_W and get PTE_COW, here and there; those with
 * PTE_SHARE, and all others, are mapped as they are.  It returns the end, or where it had to
 * stop. */

/* ipc_...: a page from UTOP on is none.  Rights are those of abi/env.h: PTE_P | PTE_U and what
 * the sender's own mapping permits; 0 received: no page came. */

/* thread_create: the thread begins at `entry` with the argument in EAX, ESP at the stack top,
 * and, if it has a thread pointer, which is the fourth argument or 0, GS such that %gs:0 is
 * where that points.  The fifth is the top of its exception stack, one page with an unmapped
 * one below, for page faults that the program handles; or 0: UXSTACKTOP, which only one thread
 * can use at a time. */

#define CPU_ANY         0xFFFFFFFFu     /* spawn: where there is least to do */
#define WAIT_ANY        0               /* wait: any child */
#define COMMAND_MAX     256             /* spawn: bytes of "program arguments" with its 0 */
#define TRACE_MARK_MAX  48              /* trace_mark: bytes of a text with its 0 */
#define PUTS_MAX        512             /* puts: bytes in one call; one call is never mixed */

#define NUM_BUFFERS     16
#define BUFFER_CAPACITY_MAX 256
#define FIRST_KEEPABLE_BUFFER 8         /* buffer_keep: none can keep those below; */
#define KEPT_BUFFERS_MAX    4           /* and the most that a process may keep */

#define EXIT_STATUS_MAX 0xff            /* exit: larger statuses are cut to these bits */

/* Exit status of a process that did not call exit: what ended it. */
#define STATUS_KILLED   0x100
#define STATUS_FAULT    0x200           /* + the vector */

#ifdef __ASSEMBLER__

#define SYSCALL_NUMBER(name, number) .set SYS_##name, number;
SYSCALLS(SYSCALL_NUMBER)
#undef SYSCALL_NUMBER

#else

#include <stdbool.h>
#include <stdint.h>

#define SYSCALL_NUMBER(name, number) SYS_##name = number,
enum syscall_number { SYSCALLS(SYSCALL_NUMBER) NUM_SYSCALLS };  /* all below it are used */
#undef SYSCALL_NUMBER

/* By EAX and EDX of CPUID leaf 1: Pentium Pros claim to have SYSENTER (SDM vol. 2). */
static inline bool cpuid_has_sysenter(uint32_t signature, uint32_t features)
{
    bool is_pentium_pro = (signature & 0xfff) < 0x633 && (signature & 0xf00) == 0x600;

    return (features & 1 << 11) && !is_pentium_pro;
}

#endif
