/* Paint for kernel stacks, in debug builds. */
#include "pcpu/paint.h"

#include "pcpu/pcpu.h"

#ifdef DEBUG

enum { PAINTED_WORDS = 384 };

#define PAINT_TOP       0xf3000000u     /* the highest byte; the others are mixed */

static uint32_t paint = PAINT_TOP;      /* [I] */

void paint_init(void)
{
    paint = PAINT_TOP | ((uint32_t)rdtsc() * 2654435761u) >> 8;
}

/* From the stack pointer down nothing is in use: an interrupt that comes meanwhile uses this memory
 * and is gone when the loop goes on.  The stores are volatile: a compiler that made a call of
 * memset() out of them would have its frame there. */
__attribute__((noinline)) void paint_below(void)
{
    volatile uint32_t *word;

    __asm__ volatile("movl %%esp, %0" : "=r"(word));
    for (unsigned i = 0; i < PAINTED_WORDS; i++)
        *--word = paint;
}

bool paint_is_in(const void *bytes, size_t size)
{
    const uint32_t *words = bytes;

    for (size_t i = 0; i < size / sizeof *words; i++)
        if (words[i] == paint)
            return true;
    return false;
}

#endif
