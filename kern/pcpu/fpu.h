/* FPU and SSE state of user programs.  The kernel itself uses neither, but for clearing and copying
 * pages.
 *
 * A thread that has not used the FPU runs with CR0.TS set, so its first FPU instruction traps
 * (#NM) and gives it a fresh state of its own.  From then on its state is saved and restored at
 * each switch.  So no thread ever sees registers that another one left, a switch between
 * threads without FPU costs nothing, and a thread may move between CPUs freely. */
#pragma once

#include "lib/types.h"

struct fpu_state {
    uint8_t image[512];                 /* FXSAVE format (SDM vol. 1, 10.5.1) */
} __attribute__((aligned(16)));

/* Prepares this CPU's FPU: it belongs to no thread.  Interrupts off. */
void fpu_init(void);

/* `state` becomes that of a program that has just started, and is loaded into this CPU's FPU.
 * Interrupts off. */
void fpu_start(struct fpu_state *state);

/* Stores the FPU state of the running thread, which has used it. */
void fpu_save(struct fpu_state *state);

/* Switches this CPU's FPU between threads; NULL stands for one that has not used it.
 * Interrupts off. */
void fpu_switch(struct fpu_state *from, struct fpu_state *to);

/* Fills a page, aligned, with zeros: 16 bytes at a time where the CPU has SSE.  The program's
 * registers stay as they are. */
void fpu_clear_page(void *page);

/* Copies as much as a page holds to a page, which is aligned; `from` need not be.  They do not
 * overlap.  As above. */
void fpu_copy_page(void *to, const void *from);
