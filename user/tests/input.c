/* Input arrives whole and in order, however slowly it is read: `input N` reads N characters,
 * which must be lines of six digits that count from 0. */
#include "check.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"

enum { LINE = 7, PAUSE_EVERY = 100000 };

static char expected_at(unsigned place)
{
    char line[LINE + 1];

    snprintf(line, sizeof line, "%06u\n", place / LINE);
    return line[place % LINE];
}

static int read_all(unsigned count)
{
    for (unsigned place = 0; place < count; place++) {
        int character = getchar();
        if (character != expected_at(place)) {
            printf("input: character %u is '%c'\n", place, character);
            return EXIT_FAILURE;
        }
        if (place % PAUSE_EVERY == 0)
            sleep_us(20000);            /* the sender is faster */
    }
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    unsigned count = 0;

    if (argc != 2 || !parse_unsigned(argv[1], &count)) {
        printf("usage: input CHARACTERS\n");
        return argc == 1 ? EXIT_SUCCESS : 2;
    }
    return read_all(count);
}
