/* The arguments of ping and pong. */
#include "items.h"

#include "stdio.h"
#include "stdlib.h"
#include "string.h"

static void print_usage(const char *program, const char *does)
{
    printf("usage: %s [INDEX [ITEMS [BUFFER]]] [quiet]\n  %s\n"
           "  INDEX below %u (%u), ITEMS below %u (%u; 0: without end), BUFFER from 0 on (0)\n",
           program, does, ITEM_PRODUCERS, ITEM_DEFAULT_INDEX, ITEM_BASE, ITEM_DEFAULT_ITEMS);
}

bool item_job_parse(int argc, char **argv, const char *does, struct item_job *job)
{
    unsigned numbers[] = { ITEM_DEFAULT_INDEX, ITEM_DEFAULT_ITEMS, 0 };
    bool quiet = argc > 1 && strcmp(argv[argc - 1], "quiet") == 0;
    size_t count = (size_t)argc - 1 - quiet;
    bool ok = count <= ARRAY_SIZE(numbers);

    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        print_usage(argv[0], does);
        exit(EXIT_SUCCESS);
    }
    for (size_t i = 0; ok && i < count; i++)
        ok = parse_unsigned(argv[1 + i], &numbers[i]);
    ok = ok && numbers[0] < ITEM_PRODUCERS && numbers[1] < ITEM_BASE;
    *job = (struct item_job){ numbers[0], numbers[1], numbers[2], quiet };
    if (!ok)
        print_usage(argv[0], does);
    return ok;
}
