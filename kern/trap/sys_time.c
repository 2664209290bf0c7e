/* System calls on CPUs and time. */
#include "trap/syscall_priv.h"

#include "dev/clock.h"
#include "pcpu/pcpu.h"
#include "thread/sched.h"
#include "trap/sysarg_priv.h"

int sys_yield(struct trapframe *frame)
{
    (void)frame;
    thread_yield();
    return 0;
}

/* CPUs that run; their numbers have a gap if one of them did not answer at boot. */
static unsigned count_cpus(void)
{
    unsigned count = 0;

    FOR_EACH_ONLINE_CPU(cpu)
        count++;
    return count;
}

int sys_cpu(struct trapframe *frame)
{
    sysret(frame, 0, get_pcpu_idx());
    sysret(frame, 1, count_cpus());
    return 0;
}

int sys_sleep(struct trapframe *frame)
{
    return thread_sleep_until(clock_us() + sysarg(frame, 0));
}

int sys_time(struct trapframe *frame)
{
    uint64_t now = clock_us();

    sysret(frame, 0, (uint32_t)now);
    sysret(frame, 1, (uint32_t)(now >> 32));
    return 0;
}
