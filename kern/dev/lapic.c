/* The local APIC (SDM vol. 3, chapter 10).
 *
 * Its registers lie in memory, or in x2APIC mode in MSRs (10.12).  The kernel takes the mode in
 * which the firmware left the boot processor: some CPUs do not let it be left again
 * (LEGACY_XAPIC_DISABLED), and firmware chooses it where ids need more than 8 bits.  The other
 * CPUs follow. */
#include "dev/lapic.h"

#include "dev/machine.h"
#include "lib/assert.h"
#include "pcpu/pcpu.h"
#include "pcpu/sched_point.h"
#include "pcpu/trace.h"
#include "pcpu/vectors.h"

#define MSR_APIC_BASE       0x1b        /* 10.4.4, 10.12.1 */
#define BASE_X2APIC         0x400u
#define BASE_ENABLED        0x800u
#define BASE_ADDRESS        0xffffff000ull
#define LAPIC_BASE          0xfee00000u /* where the registers are after a reset */
#define MSR_REGISTERS       0x800       /* 10.12.1.2: one for each 16 bytes of memory */

#define ID                  0x020       /* registers: table 10-1 */
#define VERSION             0x030
#define TASK_PRIORITY       0x080
#define END_OF_INTERRUPT    0x0b0
#define SPURIOUS            0x0f0
#define ERROR_STATUS        0x280
#define COMMAND_LOW         0x300
#define COMMAND_HIGH        0x310
#define LVT_TIMER           0x320
#define LVT_PERFORMANCE     0x340
#define LVT_LINT0           0x350
#define LVT_LINT1           0x360
#define LVT_ERROR           0x370
#define TIMER_INITIAL       0x380
#define TIMER_CURRENT       0x390
#define TIMER_DIVIDE        0x3e0

#define SPURIOUS_ENABLE     0x100
#define LVT_MASKED          0x10000
#define LVT_PERIODIC        0x20000
#define DIVIDE_BY_1         0x0b
#define VERSION_LVT_SHIFT   16          /* number of LVT entries - 1 */
#define LVT_WITH_PERFORMANCE 4

#define DELIVER_FIXED       0x00000     /* the command register: 10.6.1 */
#define DELIVER_NMI         0x00400     /* also in the LVT */
#define DELIVER_INIT        0x00500
#define DELIVER_STARTUP     0x00600
#define DELIVERY_PENDING    0x01000
#define LEVEL_ASSERT        0x04000
#define XAPIC_ID_SHIFT      24          /* in ID and COMMAND_HIGH */
#define XAPIC_ID_MAX        0xfeu       /* 0xff means all */

enum { DELIVERY_TURNS = 100000 };       /* far more than any delivery takes */

/* [I] set once, before other CPUs run  [a] atomic */
static bool x2apic;                     /* [I] */
static bool online[NUM_CPUS];           /* [a] */
static uint32_t timer_rate;             /* [I] */

static inline volatile uint32_t *register_at(uint32_t offset)
{
    return (volatile uint32_t *)(LAPIC_BASE + offset);
}

static inline uint32_t register_read(uint32_t offset)
{
    return x2apic ? (uint32_t)rdmsr(MSR_REGISTERS + offset / 16) : *register_at(offset);
}

static inline void register_write(uint32_t offset, uint32_t value)
{
    if (x2apic)
        wrmsr(MSR_REGISTERS + offset / 16, value);
    else
        *register_at(offset) = value;
}

/* Gives this CPU's APIC the boot processor's mode and its registers their usual address. */
static void settle_base(void)
{
    uint64_t base = rdmsr(MSR_APIC_BASE);
    uint64_t wanted = (base & ~BASE_ADDRESS) | LAPIC_BASE | BASE_ENABLED;

    if (get_pcpu_idx() == 0)
        x2apic = base & BASE_X2APIC;
    else if (base & BASE_X2APIC && !x2apic)
        KERN_PANIC("CPU %u is in x2APIC mode, but not the boot processor", get_pcpu_idx());
    if (x2apic)
        wanted |= BASE_X2APIC;
    if (wanted != base)
        wrmsr(MSR_APIC_BASE, wanted);
}

