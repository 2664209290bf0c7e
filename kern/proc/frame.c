/* With which registers programs may run. */
#include "proc/proc_priv.h"

/* SDM vol. 1, 3.4.3: what a program may set by itself.  Not the I/O privilege, nor the nested task
 * and virtual 8086 flags: an IRET would act on them. */
enum {
    FLAGS_STATUS = 0x8d5,               /* CF PF AF ZF SF OF */
    FLAGS_ID = 0x200000,
    FLAGS_FREE = FLAGS_STATUS | EFLAGS_TF | EFLAGS_DF | EFLAGS_AC | FLAGS_ID,
};

struct trapframe process_first_frame(uaddr_t entry, uaddr_t stack)
{
    return (struct trapframe){
        .es = SEG_USER_DATA, .ds = SEG_USER_DATA,
        .eip = entry, .cs = SEG_USER_CODE,
        .eflags = EFLAGS_IF | EFLAGS_ALWAYS_SET,
        .esp = stack, .ss = SEG_USER_DATA,
    };
}

struct trapframe process_sanitise_frame(const struct trapframe *frame)
{
    struct trapframe sane = process_first_frame(frame->eip, frame->esp);

    sane.regs = frame->regs;
    sane.eflags |= frame->eflags & FLAGS_FREE;
    return sane;
}
