/* The first program: runs the one that its arguments name, or the shell, waits for it, and
 * passes its exit status on.  `init [PROGRAM ARGUMENTS...]` */
#include "abi/error.h"
#include "error.h"
#include "proc.h"
#include "status.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "terminal.h"

#define OWN_PAGES 16            /* kept for init's own stack and heap */

/* Puts the words together again as one command line, quoting those with spaces; false if they
 * do not fit. */
static bool join_words(char *const words[], char *out, size_t size)
{
    size_t length = 0;

    for (; *words != NULL; words++) {
        const char *quote = strchr(*words, ' ') != NULL || **words == '\0' ? "\"" : "";

        length += (size_t)snprintf(out + length, size - length, "%s%s%s%s",
                                   length > 0 ? " " : "", quote, *words, quote);
        if (length >= size)
            return false;
    }
    return true;
}

static int run_program(const char *command)
{
    struct quota quota = { 0 };
    int status = 0;

    sys_quota(&quota);
    int child = spawn(command, quota_left(&quota) - OWN_PAGES);
    if (child < 0) {
        printf("init: %s: %s\n", command, error_string(-child));
        return EXIT_FAILURE;
    }
    sys_foreground(child);
    wait(child, &status);
    if (status >= STATUS_KILLED)
        printf("init: %s: %s\n", command, status_text(status));
    return status < STATUS_KILLED ? status : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    char command[COMMAND_MAX];

    printf("This is Strata: process %d, init, on %u CPUs.\n", getpid(), cpu_count());
    sys_foreground(0);
    if (argc < 2)
        return run_program("sh");
    if (!join_words(argv + 1, command, sizeof command)) {
        puts("init: the command line is too long");
        return EXIT_FAILURE;
    }
    return run_program(command);
}
