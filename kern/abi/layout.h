/* The memory map: one for the kernel and every program.
 *
 *   0xF8000000  devices, identity-mapped, uncached, kernel only
 *   0xF4000000  kernel windows, more of them
 *   0xF0000000  the framebuffer, where there is one, kernel only
 *   0xEFC00000  UVPT: the process's own page table, read-only to it
 *   0xEF800000  UTOP: end of what a process may map; read-only views above (UINFO)
 *   0xEF7FF000  user exception stack (one page), an unmapped page below it
 *   0xEF7FE000  USTACKTOP: user stack, grows down to USTACK_LO, unmapped below
 *   0x80000000  UTHREADS_LO: the stacks of threads, up to UTHREADS_HI (below)
 *   ...         heap: from the end of the program image up to UHEAP_HI
 *   0x40000000  VM_USERLO: program image
 *   0x38000000  kernel windows: kernel stacks, each with an unmapped guard below
 *   0x00000000  physical memory, identity-mapped with global pages; page 0 unmapped
 */
#pragma once

#define PAGE_SHIFT      12
#define PAGE_SIZE       0x1000
#define SUPERPAGE_SIZE  0x400000        /* what one page-directory entry maps */

#define KERNEL_LIMIT    0x38000000      /* physical memory above it is not used */
#define WINDOW_LO       KERNEL_LIMIT
#define WINDOW_HI       0x40000000
#define HIGH_WINDOW_LO  0xF4000000
#define HIGH_WINDOW_HI  DEVICE_LO

#define VM_USERLO       0x40000000
#define VM_PROGRAM_HI   0x60000000      /* a program image ends below it */
#define UHEAP_HI        0x80000000
#define UTHREADS_LO     UHEAP_HI
#define UTHREADS_HI     0xE0000000
#define USTACK_SIZE     0x100000
#define USTACKTOP       0xEF7FE000
#define USTACK_LO       (USTACKTOP - USTACK_SIZE)
#define UXSTACKTOP      0xEF800000
#define UTOP            0xEF800000
#define UINFO           0xEF800000
#define UVPT            0xEFC00000
#define VM_USERHI       0xF0000000
#define FRAMEBUFFER_LO  0xF0000000
#define FRAMEBUFFER_SIZE (HIGH_WINDOW_LO - FRAMEBUFFER_LO)
#define DEVICE_LO       0xF8000000

/* The stacks of a program's threads lie in slots, each of which has a page for what belongs to the
 * thread, the stack below it, and its exception stack above, with an unmapped page below each of
 * these two.  As soon as the thread's page is mapped, the others fill on demand. */
#define UTHREAD_SLOT            0x20000
#define UTHREAD_PAGE            (UTHREAD_SLOT - 3 * PAGE_SIZE)  /* offsets in a slot */
#define UTHREAD_EXCEPTION_PAGE  (UTHREAD_SLOT - PAGE_SIZE)

#ifndef NUM_CPUS                        /* a build for fewer may say so */
#define NUM_CPUS        64
#endif

/* GS of a thread that has a thread pointer: %gs:0 is where that points.  GS of other threads is
 * like DS (thread_create in abi/syscall.h). */
#define USER_TLS_SELECTOR 0x3b
