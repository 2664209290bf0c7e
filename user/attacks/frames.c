/* Attack: children are let go with registers that no program may have: the kernel's segments, its
 * stack and code, flags for I/O, virtual 8086 mode, nested tasks, interrupts off.
 *
 * Must hold: they run as programs, and end by an exception of their own. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdlib.h"

#define KERNEL_CODE     0x08u
#define KERNEL_DATA     0x10u

static const struct trapframe frames[] = {
    { .eip = 0x100000, .cs = KERNEL_CODE, .ds = KERNEL_DATA, .es = KERNEL_DATA, .ss = KERNEL_DATA },
    { .eip = 0xffffffff, .eflags = 0xffffffff, .esp = 0x38004000 },
    { .eip = VM_USERLO - 1, .eflags = 0x3000, .cs = 3 },
    { .eip = UTOP, .eflags = 0x20000, .cs = 0xffff, .ss = 0xffff },
    { .eip = UINFO, .eflags = 0x4000, .esp = UTOP },
    { .eip = 0, .eflags = 0, .ds = 0xffff, .es = 3 },
};

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);

    for (unsigned i = 0; i < size * ARRAY_SIZE(frames); i++) {
        const struct trapframe *frame = &frames[i % ARRAY_SIZE(frames)];
        int child = 0;

        CHECK_EQ(sys_exofork(&child), 0);
        CHECK_EQ(sys_env_set_trapframe(child, frame), 0);
        CHECK_EQ(sys_env_set_status(child, ENV_RUNNABLE), 0);
        CHECK_EQ(wait_status(child), STATUS_FAULT + 14);
    }
    return check_result();
}
