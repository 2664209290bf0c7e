/* A QEMU plugin: the longest stretches in which a CPU of the guest has interrupts off, in
 * instructions; for scripts/sections, which says by the environment what there is to know of the
 * kernel.
 *
 * A stretch begins at CLI, at a POPF that turns interrupts off, and where the kernel is entered by
 * a gate or by SYSENTER.  It ends at STI, IRET, HLT, another POPF, or in a program.  Of each pair of
 * first and last instruction the longest stretch is kept, with all of its instructions.
 *
 * Some versions of QEMU run code that they do not show to a plugin: then the figures are wrong.  It
 * is noticed where a RET leads: to the instruction after a CALL, to a new thread's first one, or an
 * interrupt comes. */
#include "plugin.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CPUS = 64, KEPT = 20000, PAIRS = 4096,
    LEAST = 200,                        /* shorter stretches are not kept */
};
enum opcode { CLI = 0xfa, STI = 0xfb, POPF = 0x9d, IRET = 0xcf, HLT = 0xf4, RET = 0xc3,
              CALL = 0xe8, CALL_INDIRECT = 0xff };
enum effect { NONE, TURNS_OFF, TURNS_ON };

static struct {
    uint8_t *text;
    uint32_t begin, size;               /* of the kernel's instructions */
    uint32_t user, user_end;            /* where programs lie */
    uint32_t gates, gates_end;          /* one entry after the other */
    uint32_t sysenter, sysenter_slow;   /* POPF before the latter turns interrupts on */
    uint32_t thread_entry;              /* where a new thread begins */
} kernel;

/* A CPU is looked at from when it has first run a program: what it does at boot does not count. */
static struct cpu {
    bool     counts, is_off, returns;   /* returns: the last instruction was a RET */
    uint32_t length;
    uint32_t pcs[KEPT];                 /* of the stretch, the first ones */
} cpus[CPUS];

static struct pair {
    uint32_t first, last, times, longest;
    uint32_t *pcs;
} pairs[PAIRS];

static uint64_t unseen;                 /* RETs that lead where none can */

static struct pair *find_pair(uint32_t first, uint32_t last)
{
    for (struct pair *pair = pairs; pair < pairs + PAIRS; pair++)
        if (!pair->pcs || (pair->first == first && pair->last == last)) {
            pair->first = first;
            pair->last = last;
            return pair;
        }
    fprintf(stderr, "sections: more than %d pairs\n", PAIRS);
    exit(1);
}

static void keep_longest(const struct cpu *cpu)
{
    uint32_t kept = cpu->length < KEPT ? cpu->length : KEPT;
    struct pair *pair = find_pair(cpu->pcs[0], cpu->pcs[kept - 1]);

    pair->times++;
    if (cpu->length <= pair->longest)
        return;
    pair->longest = cpu->length;
    pair->pcs = realloc(pair->pcs, kept * sizeof *pair->pcs);
    if (!pair->pcs)
        exit(1);
    memcpy(pair->pcs, cpu->pcs, kept * sizeof *pair->pcs);
}

static void end_stretch(struct cpu *cpu)
{
    if (cpu->is_off && cpu->counts && cpu->length >= LEAST)
        keep_longest(cpu);
    cpu->is_off = false;
}

static void begin_stretch(struct cpu *cpu)
{
    if (!cpu->is_off)
        cpu->length = 0;
    cpu->is_off = true;
}

static uint8_t octet_at(uint32_t pc)
{
    return pc - kernel.begin < kernel.size ? kernel.text[pc - kernel.begin] : 0;
}

/* Indirect calls have 2, 3 or 6 octets, with a memory operand 7. */
static bool follows_call(uint32_t pc)
{
    return octet_at(pc - 5) == CALL || octet_at(pc - 2) == CALL_INDIRECT ||
           octet_at(pc - 3) == CALL_INDIRECT || octet_at(pc - 6) == CALL_INDIRECT ||
           octet_at(pc - 7) == CALL_INDIRECT;
}

static bool is_entry(uint32_t pc)
{
    return (pc >= kernel.gates && pc < kernel.gates_end) || pc == kernel.sysenter;
}

