/* What CPUs remember of page tables (SDM vol. 3, 4.10).
 *
 * A CPU remembers mappings of the space it has loaded, and forgets them all when it loads
 * another one (only the kernel's are global).  space->active says which CPUs those are. */
#include "vmm/vmm_priv.h"

#include "lib/panic.h"
#include "pcpu/pcpu.h"

static bool is_active_elsewhere(const struct space *space, unsigned cpu)
{
    uint32_t others = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(space->active); i++) {
        uint32_t mask = __atomic_load_n(&space->active[i], __ATOMIC_SEQ_CST);
        others |= i == cpu / 32 ? mask & ~(1u << cpu % 32) : mask;
    }
    return others != 0;
}

/* The caller may have moved to another CPU since it changed the entries.  Then it has left the
 * space there, and the new CPU has loaded it after the change: neither remembers anything.
 *
 * A space runs on one CPU at a time; when threads share one, the others must be interrupted
 * here. */
void tlb_flush(const struct space *space, const uaddr_t *addresses, unsigned count)
{
    bool were_enabled = intr_are_enabled();

    KERN_ASSERT(current_context()->lock_depth == 0);
    intr_local_disable();
    KERN_ASSERT(!is_active_elsewhere(space, get_pcpu_idx()));
    if (space_active() == space)
        for (unsigned i = 0; i < count; i++)
            invlpg(addresses[i]);
    if (were_enabled)
        intr_local_enable();
}
