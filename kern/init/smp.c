/* Bringing up the other CPUs. */
#include "init/init_priv.h"

#include "dev/ap.h"
#include "dev/lapic.h"
#include "dev/log.h"
#include "dev/machine.h"
#include "pmm/pmm.h"
#include "thread/sched.h"
#include "trap/trap.h"
#include "vmm/vmm.h"

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
    while (!cpu_is_online(cpu))
        pause();
}

/* Returns how many of them run. */
static unsigned start_others(void)
{
    unsigned online = 0;

    ap_place(pmm_start_page());
    for (unsigned cpu = 1; cpu < machine.ncpus; cpu++) {
        start_cpu(cpu);
        online += cpu_is_online(cpu);
    }
    return online;
}

void smp_start(unsigned expected)
{
    unsigned online = 1;                /* this one will be */

    if (pmm_start_page())
        online += start_others();
    else if (machine.ncpus > 1)
        KERN_WARN("no memory below 640 KB for other CPUs to start in: only this one is used\n");
    KERN_INFO("%u of %u CPUs run (%s)\n", online, machine.ncpus, machine.source);
    if (expected && expected != online)
        KERN_WARN("WRONG NUMBER OF CPUS: cpus=%u was said, %u run\n", expected, online);
}
