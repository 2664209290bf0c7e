/* Lines stay whole: four processes on different CPUs print long lines at the same time.
 *
 * Must print 50 times: ^lines: process 0 line \d+ a{60}\.$
 * Must print 50 times: ^lines: process 1 line \d+ b{60}\.$
 * Must print 50 times: ^lines: process 2 line \d+ c{60}\.$
 * Must print 50 times: ^lines: process 3 line \d+ d{60}\.$
 * Must print: ^-{612}\nlines: one\nlines: two\nlines: end$ */
#include "check.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"

#define PROCESSES 4
#define LINES     50
#define LETTERS   60

static int child(unsigned index)
{
    for (unsigned n = 1; n <= LINES; n++) {
        printf("lines: process %u line %u ", index, n);
        for (unsigned i = 0; i < LETTERS; i++) {
            putchar('a' + (int)index);
            if (i % 20 == 0)
                yield();                /* in the middle of a line */
        }
        puts(".");
    }
    return EXIT_SUCCESS;
}

/* One line that is longer than a system call takes, several in one call, and one without an
 * end, which exit writes. */
static int last_child(void)
{
    for (unsigned i = 0; i < PUTS_MAX + 100; i++)
        putchar('-');
    CHECK_EQ(printf("\n%s\n%s\n", "lines: one", "lines: two"), 23);
    printf("lines: end");
    return check_result();
}

int main(int argc, char **argv)
{
    int pids[PROCESSES];
    unsigned index;

    if (argc > 1)
        return parse_unsigned(argv[1], &index) ? child(index) : last_child();
    for (unsigned i = 0; i < PROCESSES; i++) {
        char command[COMMAND_MAX];

        snprintf(command, sizeof command, "lines %u", i);
        pids[i] = spawn_on(i % cpu_count(), command, 64);
        CHECK(pids[i] > 0);
    }
    for (unsigned i = 0; i < PROCESSES; i++)
        CHECK_EQ(wait_status(pids[i]), EXIT_SUCCESS);
    CHECK_EQ(run("lines last", 64), EXIT_SUCCESS);
    putchar('\n');
    return check_result();
}
