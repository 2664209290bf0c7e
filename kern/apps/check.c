/* The invariants of all layers.  While all is quiet. */
#include "apps/apps_priv.h"

#include "ipc/ipc.h"
#include "pmm/pmm.h"
#include "proc/proc.h"
#include "thread/inspect.h"
#include "vmm/vmm.h"

void check_all_layers(void)
{
    pmm_check();
    vmm_check();
    thread_check();
    buffer_check();
    futex_check();
    proc_check();
}
