/* Exceptions: what user code did wrong ends its process with a report; the same in the kernel
 * stops the machine with one. */
#include "trap/trap_priv.h"

#include "abi/env.h"
#include "abi/error.h"
#include "abi/layout.h"
#include "abi/syscall.h"
#include "dev/panic.h"
#include "lib/assert.h"
#include "proc/proc.h"
#include "vmm/space.h"
#include "vmm/usercopy.h"

void end_process(const struct trapframe *frame)
{
    report_user_fault(frame, &(struct page_trouble){ 0 });
    proc_exit(STATUS_FAULT + frame->vector);
}

static struct panic_place place_of(const struct trapframe *frame)
{
    return (struct panic_place){ .eip = frame->eip, .ebp = frame->regs.ebp };
}

NORETURN static void kernel_fault(const struct trapframe *frame, uint32_t address)
{
    struct panic_place place = place_of(frame);

    if (frame->vector == VECTOR_PAGE_FAULT)
        panic_at_place(&place, "page fault in the kernel: %s at 0x%08x",
                       page_fault_kind(frame->error), address);
    panic_at_place(&place, "%s in the kernel, error code 0x%x", exception_name(frame->vector),
                   frame->error);
}

/* A fault that the kernel does not serve goes to the program's handler, if it has one. */
static void leave_to_program(struct trapframe *frame, struct page_trouble *trouble)
{
    const struct Env *env = thread_current()->env;

    trouble->handler = __atomic_load_n(&env->pgfault_upcall, __ATOMIC_RELAXED);
    if (trouble->handler && (frame->error & PAGE_FAULT_USER) && !from_virtual_8086(frame)) {
        trouble->problem = upcall_enter(frame, trouble->handler, trouble->address);
        if (!trouble->problem)
            return;
    }
    report_user_fault(frame, trouble);
    proc_exit(STATUS_FAULT + frame->vector);
}

/* A page fault in a region that is filled on demand is served whether the program touched it or
 * a user copy, which goes on at its fix-up if the page cannot be had.  From any other place the
 * kernel does not touch user memory, even where it could.  A program's fault in the rights of
 * the kernel cannot be served: it would come again and again (QEMU 7.2 reads the program's
 * stack like this in an IRET under SMAP). */
static void handle_page_fault(struct trapframe *frame)
{
    uint32_t address = read_cr2();      /* before anything can fault again */
    uint32_t go_on = frame->eip;
    bool user = from_user(frame);
    enum space_access access = frame->error & PAGE_FAULT_WRITE ? SPACE_WRITE : SPACE_READ;

    if (!user && !((frame->eflags & EFLAGS_IF) && usercopy_fixup(&go_on)))
        kernel_fault(frame, address);
    intr_local_enable();
    struct space *space = thread_current()->space;
    bool may_be_served = (!user || (frame->error & PAGE_FAULT_USER)) && space;
    int error = may_be_served ? space_fault(space, address, access) : E_INVAL_ADDR;
    if (error && user)
        leave_to_program(frame, &(struct page_trouble){ .address = address, .error = error });
    intr_local_disable();
    if (error && !user)
        frame->eip = go_on;
}

/* The trap flag of a program that single-steps into the kernel stops here.  SUBTLE: trap-flag */
static void handle_debug(struct trapframe *frame)
{
    if (from_user(frame)) {
        intr_local_enable();
        end_process(frame);
    }
    frame->eflags &= ~EFLAGS_TF;
}

/* From another CPU that panics; from the watchdog device if the kernel hangs; from any other source
 * it is only counted. */
static void handle_nmi(const struct trapframe *frame)
{
    struct panic_place place = place_of(frame);

    count_up(&this_cpu()->statistics.nmis);
    if (panic_nmi(&place))
        return;
    if (timer_is_silent())
        panic_at_place(&place, "hang: CPU 0 has taken no timer interrupt for a second");
}

void handle_fault(struct trapframe *frame)
{
    switch (frame->vector) {
    case VECTOR_PAGE_FAULT:
        handle_page_fault(frame);
        break;
    case VECTOR_NMI:
        handle_nmi(frame);
        break;
    case VECTOR_DEBUG:
        handle_debug(frame);
        break;
    case VECTOR_NO_FPU:
        if (from_user(frame) && !thread_current()->uses_fpu) {
            thread_use_fpu();
            break;
        }
        /* fall through */
    default:
        if (!from_user(frame))
            kernel_fault(frame, 0);
        intr_local_enable();
        end_process(frame);
    }
}
