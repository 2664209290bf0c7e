/* Lists the files of the archive; the tests, which its file TESTS names one a line, apart. */
#include "info.h"
#include "stdio.h"
#include "string.h"
#include "usage.h"

static char tests[8192];                /* that file; empty if there is none */

static void read_tests(void)
{
    size_t length = 0;

    if (sys_archive_read("TESTS", 0, tests, sizeof tests - 1, &length) != 0)
        length = 0;
    tests[length] = '\0';
}

static bool is_test(const char *name)
{
    size_t length = strlen(name);

    for (const char *line = tests; *line != '\0';) {
        const char *end = strchr(line, '\n');
        if (!end)
            return false;
        if ((size_t)(end - line) == length && strncmp(line, name, length) == 0)
            return true;
        line = end + 1;
    }
    return false;
}

/* Prints those that are tests, or those that are not; how many were left out. */
static unsigned list(bool wanted)
{
    struct archive_info info;
    unsigned others = 0;

    for (unsigned i = 0; sys_archive_info(i, &info) == 0; i++)
        if (is_test(info.name) == wanted)
            printf("%8u  %s\n", info.size, info.name);
        else
            others++;
    return others;
}

int main(int argc, char **argv)
{
    bool wants_tests = argc == 2 && strcmp(argv[1], "tests") == 0;

    usage(argc, argv, "ls [tests]\n"
                      "  lists the files that were loaded at boot: size in bytes, name");
    if (argc > 1 && !wants_tests)
        bad_argument("ls", argv[1], "there are no folders");
    read_tests();
    unsigned others = list(wants_tests);
    if (!wants_tests && others > 0)
        printf("and %u tests: ls tests\n", others);
    return 0;
}
