/* The boot option edges: which locks were taken while others were held, for
 * scripts/check/lockcheck. */
#include "apps/apps_priv.h"

#include "dev/log.h"
#include "init/init.h"
#include "lib/options.h"
#include "pcpu/lock_edges.h"
#include "pcpu/spinlock.h"

static void print_edge(const struct lock_class *held, const struct lock_class *taken)
{
    KERN_INFO("lock edge: %s > %s\n", held->name, taken->name);
}

void lock_edges_print(void)
{
    if (option_present(boot_command_line(), "edges"))
        lock_edges_for_each(print_edge);
}
