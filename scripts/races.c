/* A QEMU plugin: data races of the kernel as it is; for scripts/races, which tells it by a file what
 * there is to know of the kernel's instructions.
 *
 * Two accesses race if one of them writes, not both are atomic, and nothing orders them: neither
 * happens before the other.  What happens before what is kept in vector clocks, one a CPU, since
 * CPUs are what runs at one time; what one CPU does, also in its interrupts, is ordered by itself.
 * Edges between CPUs are those of C11 (7.17.3, 7.17.4): an atomic that acquires comes after the one
 * whose release it reads, also by way of fences.  A CPU begins with the clock of who started it.
 *
 * As in ThreadSanitizer, each word of memory remembers its last few accesses.  Where more CPUs read
 * a word than there are places, some accesses are forgotten, and a race may be missed; none is made
 * up.  Watched is all memory below LIMIT: variables, the first 8192 stacks, page frames; not that
 * of programs.  Nothing is done for memory that is given back: what is done to it next comes after
 * that by the allocator's locks, or that is a race.
 *
 * The guest's CPUs run in turn (-icount), so nothing here needs a lock. */
#include "plugin.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CPUS = 64, ACCESSES = 4, PAIRS = 4096,
    PAGE = 4096, WORD = 4, WORDS = PAGE / WORD,
    LIMIT = 0x40000000,                 /* VM_USERLO */
};

/* What an access or a fence orders. */
enum order { PLAIN, RELAXED, ACQUIRES, RELEASES, BOTH };

/* Does it read and write at once?  One that compares may write nothing, which cannot be seen from
 * here: so it counts as a read. */
enum change { NO_CHANGE, CHANGES, COMPARES };

/* What is done in a function of the library, such as memcpy(), is told by the place of its call. */
enum part { ORDINARY, IN_LIBRARY, CALLS };

/* An instruction's accesses, or a fence. */
struct instruction {
    uint32_t address;
    uint8_t  load, store;               /* enum order */
    uint8_t  change;                    /* enum change */
    uint8_t  fence;
    uint8_t  part;                      /* enum part */
};

struct clock {
    uint32_t of[CPUS];
};

struct access {
    uint32_t time, place;               /* of its CPU's own clock; 0: there is none */
    uint8_t  cpu, octets;               /* a bit for each */
    bool     writes, is_atomic;
};

struct word {
    struct access accesses[ACCESSES];
    struct clock *released;             /* what comes before who acquires it, or NULL */
};

static struct cpu {
    struct clock now;
    struct clock read;                  /* what an acquire fence will order */
    struct clock fenced;                /* what came before the last release fence */
    uint32_t call;                      /* the last one, not from within the library */
} cpus[CPUS];

static unsigned cpu_count;              /* the highest that was seen, and 1 */
static struct word *pages[LIMIT / PAGE];
static struct instruction *instructions;
static size_t instruction_count;
static struct pair {
    uint32_t first, second;
} pairs[PAIRS];
static unsigned pair_count;
static uint64_t access_count;
static uint32_t text_begin, text_end;   /* the kernel's own code */
static FILE *output;

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    if (!memory) {
        fprintf(stderr, "races: out of memory\n");
        exit(1);
    }
    return memory;
}

/* --- clocks ------------------------------------------------------------------------------- */

static void clock_join(struct clock *clock, const struct clock *other)
{
    for (unsigned cpu = 0; cpu < cpu_count; cpu++)
        if (other->of[cpu] > clock->of[cpu])
            clock->of[cpu] = other->of[cpu];
}

static struct cpu *find_cpu(unsigned index)
{
    struct cpu *cpu = &cpus[index];

    if (cpu->now.of[index] > 0)
        return cpu;
    if (index >= cpu_count)
        cpu_count = index + 1;
    clock_join(&cpu->now, &cpus[0].now);
    cpu->now.of[index] = 1;
    cpus[0].now.of[0]++;
    return cpu;
}

/* --- edges -------------------------------------------------------------------------------- */

static bool acquires(enum order order)
{
    return order == ACQUIRES || order == BOTH;
}

static bool releases(enum order order)
{
    return order == RELEASES || order == BOTH;
}