static void follow(struct cpu *cpu, uint32_t pc)
{
    if (cpu->returns && cpu->counts && !is_entry(pc) && pc != kernel.thread_entry &&
        !follows_call(pc))
        unseen++;
    cpu->returns = octet_at(pc) == RET;
}

/* One instruction of one CPU: only that CPU's thread writes its struct; the pairs are all CPUs', so
 * the guest runs them in turn (-icount). */
static void count_instruction(unsigned index, void *what)
{
    struct cpu *cpu = &cpus[index % CPUS];
    uint32_t pc = (uint32_t)(uintptr_t)what;
    enum effect effect = (enum effect)((uintptr_t)what >> 32);

    if (pc >= kernel.user && pc < kernel.user_end) {
        end_stretch(cpu);
        cpu->counts = true;
        cpu->returns = false;
        return;
    }
    follow(cpu, pc);
    if (effect == TURNS_OFF)
        begin_stretch(cpu);
    if (!cpu->is_off)
        return;
    if (cpu->length < KEPT)
        cpu->pcs[cpu->length] = pc;
    cpu->length++;
    if (effect == TURNS_ON)
        end_stretch(cpu);
}

static enum effect effect_of(uint32_t pc, size_t size)
{
    if (is_entry(pc) || pc == kernel.sysenter_slow)
        return TURNS_OFF;
    if (size != 1)
        return NONE;
    switch (octet_at(pc)) {
    case CLI:
        return TURNS_OFF;
    case STI:
    case IRET:
    case HLT:
        return TURNS_ON;
    case POPF:
        return pc > kernel.sysenter && pc < kernel.sysenter_slow ? TURNS_ON : TURNS_OFF;
    default:
        return NONE;
    }
}

static void plugin_translated(struct qemu_plugin_tb *block)
{
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);
        uint32_t pc = (uint32_t)qemu_plugin_insn_vaddr(insn);
        uint64_t effect = effect_of(pc, qemu_plugin_insn_size(insn));
        qemu_plugin_register_vcpu_insn_exec_cb(insn, count_instruction, NO_REGISTERS,
                                               (void *)(uintptr_t)(effect << 32 | pc));
    }
}

static void plugin_ended(void)
{
    FILE *out = fopen(getenv("SECTIONS_OUT"), "w");

    if (out)
        fprintf(out, "%" PRIu64 "\n", unseen);
    for (struct pair *pair = pairs; out && pair < pairs + PAIRS && pair->pcs; pair++) {
        fprintf(out, "%" PRIu32 " %" PRIu32, pair->longest, pair->times);
        for (uint32_t i = 0; i < pair->longest && i < KEPT; i++)
            fprintf(out, " %" PRIx32, pair->pcs[i]);
        fputc('\n', out);
    }
    if (!out || fclose(out))
        perror("sections");
}

static uint32_t setting(const char *name)
{
    const char *value = getenv(name);

    return value ? (uint32_t)strtoul(value, NULL, 16) : 0;
}

static bool read_text(const char *path)
{
    FILE *file = path ? fopen(path, "rb") : NULL;

    kernel.text = malloc(kernel.size);
    bool ok = file && kernel.text && fread(kernel.text, 1, kernel.size, file) == kernel.size;
    if (file)
        fclose(file);
    return ok;
}

/* Returns -1 if QEMU is to end. */
int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
    (void)info, (void)argc, (void)argv;
    kernel.begin = setting("SECTIONS_BEGIN");
    kernel.size = setting("SECTIONS_SIZE");
    kernel.user = setting("SECTIONS_USER");
    kernel.user_end = setting("SECTIONS_USER_END");
    kernel.gates = setting("SECTIONS_GATES");
    kernel.gates_end = setting("SECTIONS_GATES_END");
    kernel.sysenter = setting("SECTIONS_SYSENTER");
    kernel.sysenter_slow = setting("SECTIONS_SYSENTER_SLOW");
    kernel.thread_entry = setting("SECTIONS_THREAD_ENTRY");
    if (!read_text(getenv("SECTIONS_TEXT")) || !getenv("SECTIONS_OUT"))
        return -1;
    plugin_listen(id);
    return 0;
}
