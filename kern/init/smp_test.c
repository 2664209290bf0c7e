/* Test of how the other CPUs are brought up. */
#include "init/init_priv.h"

#include "dev/machine.h"
#include "lib/ktest.h"
#include "pcpu/pcpu.h"

KTEST(init, every_cpu_of_the_machine_runs)
{
    for (unsigned cpu = 0; cpu < machine.ncpus; cpu++)
        EXPECT(cpu_is_online(cpu));
}
