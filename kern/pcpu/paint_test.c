/* Tests of paint: what a function leaves unset is found. */
#include "pcpu/paint.h"

#include "lib/ktest.h"
#include "lib/string.h"
#include "pcpu/pcpu.h"

enum { WORDS = 40 };

/* Words that are never set, as the compiler cannot see. */
static __attribute__((noinline)) bool leaves_paint(unsigned set)
{
    uint32_t words[WORDS];

    __asm__("" : "=m"(words));
    memset(words, 0, set * sizeof words[0]);
    return paint_is_in(words, sizeof words);
}

/* Interrupts are off: a handler would run on the painted words. */
KTEST(pcpu, paint_shows_what_was_not_set)
{
    intr_local_disable();
    paint_below();
    EXPECT(leaves_paint(0));
    paint_below();
    EXPECT(leaves_paint(WORDS - 1));
    paint_below();
    EXPECT(!leaves_paint(WORDS));
    intr_local_enable();
}
