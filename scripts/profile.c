/* A plugin of QEMU that counts how often each instruction is executed, from one time to the next
 * that the machine reaches one of some given addresses.  scripts/profile makes tables of it.
 *
 * Arguments: out=FILE, for a line `address count` each; at=ADDRESS, several times. */
#include "plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 1 << 14 };

/* One for each address; they are never freed, QEMU keeps pointers to them. */
struct counter {
    struct counter *next;               /* of the same line of the table */
    uint64_t        address, count;
};

static struct counter *counters[LINES];
static bool counting;
static FILE *output;

static struct counter *counter_of(uint64_t address)
{
    struct counter **line = &counters[address % LINES], *counter = *line;

    while (counter && counter->address != address)
        counter = counter->next;
    if (!counter) {
        counter = calloc(1, sizeof *counter);
        if (!counter)
            abort();
        *counter = (struct counter){ .next = *line, .address = address };
        *line = counter;
    }
    return counter;
}

/* Of the two instructions at which it begins and ends, the second is counted: so is the time
 * stamp counter that they read. */
static void executed(unsigned cpu, void *counter)
{
    (void)cpu;
    ((struct counter *)counter)->count += counting;
}

static void switched(unsigned cpu, void *counter)
{
    executed(cpu, counter);
    counting = !counting;
}

static void plugin_translated(struct qemu_plugin_tb *block)
{
    size_t count = qemu_plugin_tb_n_insns(block);

    for (size_t i = 0; i < count; i++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);
        uint64_t address = qemu_plugin_insn_vaddr(instruction);
        qemu_plugin_register_vcpu_insn_exec_cb(instruction,
                                               plugin_is_mark(address) ? switched : executed,
                                               NO_REGISTERS, counter_of(address));
    }
}

static void plugin_ended(void)
{
    for (unsigned line = 0; line < LINES; line++)
        for (const struct counter *counter = counters[line]; counter; counter = counter->next)
            if (counter->count > 0)
                fprintf(output, "%#llx %llu\n", (unsigned long long)counter->address,
                        (unsigned long long)counter->count);
    fclose(output);
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
    (void)info;
    return plugin_begin(id, argc, argv, &output, plugin_take_mark);
}
