/* Attack: processes ask for everything that can be asked, as fast as they can, while others are
 * born and die.
 *
 * Must hold: each answer is of some moment: names end, counts are within their bounds. */
#include "attack.h"
#include "check.h"
#include "info.h"
#include "proc.h"
#include "stdlib.h"
#include "string.h"

enum { SPIES = 3, BIRTHS = 12, PAGES = 40 };

static void ask_once(void)
{
    struct process_info process;
    struct memory_info memory;
    struct cpu_info cpu;

    for (unsigned slot = 0; sys_process_info(&slot, &process) == 0;) {
        CHECK(strnlen(process.name, INFO_NAME_MAX) < INFO_NAME_MAX);
        CHECK(process.state <= INFO_EXITED && process.used <= process.limit);
        CHECK(process.id > 0);
    }
    CHECK_EQ(sys_memory_info(&memory), 0);
    CHECK(memory.free <= memory.pages && memory.processes <= memory.processes_max);
    CHECK(memory.threads >= memory.processes / 2);
    for (unsigned i = 0; i < cpu_count(); i++)
        CHECK_EQ(sys_cpu_info(i, &cpu), 0);
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    int spies[SPIES];

    if (attack_is(argc, argv, "spy"))
        while (check_result() == EXIT_SUCCESS)
            ask_once();
    for (unsigned i = 0; i < SPIES; i++)
        spies[i] = attack_start(argv, size, "spy", PAGES);
    for (unsigned i = 0; i < BIRTHS * size; i++)
        CHECK_EQ(run("true", PAGES), EXIT_SUCCESS);
    for (unsigned i = 0; i < SPIES; i++)
        CHECK_EQ(attack_end(spies[i]), STATUS_KILLED);
    return check_result();
}
