/* The interrupt descriptor table: one for all CPUs, never written after boot. */
#include "trap/trap_priv.h"

#include "abi/error.h"
#include "abi/syscall.h"
#include "dev/panic.h"
#include "lib/string.h"
#include "pcpu/paint.h"
#include "thread/big_lock.h"
#include "trap/offsets_priv.h"
#include "vmm/kstack.h"

/* What entry.S takes for granted. */
_Static_assert(sizeof(struct trapframe) == FRAME_SIZE, "frame");
_Static_assert(offsetof(struct trapframe, regs.eax) == FRAME_EAX, "frame");
_Static_assert(offsetof(struct trapframe, vector) == FRAME_VECTOR, "frame");
_Static_assert(offsetof(struct context, cpu) == CONTEXT_CPU, "context");
_Static_assert(offsetof(struct context, pending) == CONTEXT_PENDING, "context");
_Static_assert(offsetof(struct context, system_calls) == CONTEXT_SYSTEM_CALLS, "context");
_Static_assert(offsetof(struct cpu, need_resched) == 0, "cpu");
_Static_assert(SEG_USER_CODE == USER_CODE && SEG_USER_DATA == USER_DATA &&
               SEG_KERNEL_DATA == KERNEL_DATA, "selectors");
_Static_assert((EFLAGS_IF | EFLAGS_ALWAYS_SET) == FLAGS_ON_ENTRY, "flags");

#define STUB_SIZE       16
#define NUM_VECTORS     256

/* SDM vol. 3, 6.11 */
#define INTERRUPT_GATE  0x8e00          /* present, DPL 0, 32-bit */
#define TASK_GATE       0x8500
#define DPL_USER        0x6000

struct gate {
    uint16_t offset_low, selector, flags, offset_high;
};

extern const char trap_stubs[], trap_return[], system_call_return[];    /* entry.S */
void double_fault_entry(void);
void sysenter_entry(void), sysenter_by_gate(void);

/* Three bytes of the common entry, which trap_init() makes a CLAC while text is still writable:
 * CPUs without SMAP do not know the instruction (SDM vol. 2, CLAC). */
extern char trap_clac[];
static const uint8_t clac_instruction[] = { 0x0f, 0x01, 0xca };

static struct gate idt[NUM_VECTORS] __attribute__((aligned(8)));

static void set_gate(unsigned vector, uint16_t flags)
{
    uintptr_t stub = (uintptr_t)trap_stubs + vector * STUB_SIZE;

    idt[vector] = (struct gate){ .offset_low = stub & 0xffff, .selector = SEG_KERNEL_CODE,
                                 .flags = flags, .offset_high = stub >> 16 };
}

/* User mode may call the system call gate, and INT3 and INTO, which are instructions of its
 * own; INT n to any other vector is a protection fault.  A double fault switches to a task of
 * its own: the kernel stack may be what is broken (SDM vol. 3, 6.15, vector 8). */
void trap_init(void)
{
    if (cpu_features.smap)
        memcpy(trap_clac, clac_instruction, sizeof clac_instruction);
    for (unsigned vector = 0; vector < NUM_VECTORS; vector++)
        set_gate(vector, INTERRUPT_GATE);
    set_gate(VECTOR_BREAKPOINT, INTERRUPT_GATE | DPL_USER);
    set_gate(VECTOR_OVERFLOW, INTERRUPT_GATE | DPL_USER);
    set_gate(SYSCALL_VECTOR, INTERRUPT_GATE | DPL_USER);
    idt[VECTOR_DOUBLE_FAULT] = (struct gate){ .selector = SEG_FAULT_TSS, .flags = TASK_GATE };
    paint_init();
    panic_trap_returns[0] = (uintptr_t)trap_return;
    panic_trap_returns[1] = (uintptr_t)system_call_return;
}

void trap_init_cpu(void)
{
    load_idt(idt, sizeof idt);
}

void trap_init_system_calls(void)
{
    if (cpu_features.sysenter) {
        wrmsr(MSR_SYSENTER_CS, SEG_KERNEL_CODE);
        wrmsr(MSR_SYSENTER_EIP,
              (uintptr_t)(big_lock_is_on ? sysenter_by_gate : sysenter_entry));
    }
}

/* No thread lives on that stack. */
int trap_prepare_cpu(struct cpu *cpu)
{
    void *slot_end;
    int error = kstack_alloc(&quota_root, &slot_end);

    if (error)
        return error;
    memset((char *)slot_end - THREAD_AREA, 0, THREAD_AREA);
    cpu_set_double_fault(cpu, slot_end, double_fault_entry, read_cr3());
    return 0;
}
