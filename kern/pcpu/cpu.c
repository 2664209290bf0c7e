/* CPUs: segments and task state. */
#include "pcpu/pcpu.h"

#include "lib/assert.h"
#include "lib/string.h"
#include "pcpu/fpu.h"

/* The access byte of descriptors: present, privilege, kind (SDM vol. 3, 3.4.5.1, 7.2.2). */
enum {
    KERNEL_CODE = 0x9a, KERNEL_DATA = 0x92, USER_CODE = 0xfa, USER_DATA = 0xf2,
    AVAILABLE_TSS = 0x89,
    ACCESSED = 1,                       /* of code and data: set by the CPU when it loads one */
};

struct cpu cpus[NUM_CPUS];
unsigned cpus_end;

/* A flat 4 GB segment (SDM vol. 3, 3.4.5). */
static uint64_t flat_segment(uint8_t access)
{
    return 0x00cf00000000ffffull | (uint64_t)access << 40;
}

/* The base lies in bits 16 to 39 and 56 to 63.  Marked as accessed already: else each load of
 * GS would write to the table (SDM vol. 3, 3.4.5.1).  SUBTLE: thread-pointer */
uint64_t cpu_tls_segment(uint32_t base)
{
    return flat_segment(USER_DATA | ACCESSED) | (uint64_t)(base & 0xffffff) << 16 |
           (uint64_t)(base >> 24) << 56;
}

/* An available 32-bit TSS (SDM vol. 3, 7.2.2). */
static uint64_t tss_segment(const struct tss *tss)
{
    uint64_t base = (uintptr_t)tss;
    return (sizeof *tss - 1) | (base & 0xffffff) << 16 | (uint64_t)AVAILABLE_TSS << 40 |
           (base >> 24) << 56;
}

static void load_segments(const struct cpu *cpu)
{
    struct {
        uint16_t limit;
        uint32_t base;
    } __attribute__((packed)) gdtr = { sizeof cpu->gdt - 1, (uintptr_t)cpu->gdt };

    __asm__ volatile("lgdt %0\n\t"
                     "ljmp %1, $1f\n"
                     "1:\tmovw %w2, %%ds\n\t"
                     "movw %w2, %%es\n\t"
                     "movw %w2, %%ss\n\t"
                     "movw %w3, %%fs\n\t"
                     "movw %w3, %%gs\n\t"
                     "ltr %w4"
                     : : "m"(gdtr), "i"(SEG_KERNEL_CODE), "r"(SEG_KERNEL_DATA),
                       "r"(SEG_USER_DATA), "r"(SEG_TSS) : "memory");
}

void cpu_init(unsigned index)
{
    struct cpu *cpu = &cpus[index];

    cpu->index = index;
    current_context()->cpu = cpu;
    if (index >= cpus_end)
        __atomic_store_n(&cpus_end, index + 1, __ATOMIC_RELEASE);
    cpu->gdt[SEG_KERNEL_CODE / 8] = flat_segment(KERNEL_CODE);
    cpu->gdt[SEG_KERNEL_DATA / 8] = flat_segment(KERNEL_DATA);
    cpu->gdt[SEG_USER_CODE / 8] = flat_segment(USER_CODE);
    cpu->gdt[SEG_USER_DATA / 8] = flat_segment(USER_DATA);
    cpu->gdt[SEG_TSS / 8] = tss_segment(&cpu->tss);
    cpu->gdt[SEG_FAULT_TSS / 8] = tss_segment(&cpu->fault_tss);
    cpu->gdt[SEG_USER_TLS / 8] = cpu_tls_segment(0);
    cpu->tss.ss0 = SEG_KERNEL_DATA;
    cpu->tss.esp0 = (uintptr_t)current_context();
    cpu->tss.io_map_base = sizeof cpu->tss;     /* beyond the limit: no port is allowed */
    load_segments(cpu);
    fpu_init();
}

/* SUBTLE: double-fault */
void cpu_set_double_fault(struct cpu *cpu, void *slot_end, void (*handler)(void), uint32_t cr3)
{
    struct context *context = (struct context *)((uintptr_t)slot_end - THREAD_AREA);

    memset(context, 0, sizeof *context);
    context->cpu = cpu;
    context->lock_depth = 1;            /* interrupts stay off on this stack */
    cpu->fault_tss = (struct tss){
        .cr3 = cr3, .eip = (uintptr_t)handler, .eflags = 2, .esp = (uintptr_t)context,
        .cs = SEG_KERNEL_CODE, .ss = SEG_KERNEL_DATA, .ds = SEG_KERNEL_DATA,
        .es = SEG_KERNEL_DATA, .fs = SEG_USER_DATA, .gs = SEG_USER_DATA,
        .io_map_base = sizeof cpu->fault_tss,
    };
}

/* Written anew, the descriptors say "available" instead of "busy": LTR wants that of the one, and
 * the next double fault's task switch of the other (SDM vol. 3, 7.2.2). */
void cpu_leave_double_fault(struct cpu *cpu)
{
    cpu->gdt[SEG_TSS / 8] = tss_segment(&cpu->tss);
    cpu->gdt[SEG_FAULT_TSS / 8] = tss_segment(&cpu->fault_tss);
    __asm__ volatile("ltr %w0" : : "r"(SEG_TSS) : "memory");
}
