/* FPU and SSE state of user programs.  SUBTLE: fpu-state */
#include "pcpu/fpu.h"

#include "lib/string.h"
#include "pcpu/pcpu.h"

#define MXCSR_DEFAULT   0x1f80          /* all exceptions masked (SDM vol. 1, 10.2.3) */

void fpu_init(void)
{
    write_cr0((read_cr0() & ~CR0_EM) | CR0_MP | CR0_NE | CR0_TS);
    write_cr4(read_cr4() | CR4_OSFXSR | (cpu_features.sse ? CR4_OSXMMEXCPT : 0));
}

void fpu_save(struct fpu_state *state)
{
    __asm__ volatile("fxsave %0" : "=m"(*state));
}

/* AMD's CPUs leave the x87 code and data pointers as they are, unless the image has an exception
 * pending (AMD64 APM vol. 5, FXRSTOR): they would tell where another program ran.  FNINIT clears
 * them, and waits for nothing. */
static void fpu_restore(const struct fpu_state *state)
{
    __asm__ volatile("fninit\n\tfxrstor %0" : : "m"(*state));
}

void fpu_start(struct fpu_state *state)
{
    /* An image as FNINIT leaves it, with all registers zero (SDM vol. 1, 8.1.3 and 10.5.1). */
    *state = (struct fpu_state){ .image = {
        [0] = 0x7f, [1] = 0x03,                                 /* control word */
        [24] = MXCSR_DEFAULT & 0xff, [25] = MXCSR_DEFAULT >> 8,
    } };
    clts();
    fpu_restore(state);
}

void fpu_switch(struct fpu_state *from, struct fpu_state *to)
{
    if (from)
        fpu_save(from);
    if (to) {
        clts();
        fpu_restore(to);
    } else if (from) {
        write_cr0(read_cr0() | CR0_TS);
    }
}

/* Interrupts are off, so that no switch comes while XMM0 is not the program's. */
static void clear_by_sse(char *page)
{
    uint8_t xmm0[16];
    uint32_t cr0 = read_cr0();
    char *end = page + PAGE_SIZE;

    clts();
    __asm__ volatile("movups %%xmm0, %[xmm0]\n\t"
                     "xorps %%xmm0, %%xmm0\n"
                     "1:\n\t"
                     ".set offset, 0\n\t"
                     ".rept 64\n\t"
                     "movaps %%xmm0, offset(%[page])\n\t"
                     ".set offset, offset + 16\n\t"
                     ".endr\n\t"
                     "addl $1024, %[page]\n\t"
                     "cmpl %[end], %[page]\n\t"
                     "jb 1b\n\t"
                     "movups %[xmm0], %%xmm0"
                     : [page] "+r"(page), [xmm0] "=m"(xmm0) : [end] "r"(end) : "memory", "cc");
    write_cr0(cr0);
}

void fpu_clear_page(void *page)
{
    if (!cpu_features.sse) {
        memset(page, 0, PAGE_SIZE);
        return;
    }
    uint32_t flags = intr_save();
    clear_by_sse(page);
    intr_restore(flags);
}

/* The same for copying. */
static void copy_by_sse(char *to, const char *from)
{
    uint8_t xmm0[16];
    uint32_t cr0 = read_cr0();
    const char *end = from + PAGE_SIZE;

    clts();
    __asm__ volatile("movups %%xmm0, %[xmm0]\n"
                     "1:\n\t"
                     ".set offset, 0\n\t"
                     ".rept 64\n\t"
                     "movups offset(%[from]), %%xmm0\n\t"
                     "movaps %%xmm0, offset(%[to])\n\t"
                     ".set offset, offset + 16\n\t"
                     ".endr\n\t"
                     "addl $1024, %[from]\n\t"
                     "addl $1024, %[to]\n\t"
                     "cmpl %[end], %[from]\n\t"
                     "jb 1b\n\t"
                     "movups %[xmm0], %%xmm0"
                     : [from] "+r"(from), [to] "+r"(to), [xmm0] "=m"(xmm0) : [end] "r"(end)
                     : "memory", "cc");
    write_cr0(cr0);
}

void fpu_copy_page(void *to, const void *from)
{
    if (!cpu_features.sse) {
        memcpy(to, from, PAGE_SIZE);
        return;
    }
    uint32_t flags = intr_save();
    copy_by_sse(to, from);
    intr_restore(flags);
}
