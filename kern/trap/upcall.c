/* Page faults that a program handles itself, after JOS: the kernel puts a description of the
 * fault on the program's exception stack and lets the program go on in its handler.  From there
 * the handler returns to where the fault was without the kernel's help: all that was in
 * registers is in the description.
 *
 * Nothing here trusts the program: the description is written by copy_to_user(), and a handler
 * that cannot be entered ends its process.  SUBTLE: upcall-return */
#include "trap/trap_priv.h"

#include "abi/env.h"
#include "lib/string.h"
#include "thread/thread.h"
#include "vmm/space.h"
#include "vmm/usercopy.h"

/* So often may the same fault come in a row, with the same registers and while nothing is mapped
 * or unmapped in the whole space: then the handler does not handle it. */
enum { FAULT_LOOP = 4096 };

enum { INSTRUCTION_MAX = 15 };          /* bytes (SDM vol. 2, 2.3.11) */

/* Where the thread's exception stack begins, which is one page. */
static uaddr_t exception_stack_top(void)
{
    uaddr_t own = thread_current()->exception_stack;

    return own ? own : UXSTACKTOP;
}

/* A fault on the exception stack is one in the handler.  Below that stack there is an unmapped
 * page: ESP is there if the handler used up more. */
static bool is_nested(uaddr_t esp)
{
    return esp < exception_stack_top() && exception_stack_top() - esp < 2 * PAGE_SIZE;
}

/* Where the description goes.  A nested one leaves a word free above it, to which the outer
 * handler's return address will be moved on the way back. */
static uaddr_t place_for(uaddr_t esp)
{
    uaddr_t top = is_nested(esp) ? esp - sizeof(uint32_t) : exception_stack_top();

    return ROUND_DOWN(top, (uint32_t)sizeof(uint32_t)) - sizeof(struct UTrapframe);
}

/* A number that says which fault this is (FNV-1a over words). */
static uint32_t fault_fingerprint(const struct UTrapframe *fault)
{
    uint32_t words[sizeof *fault / sizeof(uint32_t)];
    uint32_t hash = 2166136261u;

    memcpy(words, fault, sizeof words);
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        hash = (hash ^ words[i]) * 16777619u;
    return hash;
}

static bool is_loop(const struct UTrapframe *fault)
{
    struct thread *thread = thread_current();
    uint32_t which = fault_fingerprint(fault);
    uint32_t changes = __atomic_load_n(&thread->space->changes, __ATOMIC_RELAXED);

    if (thread->last_fault.which != which || thread->last_fault.changes != changes) {
        thread->last_fault.which = which;
        thread->last_fault.changes = changes;
        thread->last_fault.times = 0;
    }
    return ++thread->last_fault.times > FAULT_LOOP;
}

/* The CPU sets RF in the flags that it saves, so that they could resume the instruction (SDM
 * vol. 3, 6.8.3); the program had not.  What PUSHAL has saved as ESP is the kernel's. */
static struct UTrapframe describe_fault(const struct trapframe *frame, uaddr_t address)
{
    struct UTrapframe fault = {
        .fault_va = address, .err = frame->error, .regs = frame->regs,
        .eip = frame->eip, .eflags = frame->eflags & ~(uint32_t)EFLAGS_RF, .esp = frame->esp,
    };

    fault.regs.unused_esp = 0;
    return fault;
}

/* Compiled code expects the direction flag to be clear when a function is entered (System V ABI
 * i386, 2.2.3); the handler's return brings back what it was. */
const char *upcall_enter(struct trapframe *frame, uaddr_t handler, uaddr_t address)
{
    struct UTrapframe fault = describe_fault(frame, address);
    uaddr_t place = place_for(frame->esp);

    if (handler < VM_USERLO || handler >= UTOP)
        return "its address is not the program's";
    if (frame->eip == handler && address - handler < INSTRUCTION_MAX)
        return "fault loop: it cannot be executed";
    if (place < exception_stack_top() - PAGE_SIZE)
        return "exception stack overflow";
    if (is_loop(&fault))
        return "fault loop: the same fault again and again";
    if (copy_to_user(place, &fault, sizeof fault))
        return "no exception stack";
    frame->eip = handler;
    frame->esp = place;
    frame->eflags &= ~(uint32_t)(EFLAGS_DF | EFLAGS_RF);
    return NULL;
}