static void order_load(struct cpu *cpu, const struct word *word, enum order order)
{
    if (word->released)
        clock_join(acquires(order) ? &cpu->now : &cpu->read, word->released);
}

/* Who reads the word later reads this store, unless it is part of an atomic change: then what was
 * released before counts, too. */
static void order_store(struct cpu *cpu, unsigned index, struct word *word,
                        const struct instruction *instruction)
{
    bool is_release = releases(instruction->store);

    if (!word->released)
        word->released = allocate(1, sizeof *word->released);
    if (instruction->change == NO_CHANGE)
        *word->released = (struct clock){ { 0 } };
    clock_join(word->released, is_release ? &cpu->now : &cpu->fenced);
    if (is_release)
        cpu->now.of[index]++;
}

static void executed_fence(unsigned index, void *data)
{
    const struct instruction *instruction = data;
    struct cpu *cpu = find_cpu(index);

    if (acquires(instruction->fence))
        clock_join(&cpu->now, &cpu->read);
    if (releases(instruction->fence)) {
        cpu->fenced = cpu->now;
        cpu->now.of[index]++;
    }
}

static void executed_call(unsigned index, void *data)
{
    cpus[index].call = ((const struct instruction *)data)->address;
}

/* --- accesses ----------------------------------------------------------------------------- */

static bool is_known(uint32_t first, uint32_t second)
{
    for (unsigned i = 0; i < pair_count; i++)
        if (pairs[i].first == first && pairs[i].second == second)
            return true;
    return false;
}

static void print_access(const struct access *access)
{
    fprintf(output, " %u %" PRIx32 " %s%s", access->cpu, access->place,
            access->is_atomic ? "atomic-" : "", access->writes ? "write" : "read");
}

static void report(uint32_t address, const struct access *first, const struct access *second)
{
    if (pair_count == PAIRS || is_known(first->place, second->place))
        return;
    pairs[pair_count++] = (struct pair){ first->place, second->place };
    fprintf(output, "race %" PRIx32, address);
    print_access(first);
    print_access(second);
    fputc('\n', output);
    fflush(output);                     /* the run may be ended at any time */
}

static bool happened_before(const struct access *access, const struct cpu *cpu)
{
    return access->time <= cpu->now.of[access->cpu];
}

static bool is_same_kind(const struct access *one, const struct access *other)
{
    return one->writes == other->writes && one->is_atomic == other->is_atomic;
}

/* Would all that races with the old one, and comes after the new one's CPU's past, race with the
 * new one, too? */
static bool can_replace(const struct access *old, const struct access *new, const struct cpu *cpu)
{
    bool is_stronger = (new->writes || !old->writes) && (!new->is_atomic || old->is_atomic);

    return (old->octets & ~new->octets) == 0 && is_stronger && happened_before(old, cpu);
}

static void note_access(struct word *word, uint32_t address, const struct access *new,
                        const struct cpu *cpu)
{
    static unsigned victim;
    struct access *place = NULL;

    for (struct access *old = word->accesses; old < word->accesses + ACCESSES; old++) {
        if (old->time == 0 || can_replace(old, new, cpu)) {
            old->time = 0;
            place = old;
        } else if ((old->octets & new->octets) && (old->writes || new->writes) &&
                   !(old->is_atomic && new->is_atomic) && !happened_before(old, cpu)) {
            report(address, old, new);
        }
    }
    if (!place)
        place = &word->accesses[victim++ % ACCESSES];
    *place = *new;
}

/* Was this just done by the same CPU?  Then it has been looked at. */
static bool is_repeated(const struct word *word, const struct access *new)
{
    for (const struct access *old = word->accesses; old < word->accesses + ACCESSES; old++)
        if (old->time == new->time && old->cpu == new->cpu && is_same_kind(old, new) &&
            (new->octets & ~old->octets) == 0)
            return true;
    return false;
}

static struct word *find_word(uint32_t address)
{
    struct word **page = &pages[address / PAGE];

    if (!*page)
        *page = allocate(WORDS, sizeof **page);
    return &(*page)[address % PAGE / WORD];
}

