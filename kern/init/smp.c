/* Bringing up the other CPUs. */
#include "init/init_priv.h"

#include "dev/ap.h"
#include "dev/lapic.h"
#include "dev/log.h"
#include "dev/machine.h"
#include "pmm/pmm.h"
#include "thread/thread.h"
#include "trap/trap.h"
#include "vmm/vmm.h"

static unsigned online = 1;

/* The first C code of another CPU, on its idle thread's stack. */
NORETURN static void ap_main(void)
{
    cpu_init(this_cpu()->index);
    trap_init_cpu();
    trap_init_system_calls();
    vmm_init_ap();
    lapic_init();
    lapic_timer_start();
    sched_idle();
}

static void start_cpu(unsigned cpu)
{
    void *stack_top;

    cpus[cpu].index = cpu;
    cpus[cpu].apic_id = machine.apic_id[cpu];
    if (thread_create_idle(cpu, &stack_top) || trap_prepare_cpu(&cpus[cpu])) {
        KERN_WARN("CPU %u is not started: no memory for its stacks\n", cpu);
        return;
    }
    if (ap_start(cpu, stack_top, ap_main)) {
        KERN_WARN("CPU %u (APIC id %u) does not answer; last stage: %s.  Going on without.\n",
                  cpu, machine.apic_id[cpu], ap_stage_name());
        return;
    }
    while (!__atomic_load_n(&cpus[cpu].online, __ATOMIC_ACQUIRE))
        pause();
    online++;
}

static void start_others(void)
{
    ap_place(pmm_start_page());
    for (unsigned cpu = 1; cpu < machine.ncpus; cpu++)
        start_cpu(cpu);
}

void smp_start(unsigned expected)
{
    if (pmm_start_page())
        start_others();
    else if (machine.ncpus > 1)
        KERN_WARN("no memory below 640 KB for other CPUs to start in: only this one is used\n");
    KERN_INFO("%u of %u CPUs run (%s)\n", online, machine.ncpus, machine.source);
    if (expected && expected != online)
        KERN_WARN("WRONG NUMBER OF CPUS: cpus=%u was said, %u run\n", expected, online);
}

unsigned smp_online(void)
{
    return online;
}
