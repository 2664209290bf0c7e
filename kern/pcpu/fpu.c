/* FPU and SSE state of user programs. */
#include "pcpu/fpu.h"

#include "pcpu/pcpu.h"

#define MXCSR_DEFAULT   0x1f80          /* all exceptions masked (SDM vol. 1, 10.2.3) */

void fpu_init(void)
{
    write_cr0((read_cr0() & ~CR0_EM) | CR0_MP | CR0_NE | CR0_TS);
    write_cr4(read_cr4() | CR4_OSFXSR | (cpu_features.sse ? CR4_OSXMMEXCPT : 0));
}

static void save(struct fpu_state *state)
{
    __asm__ volatile("fxsave %0" : "=m"(*state));
}

static void restore(const struct fpu_state *state)
{
    __asm__ volatile("fxrstor %0" : : "m"(*state));
}

void fpu_start(struct fpu_state *state)
{
    /* An image as FNINIT leaves it, with all registers zero (SDM vol. 1, 8.1.3 and 10.5.1). */
    *state = (struct fpu_state){ .image = {
        [0] = 0x7f, [1] = 0x03,                                 /* control word */
        [24] = MXCSR_DEFAULT & 0xff, [25] = MXCSR_DEFAULT >> 8,
    } };
    clts();
    restore(state);
}

void fpu_switch(struct fpu_state *from, struct fpu_state *to)
{
    if (from)
        save(from);
    if (to) {
        clts();
        restore(to);
    } else if (from) {
        write_cr0(read_cr0() | CR0_TS);
    }
}