static void access_word(unsigned index, uint32_t address, uint8_t octets, bool writes,
                        const struct instruction *instruction)
{
    struct cpu *cpu = find_cpu(index);
    struct word *word = find_word(address);
    enum order order = writes ? instruction->store : instruction->load;
    struct access new = {
        .time = cpu->now.of[index], .cpu = (uint8_t)index,
        .place = instruction->part == IN_LIBRARY ? cpu->call : instruction->address,
        .octets = octets, .writes = writes && instruction->change != COMPARES,
        .is_atomic = order != PLAIN,
    };

    if (order != PLAIN && !writes)
        order_load(cpu, word, order);
    if (!is_repeated(word, &new))
        note_access(word, address, &new, cpu);
    if (order != PLAIN && writes)
        order_store(cpu, index, word, instruction);
}

static void accessed(unsigned cpu, uint32_t info, uint64_t address, void *data)
{
    const struct instruction *instruction = data;
    bool writes = qemu_plugin_mem_is_store(info);
    uint64_t end = address + (1u << qemu_plugin_mem_size_shift(info));

    if (end > LIMIT || cpu >= CPUS)
        return;
    access_count++;
    while (address < end) {
        uint32_t word = (uint32_t)address & ~(WORD - 1u);
        uint32_t word_end = end < word + WORD ? (uint32_t)end : word + WORD;
        uint8_t octets = (uint8_t)(((1u << (word_end - word)) - 1) &
                                   ~((1u << (address - word)) - 1));
        access_word(cpu, word, octets, writes, instruction);
        address = word_end;
    }
}

/* --- instructions ------------------------------------------------------------------------- */

static int compare_instructions(const void *one, const void *other)
{
    uint32_t left = ((const struct instruction *)one)->address;
    uint32_t right = ((const struct instruction *)other)->address;

    return (left > right) - (left < right);
}

/* What is to be known of an instruction: what the file says, or that its accesses are plain.  It is
 * never freed, QEMU keeps pointers to it. */
static struct instruction *instruction_at(uint32_t address)
{
    struct instruction plain = { .address = address };
    struct instruction *known = bsearch(&plain, instructions, instruction_count,
                                        sizeof *instructions, compare_instructions);

    if (!known) {
        known = allocate(1, sizeof *known);
        *known = plain;
    }
    return known;
}

static void plugin_translated(struct qemu_plugin_tb *block)
{
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);
        uint64_t address = qemu_plugin_insn_vaddr(insn);
        if (address < text_begin || address >= text_end)
            continue;
        struct instruction *known = instruction_at((uint32_t)address);
        if (known->part == CALLS)
            qemu_plugin_register_vcpu_insn_exec_cb(insn, executed_call, NO_REGISTERS, known);
        if (known->fence)
            qemu_plugin_register_vcpu_insn_exec_cb(insn, executed_fence, NO_REGISTERS, known);
        else
            qemu_plugin_register_vcpu_mem_cb(insn, accessed, NO_REGISTERS, READS_AND_WRITES, known);
    }
}

static void plugin_ended(void)
{
    fprintf(output, "accesses %" PRIu64 "\n", access_count);
    fclose(output);
}

/* Lines `address load store change fence part`, sorted. */
static bool read_instructions(const char *path)
{
    FILE *file = fopen(path, "r");
    unsigned load, store, change, fence, part;
    uint32_t address;

    if (!file)
        return false;
    while (fscanf(file, "%" SCNx32 " %u %u %u %u %u", &address, &load, &store, &change,
                  &fence, &part) == 6) {
        instructions = realloc(instructions, (instruction_count + 1) * sizeof *instructions);
        if (!instructions)
            abort();
        instructions[instruction_count++] = (struct instruction){
            .address = address, .load = (uint8_t)load, .store = (uint8_t)store,
            .change = (uint8_t)change, .fence = (uint8_t)fence, .part = (uint8_t)part,
        };
    }
    fclose(file);
    return true;
}

static bool argument(const char *text)
{
    if (strncmp(text, "text=", 5) == 0)
        return sscanf(text + 5, "%" SCNx32 "-%" SCNx32, &text_begin, &text_end) == 2;
    return strncmp(text, "atomics=", 8) == 0 && read_instructions(text + 8);
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
    (void)info;
    return plugin_begin(id, argc, argv, &output, argument);
}
