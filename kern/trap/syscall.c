/* System calls: from the number to the function. */
#include "trap/syscall_priv.h"

#include "abi/error.h"
#include "abi/syscall.h"
#include "lib/assert.h"
#include "pcpu/paint.h"
#include "pcpu/trace.h"
#include "trap/trap_priv.h"

#ifdef DEBUG

/* A register that the call has changed must hold something that it has set. */
static void expect_set(const struct registers *before, const struct registers *after)
{
    const uint32_t *was = (const uint32_t *)before, *is = (const uint32_t *)after;

    for (size_t i = 0; i < sizeof *before / sizeof *was; i++)
        if (is[i] != was[i] && paint_is_in(&is[i], sizeof is[i]))
            KERN_PANIC("system call %u leaves what was never set in register %u of PUSHAL",
                       before->eax, (unsigned)i);
}

/* In debug builds each call goes by here: what its functions leave unset is paint. */
static __attribute__((noinline)) int watch_call(int (*call)(struct trapframe *),
                                                struct trapframe *frame)
{
    const struct registers before = frame->regs;

    paint_below();
    int error = call(frame);
    KERN_ASSERT(!paint_is_in(&error, sizeof error));
    expect_set(&before, &frame->regs);
    return error;
}

#define WATCHED_CALL(name, number)                                                      \
    static int watched_##name(struct trapframe *frame)                                  \
    {                                                                                   \
        return watch_call(sys_##name, frame);                                           \
    }
SYSCALLS(WATCHED_CALL)
#undef WATCHED_CALL

#define SYSCALL_ENTRY(name, number) [number] = watched_##name,

#else

#define SYSCALL_ENTRY(name, number) [number] = sys_##name,

#endif

int (*const system_calls[NUM_SYSCALLS])(struct trapframe *) = { SYSCALLS(SYSCALL_ENTRY) };
#undef SYSCALL_ENTRY

/* sysenter_entry calls by any number below NUM_SYSCALLS. */
#define ONE_MORE(name, number) + 1
_Static_assert(SYSCALLS(ONE_MORE) == NUM_SYSCALLS, "each number must have its call");
#undef ONE_MORE

/* [a] sysenter_entry takes the short way to the functions of calls below this number: of all, or of
 * none while calls are recorded. */
uint32_t fast_system_calls = NUM_SYSCALLS;

void trap_record_system_calls(bool on)
{
    __atomic_store_n(&fast_system_calls, on ? 0 : NUM_SYSCALLS, __ATOMIC_RELAXED);
}

void handle_system_call(struct trapframe *frame)
{
    uint32_t number = frame->regs.eax;

    if (number >= NUM_SYSCALLS) {
        frame->regs.eax = E_INVAL_CALLNR;
        return;
    }
    count_up(&current_context()->system_calls);
    trace_note(TRACE_CALL, number, frame->regs.ebx);
    int error = system_calls[number](frame);
    trace_note(TRACE_CALL_DONE, number, (uintptr_t)error);
    frame->regs.eax = (uint32_t)error;
}
