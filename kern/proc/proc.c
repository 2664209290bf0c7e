/* The start of this layer, and what a process may ask about itself. */
#include "proc/proc_priv.h"

#include "vmm/vmm.h"

void proc_init(const struct boot_module *modules, unsigned count)
{
    programs_init(modules, count);
    process_table_init();
    vmm_publish(envs, sizeof envs);
    reaper_init();
}

pid_t get_curid(void)
{
    return process_current()->id;
}

struct account proc_quota(void)
{
    return quota_account(process_quota(process_current()));
}
