/* The boot option sections=BOUND: no section with interrupts off may be longer. */
#include "apps/apps_priv.h"

#include "dev/log.h"
#include "dev/panic.h"
#include "init/init.h"
#include "pcpu/sections.h"

static unsigned section_bound, section_excess;

/* A place is where the section's first instruction is. */
static void judge_section(uintptr_t place, uint64_t longest)
{
    if (longest <= section_bound)
        return;
    section_excess++;
    KERN_INFO("section: %u instructions, from\n", (unsigned)longest);
    panic_print_address("    ", place - 1);
}

void sections_begin(void)
{
    section_bound = boot_option_number("sections", 0);
    if (section_bound)
        sections_start();
}

bool sections_are_short(void)
{
    if (section_bound)
        sections_for_each(judge_section);
    return section_excess == 0;
}
