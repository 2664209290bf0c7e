/* A plugin of QEMU: lines of the kernel's memory that one CPU writes, and another one writes or
 * reads, while both of them run a part of a program that is marked; for scripts/sharing.
 *
 * A CPU comes into such a part, and out of it again, at instructions that are given.  When as many
 * parts have ended as there are CPUs, what they shared is written, and all is forgotten: that was
 * one round.  It need not have been at the same moment that they touched a line.
 *
 * Arguments: out=FILE, for lines `share round address cpu place read|write times`, those of a line
 * of memory together; text=BEGIN-END, the kernel's own code; at=ADDRESS, several times; cpus=N.
 * The guest's CPUs run in turn (-icount), so nothing here needs a lock. */
#include "plugin.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CPUS = 64, LINE = 64, PAGE = 4096, LINES = PAGE / LINE,
    LIMIT = 0x40000000,                 /* VM_USERLO */
};

/* What an instruction of a CPU did at an address of the line. */
struct access {
    struct access *next;
    uint32_t address, place, times;
    uint8_t  cpu;
    bool     writes;
};

struct page {
    struct access *lines[LINES];
};

static struct page *pages[LIMIT / PAGE];
static bool inside[CPUS];
static unsigned parts_ended, cpu_count = 2, round_number;
static uint32_t text_begin, text_end;
static FILE *output;

static void *allocate(size_t size)
{
    void *memory = calloc(1, size);

    if (!memory) {
        fprintf(stderr, "sharing: out of memory\n");
        exit(1);
    }
    return memory;
}

static struct access **line_of(uint32_t address)
{
    struct page **page = &pages[address / PAGE];

    if (!*page)
        *page = allocate(sizeof **page);
    return &(*page)->lines[address % PAGE / LINE];
}

static bool is_same(const struct access *one, const struct access *other)
{
    return one->address == other->address && one->place == other->place &&
           one->cpu == other->cpu && one->writes == other->writes;
}

static void note_access(const struct access *new)
{
    struct access **line = line_of(new->address), *access = *line;

    while (access && !is_same(access, new))
        access = access->next;
    if (!access) {
        access = allocate(sizeof *access);
        *access = *new;
        access->next = *line;
        *line = access;
    }
    access->times++;
}

static void accessed(unsigned cpu, uint32_t info, uint64_t address, void *place)
{
    struct access access = {
        .address = (uint32_t)address, .place = (uint32_t)(uintptr_t)place, .cpu = (uint8_t)cpu,
        .writes = qemu_plugin_mem_is_store(info),
    };

    if (address < LIMIT && cpu < CPUS && inside[cpu])
        note_access(&access);
}

/* --- rounds ------------------------------------------------------------------------------- */

/* Does one CPU write it, and another one touch it? */
static bool is_shared(const struct access *line)
{
    for (const struct access *writer = line; writer; writer = writer->next)
        for (const struct access *other = line; writer->writes && other; other = other->next)
            if (other->cpu != writer->cpu)
                return true;
    return false;
}

static void print_line(const struct access *line)
{
    for (const struct access *access = line; access; access = access->next)
        fprintf(output, "share %u %" PRIx32 " %u %" PRIx32 " %s %" PRIu32 "\n", round_number,
                access->address, access->cpu, access->place, access->writes ? "write" : "read",
                access->times);
}

static void forget_line(struct access **line)
{
    while (*line) {
        struct access *access = *line;
        *line = access->next;
        free(access);
    }
}

static void end_round(void)
{
    for (size_t page = 0; page < LIMIT / PAGE; page++)
        for (unsigned i = 0; pages[page] && i < LINES; i++) {
            struct access **line = &pages[page]->lines[i];
            if (is_shared(*line))
                print_line(*line);
            forget_line(line);
        }
    round_number++;
    parts_ended = 0;
}

static void marked(unsigned cpu, void *unused)
{
    (void)unused;
    if (cpu >= CPUS)
        return;
    inside[cpu] = !inside[cpu];
    if (!inside[cpu] && ++parts_ended == cpu_count)
        end_round();
}

/* --- instructions ------------------------------------------------------------------------- */

static void plugin_translated(struct qemu_plugin_tb *block)
{
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);
        uint64_t address = qemu_plugin_insn_vaddr(insn);
        if (plugin_is_mark(address))
            qemu_plugin_register_vcpu_insn_exec_cb(insn, marked, NO_REGISTERS, NULL);
        else if (address >= text_begin && address < text_end)
            qemu_plugin_register_vcpu_mem_cb(insn, accessed, NO_REGISTERS, READS_AND_WRITES,
                                             (void *)(uintptr_t)address);
    }
}

static void plugin_ended(void)
{
    fprintf(output, "rounds %u\n", round_number);
    fclose(output);
}

static bool argument(const char *text)
{
    if (strncmp(text, "text=", 5) == 0)
        return sscanf(text + 5, "%" SCNx32 "-%" SCNx32, &text_begin, &text_end) == 2;
    if (strncmp(text, "cpus=", 5) == 0)
        return sscanf(text + 5, "%u", &cpu_count) == 1;
    return plugin_take_mark(text);
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
    (void)info;
    return plugin_begin(id, argc, argv, &output, argument);
}
