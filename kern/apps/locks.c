/* What the kernel's locks have cost (pcpu/lockstat.h), as a table. */
#include "apps/apps_priv.h"

#include "abi/info.h"
#include "dev/clock.h"
#include "dev/log.h"
#include "dev/panic.h"
#include "pcpu/lockstat.h"
#include "pcpu/spinlock.h"

static uint64_t to_nanoseconds(uint32_t cycles)
{
    return (uint64_t)cycles * 1000000 / (clock_rate() / 1000);
}

/* One line each for the longest time held and waited. */
static void print_longest(const char *what, uint32_t cycles, uintptr_t at)
{
    char place[LOCK_PLACE_MAX];

    if (!at)
        return;
    code_place(at, place, sizeof place);
    KERN_INFO("  %-24s longest %s %10llu ns: %s\n", "", what, to_nanoseconds(cycles), place);
}

static void print_class(const struct lock_figures *figures)
{
    KERN_INFO("  %-24s %10llu %10llu %12llu\n", figures->class->name, figures->taken,
              figures->contended, figures->turns);
    print_longest("held", figures->longest_hold, figures->held_at);
    print_longest("wait", figures->longest_wait, figures->waited_at);
}

void print_locks(bool all)
{
    struct lock_figures figures;
    unsigned number = 0, classes = 0, shown = 0;

    while (lockstat_next(&number, &figures)) {
        if (classes++ == 0)
            KERN_INFO("locks                           taken  contended        turns\n");
        if (!all && figures.contended == 0)
            continue;
        print_class(&figures);
        shown++;
    }
    if (classes > 0 && shown == 0)
        KERN_INFO("  none of the %u classes had to be waited for\n", classes);
}
