/* Double faults: on a stack of their own, as the interrupted one may be full (pcpu/pcpu.h). */
#include "trap/trap_priv.h"

#include "dev/panic.h"
#include "thread/thread.h"
#include "vmm/kstack.h"
#include "vmm/space.h"
#include "vmm/tlb.h"

#define ERROR_IDT               2       /* the error code names a gate (SDM vol. 3, 6.13) */

enum { OVERFLOW_MARGIN = 64 };          /* what a push or a call may have needed */

/* An INT 8 in a program is a protection fault, as the gate is not the program's (idt.c).  But QEMU
 * 5.2 switches tasks before it looks at that.  Nothing is broken then: the program was
 * interrupted, and no error code was pushed, as it is for a double fault (SDM vol. 3, 6.13). */
static bool is_int_of_a_program(const struct cpu *cpu, uintptr_t esp)
{
    return (cpu->tss.cs & 3) == 3 && esp == cpu->fault_tss.esp;
}

/* The trap that it should have been.  The state of the program is in the TSS that the task switch
 * has left; its EIP is after the two bytes of the instruction. */
static struct trapframe *protection_fault(struct cpu *cpu)
{
    const struct tss *tss = &cpu->tss;
    struct trapframe *frame = (struct trapframe *)tss->esp0 - 1;

    *frame = (struct trapframe){
        .regs = { .edi = tss->edi, .esi = tss->esi, .ebp = tss->ebp, .ebx = tss->ebx,
                  .edx = tss->edx, .ecx = tss->ecx, .eax = tss->eax },
        .es = tss->es, .ds = tss->ds, .vector = VECTOR_PROTECTION,
        .error = VECTOR_DOUBLE_FAULT * 8 + ERROR_IDT, .eip = tss->eip - 2, .cs = tss->cs,
        .eflags = tss->eflags, .esp = tss->esp, .ss = tss->ss,
    };
    return frame;
}

/* A task switch sets TS, which is clear while a thread that uses the FPU runs. */
static void leave_task(struct cpu *cpu, const struct context *interrupted)
{
    cpu_leave_double_fault(cpu);
    write_cr3(page_address(space_active()->directory));
    if (((const struct thread *)interrupted)->uses_fpu)
        clts();
}

/* Runs as a task on its own stack; the interrupted state is in the CPU's TSS.  Returns only for a
 * program's INT 8. */
struct trapframe *double_fault(uintptr_t esp)
{
    const struct tss *tss = &this_cpu()->tss;

    if (is_int_of_a_program(this_cpu(), esp)) {
        leave_task(this_cpu(), (const struct context *)tss->esp0);
        return protection_fault(this_cpu());
    }
    uintptr_t slot = ROUND_DOWN(tss->esp, (uint32_t)KSTACK_SLOT);
    const struct context *context = (const void *)(slot + KSTACK_SLOT - THREAD_AREA);
    struct panic_place place = { .eip = tss->eip, .ebp = tss->ebp, .context = context };
    size_t guard = KSTACK_SLOT - KSTACK_PAGES * PAGE_SIZE;
    bool overflow = tss->esp % KSTACK_SLOT < guard + OVERFLOW_MARGIN;

    panic_at_place(&place, "%s, esp 0x%08x",
                   overflow ? "kernel stack overflow" : "double fault", tss->esp);
}
