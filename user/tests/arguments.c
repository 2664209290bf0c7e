/* Arguments: spaces, quotes of both kinds, the longest command line, and the stack on which they
 * arrive. */
#include "check.h"
#include "command.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

#define CHILD_QUOTA 64

/* What the child must find, by its first argument. */
static const struct arguments {
    const char *command;
    int argc;
    const char *argv[6];
} cases[] = {
    { "arguments 0",                        2, { "arguments", "0" } },
    { "arguments 1 a b",                    4, { "arguments", "1", "a", "b" } },
    { "  arguments   2   a  ",              3, { "arguments", "2", "a" } },
    { "arguments 3 \"a b\" c\" \"d",        4, { "arguments", "3", "a b", "c d" } },
    { "arguments 4 \"\" \"a",               4, { "arguments", "4", "", "\"a" } },
    { "arguments 5 \"a\"\"b\" \"",          4, { "arguments", "5", "ab", "\"" } },
    { "arguments 6 a\tb \"\"",              4, { "arguments", "6", "a\tb", "" } },
    { "arguments 7 'a \"b\"' \"it's\" ''",  5, { "arguments", "7", "a \"b\"", "it's", "" } },
    { "arguments 8 don't a'b c'd",          4, { "arguments", "8", "dont ab", "c'd" } },
};

static int child(int argc, char **argv)
{
    unsigned index;

    if (strcmp(argv[1], "long") == 0)
        return argc == 3 && strlen(argv[2]) == COMMAND_MAX - 1 - strlen("arguments long ")
               ? EXIT_SUCCESS : EXIT_FAILURE;
    if (strcmp(argv[1], "many") == 0)
        return argc == 2 + (COMMAND_MAX - 1 - (int)strlen("arguments many")) / 2
               ? EXIT_SUCCESS : EXIT_FAILURE;
    if (!parse_unsigned(argv[1], &index) || index >= ARRAY_SIZE(cases))
        return EXIT_FAILURE;
    CHECK_EQ(argc, cases[index].argc);
    for (int i = 0; i < argc && i < cases[index].argc; i++)
        CHECK(strcmp(argv[i], cases[index].argv[i]) == 0);
    CHECK(!argv[argc]);
    return check_result();
}

/* Code compiled for this ABI may rely on it: the stack is aligned to 16 bytes at each call. */
static void check_alignment(void)
{
    uint8_t aligned[16] __attribute__((aligned(16)));
    volatile uintptr_t address = (uintptr_t)aligned;
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);

    CHECK_EQ(address % 16, 0);
    CHECK_EQ(frame % 16, 8);            /* the return address and EBP have been pushed */
}

/* Words put together are taken apart again, whatever is in them. */
static void check_joined(void)
{
    static const char *const few[] = { "a", "b c", NULL };
    char command[COMMAND_MAX];

    for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
        CHECK_EQ(join_words(cases[i].argv, command, sizeof command), strlen(command) + 1);
        CHECK_EQ(run(command, CHILD_QUOTA), EXIT_SUCCESS);
    }
    CHECK_EQ(join_words(few, command, sizeof "a 'b c'"), sizeof "a 'b c'");
    CHECK_EQ(join_words(few, command, sizeof "a 'b c'" - 1), 0);
}

int main(int argc, char **argv)
{
    char command[COMMAND_MAX];

    if (argc > 1)
        return child(argc, argv);
    check_alignment();
    for (unsigned i = 0; i < ARRAY_SIZE(cases); i++)
        CHECK_EQ(run(cases[i].command, CHILD_QUOTA), EXIT_SUCCESS);

    check_joined();
    memset(command, 'x', sizeof command);
    memcpy(command, "arguments long ", strlen("arguments long "));
    command[COMMAND_MAX - 1] = '\0';
    CHECK_EQ(run(command, CHILD_QUOTA), EXIT_SUCCESS);

    strlcpy(command, "arguments many", sizeof command);
    for (size_t i = strlen(command); i + 2 < sizeof command; i += 2)
        memcpy(command + i, " y", 3);
    CHECK_EQ(run(command, CHILD_QUOTA), EXIT_SUCCESS);
    return check_result();
}
