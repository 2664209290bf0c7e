/* malloc and its kin: a long random run in which every block is full of a pattern of its own,
 * sizes that overflow, exhaustion within the quota, and misuse that must not go unnoticed. */
#include "abi/layout.h"
#include "check.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

#define BLOCKS 64
#define ROUNDS 20000

static struct {
    uint8_t *memory;
    size_t size;
    uint8_t pattern;
} blocks[BLOCKS];

static bool is_filled(const uint8_t *bytes, size_t size, uint8_t pattern)
{
    size_t i = 0;

    while (i < size && bytes[i] == pattern)
        i++;
    return i == size;
}

static size_t random_size(void)
{
    return (size_t)rand() % (rand() % 16 == 0 ? 20000 : 200);
}

/* Gives block I another size or another place. */
static void change_block(unsigned i)
{
    size_t size = random_size(), kept = MIN(size, blocks[i].size);
    uint8_t *memory;

    CHECK(is_filled(blocks[i].memory, blocks[i].size, blocks[i].pattern));
    if (rand() % 2 == 0) {
        memory = realloc(blocks[i].memory, size);
        CHECK(is_filled(memory, kept, blocks[i].pattern));
    } else {
        free(blocks[i].memory);
        memory = rand() % 2 == 0 ? malloc(size) : calloc(size, 1);
    }
    CHECK(memory && (uintptr_t)memory % 16 == 0);
    blocks[i].memory = memory;
    blocks[i].size = size;
    blocks[i].pattern = (uint8_t)rand();
    memset(memory, blocks[i].pattern, size);
}

static void check_random_run(void)
{
    void *end_before = NULL, *end_after = NULL;

    for (unsigned round = 0; round < ROUNDS; round++)
        change_block((unsigned)rand() % BLOCKS);
    for (unsigned i = 0; i < BLOCKS; i++) {
        CHECK(is_filled(blocks[i].memory, blocks[i].size, blocks[i].pattern));
        free(blocks[i].memory);
    }

    /* Everything is free and joined again: the largest piece is nearly all there is. */
    CHECK_EQ(sys_sbrk(0, &end_before), 0);
    CHECK((uintptr_t)end_before % PAGE_SIZE != 1);
    free(malloc(100000));
    CHECK_EQ(sys_sbrk(0, &end_after), 0);
    CHECK(end_after == end_before);
}

/* What a block grows into, and the other blocks, stay as they are. */
static void check_growth(void)
{
    uint8_t *first = malloc(100), *second = malloc(100), *third = malloc(100);

    memset(first, 1, 100);
    memset(third, 3, 100);
    free(second);
    CHECK(realloc(first, 150) == first);
    memset(first, 1, 150);
    CHECK(is_filled(third, 100, 3));
    uint8_t *moved = realloc(first, 300);
    CHECK(moved != first && is_filled(moved, 150, 1) && is_filled(third, 100, 3));
    free(moved);
    free(third);
}

static void check_sizes(void)
{
    static const size_t absurd[] = { 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff };
    uint8_t *memory = malloc(0), *other = malloc(0);

    CHECK(memory && other && memory != other);
    free(other);
    for (unsigned i = 0; i < ARRAY_SIZE(absurd); i++) {
        CHECK(malloc(absurd[i]) == NULL);
        CHECK(calloc(absurd[i], 1) == NULL);
        CHECK(calloc(1, absurd[i]) == NULL);
        CHECK(realloc(memory, absurd[i]) == NULL);
    }
    CHECK(calloc(0x10000, 0x10000) == NULL);        /* the product is 2^32 */
    CHECK(calloc(0x10001, 0xffff) == NULL);         /* 2^32 - 1 */
    memory = realloc(memory, 10);
    CHECK(memory);
    free(memory);
    free(NULL);

    memory = malloc(100);
    memset(memory, 0xee, 100);
    free(memory);
    memory = calloc(10, 10);
    CHECK(is_filled(memory, 100, 0));
    free(memory);
}

/* Takes all there is; what it has got must be usable, and giving it back must make room. */
static int exhaust(void)
{
    void *first = NULL, **last = &first;
    unsigned count = 0;

    for (void **block; (block = malloc(0x10000)) != NULL; count++) {
        *block = NULL;
        *last = block;
        last = block;
        if (count == 100000)
            return EXIT_FAILURE;
    }
    while (first) {
        void *next = *(void **)first;
        free(first);
        first = next;
    }
    return malloc(0x10000) != NULL ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Ticks for each of `count` blocks, taken and given back in an order of no pattern. */
static unsigned ticks_per_block(unsigned count, size_t size)
{
    void **all = malloc(count * sizeof *all);
    uint64_t begin = __builtin_ia32_rdtsc();

    for (unsigned i = 0; i < count; i++)
        CHECK((all[i] = malloc(size)) != NULL);
    for (unsigned i = count; i > 1; i--) {
        unsigned other = (unsigned)rand() % i;
        free(all[other]);
        all[other] = all[i - 1];
    }
    free(all[0]);
    uint64_t ticks = __builtin_ia32_rdtsc() - begin;
    free(all);
    return (unsigned)(ticks / count);
}

/* For a machine whose ticks are instructions: a block among many costs what one among few does, but
 * for the page faults of what is touched first. */
static int linear(void)
{
    unsigned few = ticks_per_block(1000, 10001), many = ticks_per_block(8000, 10001);

    printf("malloc: a block costs %u ticks among 1000, %u among 8000\n", few, many);
    CHECK(many < 2 * few);
    return check_result();
}

static int misuse(const char *how)
{
    char *memory = malloc(100);

    if (strcmp(how, "twice") == 0)
        free(memory);
    free(strcmp(how, "inside") == 0 ? memory + 16 : memory);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "exhaust") == 0)
        return exhaust();
    if (argc > 1 && strcmp(argv[1], "linear") == 0)
        return linear();
    if (argc > 1)
        return misuse(argv[1]);
    check_sizes();
    check_growth();
    check_random_run();
    CHECK_EQ(run("malloc once", 64), EXIT_SUCCESS);
    CHECK_EQ(run("malloc twice", 64), EXIT_FAILURE);
    CHECK_EQ(run("malloc inside", 64), EXIT_FAILURE);
    return check_result();
}
