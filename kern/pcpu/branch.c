/* Branches: the NOP of five bytes becomes a jump of five bytes.  A processor that has changed code
 * must pass a jump before it runs that code (SDM vol. 3, 8.1.3): the return from here is one. */
#include "pcpu/branch.h"

#include "lib/string.h"
#include "pcpu/pcpu.h"

enum { JMP = 0xe9 };                    /* with a distance of four bytes, from the next
                                         * instruction (SDM vol. 2, JMP) */

/* What branch_is_on() leaves behind for each place; the linker names the ends (boot/kernel.ld). */
struct branch_place {
    uintptr_t at, target;
    uint32_t  which;
};
extern const struct branch_place __start_branch[], __stop_branch[];

static void make_jump(const struct branch_place *place)
{
    uint32_t distance = (uint32_t)(place->target - (place->at + BRANCH_SIZE));
    uint8_t jump[BRANCH_SIZE] = { JMP };

    memcpy(jump + 1, &distance, sizeof distance);
    memcpy((void *)place->at, jump, sizeof jump);
}

void branch_set(enum branch which)
{
    for (const struct branch_place *place = __start_branch; place < __stop_branch; place++)
        if (place->which == which)
            make_jump(place);
}