void lapic_init(void)
{
    settle_base();
    register_write(SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
    register_write(LVT_TIMER, LVT_MASKED);
    register_write(LVT_LINT0, LVT_MASKED); /* the PIC's interrupts: not used */
    register_write(LVT_LINT1, DELIVER_NMI); /* MADT entries of type 4 say so on all PCs */
    if ((register_read(VERSION) >> VERSION_LVT_SHIFT & 0xff) >= LVT_WITH_PERFORMANCE)
        register_write(LVT_PERFORMANCE, LVT_MASKED);
    register_write(LVT_ERROR, VECTOR_APIC_ERROR);
    lapic_error();
    lapic_eoi();                        /* whatever the firmware left unfinished */
    register_write(TASK_PRIORITY, 0);
    __atomic_store_n(&online[get_pcpu_idx()], true, __ATOMIC_RELEASE);
}

bool lapic_is_online(unsigned cpu)
{
    return __atomic_load_n(&online[cpu], __ATOMIC_ACQUIRE);
}

uint32_t lapic_id(void)
{
    return x2apic ? register_read(ID) : register_read(ID) >> XAPIC_ID_SHIFT;
}

uint32_t lapic_id_max(void)
{
    return x2apic ? LAPIC_ID_LIMIT - 1 : XAPIC_ID_MAX;
}

unsigned lapic_cpu_index(void)
{
    unsigned cpu = 0;

    if (!lapic_is_online(0))
        return 0;
    uint32_t id = lapic_id();
    while (cpu < machine.ncpus && machine.apic_id[cpu] != id)
        cpu++;
    return cpu < machine.ncpus ? cpu : 0;
}

void lapic_eoi(void)
{
    register_write(END_OF_INTERRUPT, 0);
}

uint32_t lapic_error(void)
{
    register_write(ERROR_STATUS, 0);    /* a write latches what has happened since the last */
    return register_read(ERROR_STATUS);
}

/* One write makes the command.  It may overtake earlier writes to memory, which the CPU that
 * gets the interrupt must see: hence the fences (10.12.3). */
static void send_x2apic(uint32_t apic_id, uint32_t command)
{
    __asm__ volatile("mfence; lfence" : : : "memory");
    wrmsr(MSR_REGISTERS + COMMAND_LOW / 16, (uint64_t)apic_id << 32 | command);
}

/* Both words make one command: nothing that sends may come between them. */
static void send_xapic(uint32_t apic_id, uint32_t command)
{
    uint32_t flags = read_eflags();

    cli();
    for (unsigned i = 0; i < DELIVERY_TURNS && (register_read(COMMAND_LOW) & DELIVERY_PENDING); i++)
        pause();
    register_write(COMMAND_HIGH, apic_id << XAPIC_ID_SHIFT);
    register_write(COMMAND_LOW, command);
    if (flags & EFLAGS_IF)
        sti();
}

static void send_command(uint32_t apic_id, uint32_t command)
{
    if (x2apic)
        send_x2apic(apic_id, command);
    else
        send_xapic(apic_id, command);
}

void lapic_send_ipi(unsigned cpu, uint8_t vector)
{
    sched_point(POINT_IPI);
    trace_note(TRACE_IPI, cpu, vector);
    send_command(machine.apic_id[cpu], DELIVER_FIXED | LEVEL_ASSERT | vector);
}

void lapic_send_nmi_others(void)
{
    unsigned self = lapic_cpu_index();

    for (unsigned cpu = 0; cpu < machine.ncpus; cpu++)
        if (cpu != self && lapic_is_online(cpu))
            send_command(machine.apic_id[cpu], DELIVER_NMI | LEVEL_ASSERT);
}

void lapic_send_init(uint32_t apic_id)
{
    send_command(apic_id, DELIVER_INIT | LEVEL_ASSERT);
}

void lapic_send_startup(uint32_t apic_id, uint8_t page)
{
    send_command(apic_id, DELIVER_STARTUP | LEVEL_ASSERT | page);
}

uint32_t lapic_timer_rate(void)
{
    return timer_rate;
}

void lapic_timer_set_rate(uint32_t rate)
{
    timer_rate = rate;
}

/* Writing the initial count starts the timer, so it comes last (10.5.4). */
static void start_timer(uint32_t lvt, uint32_t counts)
{
    register_write(TIMER_DIVIDE, DIVIDE_BY_1);
    register_write(LVT_TIMER, lvt);
    register_write(TIMER_INITIAL, counts);
}

void lapic_timer_start(void)
{
    KERN_ASSERT(timer_rate >= LAPIC_TIMER_INTR_FREQ);
    start_timer(LVT_PERIODIC | VECTOR_TIMER, timer_rate / LAPIC_TIMER_INTR_FREQ);
}

void lapic_timer_stop(void)
{
    register_write(LVT_TIMER, LVT_MASKED);
    register_write(TIMER_INITIAL, 0);
}

void lapic_timer_count(void)
{
    start_timer(LVT_MASKED, UINT32_MAX);
}

uint32_t lapic_timer_left(void)
{
    return register_read(TIMER_CURRENT);
}
