/* exec() as xv6's shell uses it: this program is its own cat, wc, echo and so on, by the name that
 * it is run under; pipelines of them are what a shell makes of a line.
 *
 * Must print 0 times: xv6exec.c:
 * Must print: ^\[a\]\[\]\[b  c\]\["\]\[it's "so"\]\['\]\[\t\]$
 * Must print: ^3 4 20 $
 * Must print: ^found this line$
 * Must print: ^Strata's own echo$
 * Must print: ^7 generations, [0-9]+ bytes of heap$
 * Must print: ^0 children$
 * Must print: ^exec with just enough memory$
 * Must print: ^spinner was ended$ */
#include "check.h"
#include "stdio.h"
#include "syscall.h"

#include "types.h"
#include "stat.h"
#include "user.h"
#include "fcntl.h"
#include "param.h"

enum {
    GENERATIONS = 7, CHAIN = 30,
    PAGE_TABLES = 2,                    /* what a failed exec() may leave */
    SMALL_QUOTA = 400, SPARE = 8,       /* pages */
};

static char buffer[512];
static char large[64 * 1024];           /* so that smaller programs can exec this one */

/* --- the programs ------------------------------------------------------------------------- */

static void cat(int descriptor)
{
    int count;

    while ((count = read(descriptor, buffer, sizeof buffer)) > 0)
        if (write(1, buffer, count) != count)
            exit();
}

static void run_cat(int argc, char **argv)
{
    if (argc < 2)
        cat(0);
    for (int i = 1; i < argc; i++) {
        int descriptor = open(argv[i], O_RDONLY);
        if (descriptor < 0)
            printf(2, "cat: cannot open %s\n", argv[i]);
        cat(descriptor);
        close(descriptor);
    }
}

static void run_wc(int argc, char **argv)
{
    int lines = 0, words = 0, bytes = 0, in_word = 0, count;

    while ((count = read(0, buffer, sizeof buffer)) > 0)
        for (int i = 0; i < count; i++) {
            int is_blank = strchr(" \r\t\n\v", buffer[i]) != 0;
            lines += buffer[i] == '\n';
            words += !is_blank && !in_word;
            in_word = !is_blank;
            bytes++;
        }
    printf(1, "%d %d %d %s\n", lines, words, bytes, argc > 1 ? argv[1] : "");
}

static int contains(const char *line, const char *text)
{
    for (; *line != 0; line++)
        if (strncmp(line, text, strlen(text)) == 0)
            return 1;
    return 0;
}

static void run_grep(int argc, char **argv)
{
    CHECK_EQ(argc, 2);
    while (gets(buffer, sizeof buffer)[0] != 0)
        if (contains(buffer, argv[1]))
            printf(1, "%s", buffer);
}

static void run_echo(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        printf(1, "%s%s", argv[i], i + 1 < argc ? " " : "\n");
}

static void run_show(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        printf(1, "[%s]", argv[i]);
    printf(1, "\n");
}

static void run_kill(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        kill(atoi(argv[i]));
}

/* Executes itself so often: it stays the process that it was, with its child, its descriptors, and
 * no more memory than before. */
static void run_chain(int argc, char **argv)
{
    char left[8], *next[] = { argv[0], left, argv[2], argv[3], 0 };
    struct quota quota = { 0 };
    int number = atoi(argv[1]), used;

    CHECK_EQ(argc, 4);
    CHECK_EQ(atoi(argv[2]), getpid());
    free(malloc(100000));
    CHECK_EQ(sys_quota(&quota), 0);
    used = number == CHAIN - 1 ? (int)quota.used : atoi(argv[3]);
    CHECK(number >= CHAIN - 1 || (int)quota.used <= used);
    if (number == 0) {
        CHECK_EQ(read(3, buffer, sizeof buffer), 1);
        CHECK(wait() > 0);
        printf(1, "%d children\n", wait() + 1);
        exit();
    }
    snprintf(left, sizeof left, "%d", number - 1);
    char usage[12];
    snprintf(usage, sizeof usage, "%d", used);
    next[3] = usage;
    exec("xv6exec", next);
    CHECK(!"exec returned");
}

static int used_pages(void)
{
    struct quota quota = { 0 };

    CHECK_EQ(sys_quota(&quota), 0);
    return (int)quota.used;
}

/* Tells how much memory it has; what exec() has needed goes with the first call. */
static void run_used(int argc, char **argv)
{
    int first = used_pages();

    CHECK(argc == 1 && argv[0][0] == 'u');
    close(-1);
    int used = used_pages();
    CHECK(used < first);
    write(1, &used, sizeof used);
}

/* With less and less memory in use, until there is enough for exec(): it fails, or it works. */
static void run_full(int argc, char **argv)
{
    char *echo[] = { "echo", "exec with just enough memory", 0 };

    CHECK(argc == 1 && argv[0][0] == 'f');
    close(-1);                          /* what is shared with children is made by the first call */
    while (used_pages() < SMALL_QUOTA - SPARE) {
        CHECK(sbrk(4096) != (char *)-1);
        sbrk(0)[-1] = 'x';
    }
    for (int pages = 0; pages < 400; pages++) {
        exec("xv6exec", echo);
        sbrk(-4096);
    }
    CHECK(!"exec never worked");
}

/* Each has a heap of its own. */
static void run_heap(int argc, char **argv)
{
    char left[8], *next[] = { argv[0], left, 0 };
    char *start = sbrk(0), *block = malloc(100000);

    CHECK_EQ(argc, 2);
    CHECK(block && block >= start);
    memset(block, 'x', 100000);
    for (uint i = 0; i < sizeof large; i++)
        if (large[i] != 0)
            CHECK(!"a heap of its own");
    if (atoi(argv[1]) == 0) {
        printf(1, "%d generations, %d bytes of heap\n", GENERATIONS, sbrk(0) - start);
        exit();
    }
    snprintf(left, sizeof left, "%d", atoi(argv[1]) - 1);
    if (fork() == 0)
        exec("xv6exec", next);
    wait();
}

static void run_line(char *line);

static void run_shell(int argc, char **argv)
{
    CHECK_EQ(argc, 2);
    run_line(argv[1]);
}

static const struct {
    const char *name;
    void (*run)(int argc, char **argv);
} programs[] = {
    { "cat", run_cat }, { "wc", run_wc }, { "grep", run_grep }, { "echo", run_echo },
    { "show", run_show }, { "kill", run_kill }, { "chain", run_chain }, { "heap", run_heap },
    { "sh", run_shell }, { "used", run_used }, { "full", run_full },
};

/* --- the shell ---------------------------------------------------------------------------- */

/* Words are separated by one blank. */
static void run_command(char *text)
{
    char *argv[MAXARG + 1] = { text };
    int argc = 1;

    for (; *text != 0; text++)
        if (*text == ' ') {
            *text = 0;
            argv[argc++] = text + 1;
        }
    exec("xv6exec", argv);
    CHECK(!"exec returned");
    exit();
}

static int start_in(int in, int out, int other, char *text)
{
    int pid = fork();

    CHECK(pid >= 0);
    if (pid > 0)
        return pid;
    if (in >= 0) {
        close(0);
        CHECK_EQ(dup(in), 0);
        close(in);
    }
    if (out >= 0) {
        close(1);
        CHECK_EQ(dup(out), 1);
        close(out);
    }
    if (other >= 0)
        close(other);
    run_command(text);
    return 0;
}

/* Each writes into a pipe to the next one. */
static void run_line(char *line)
{
    int in = -1, count = 0, fds[2];
    char *bar;

    while ((bar = strchr(line, '|')) != 0) {
        *bar = 0;
        CHECK_EQ(pipe(fds), 0);
        start_in(in, fds[1], fds[0], line);
        close(fds[1]);
        if (in >= 0)
            close(in);
        in = fds[0];
        line = bar + 1;
        count++;
    }
    start_in(in, -1, -1, line);
    if (in >= 0)
        close(in);
    for (count++; count > 0; count--)
        CHECK(wait() > 0);
    CHECK_EQ(wait(), -1);
}

static void run_script(void)
{
    static char lines[][64] = {
        "echo one\ntwo three\nfour5|cat|wc",
        "echo lost\nfound this line\nlost|cat|grep this|cat",
        "heap 7",
    };

    for (uint i = 0; i < sizeof lines / sizeof lines[0]; i++)
        run_line(lines[i]);
}

/* --- the rest ----------------------------------------------------------------------------- */

static void check_arguments(void)
{
    char *argv[] = { "show", "a", "", "b  c", "\"", "it's \"so\"", "'", "\t", 0 };

    if (fork() == 0)
        exec("xv6exec", argv);
    CHECK(wait() > 0);
}

/* A program of Strata's, which does not know of descriptors. */
static void check_other_program(void)
{
    char *argv[] = { "echo", "Strata's own echo", 0 };

    if (fork() == 0)
        exec("/echo", argv);
    CHECK(wait() > 0);
}

static void check_chain(void)
{
    int fds[2];

    CHECK_EQ(pipe(fds), 0);
    if (fork() == 0) {
        char number[8], self[12], *argv[] = { "chain", number, self, "0", 0 };
        if (fork() == 0)
            exit();
        snprintf(number, sizeof number, "%d", CHAIN);
        snprintf(self, sizeof self, "%d", getpid());
        exec("xv6exec", argv);
    }
    CHECK_EQ(write(fds[1], "x", 1), 1);
    close(fds[0]);
    close(fds[1]);
    CHECK(wait() > 0);
}

static void touch(volatile char *memory)
{
    *memory = 1;
}

/* About as many times 500 bytes. */
NOINLINE static void use_stack(int depth)
{
    char deep[480];

    touch(deep);
    if (depth > 0)
        use_stack(depth - 1);
    touch(deep);
}

static int used_after(int depth)
{
    char *argv[] = { "used", 0 };
    int fds[2], used = 0;

    CHECK_EQ(pipe(fds), 0);
    if (fork() == 0) {
        close(1);
        dup(fds[1]);
        use_stack(depth);
        exec("xv6exec", argv);
    }
    CHECK_EQ(read(fds[0], &used, sizeof used), sizeof used);
    CHECK(wait() > 0);
    close(fds[0]);
    close(fds[1]);
    return used;
}

/* A quota of its own. */
static void check_little_memory(void)
{
    int pid = 0, child = 0, status = 0;

    CHECK_EQ(sys_spawn("xv6exec full", SMALL_QUOTA, CPU_ANY, &pid), 0);
    CHECK_EQ(sys_wait(pid, &child, &status), 0);
    CHECK_EQ(status, 0);
}

/* The `kill` of a shell is a sibling. */
static void check_kill_program(void)
{
    char number[12], *argv[] = { "kill", number, 0 };
    int fds[2];

    CHECK_EQ(pipe(fds), 0);
    int spinner = fork();
    if (spinner == 0)
        for (;;)
            ;
    close(fds[1]);
    snprintf(number, sizeof number, "%d", spinner);
    if (fork() == 0)
        exec("xv6exec", argv);
    CHECK(wait() > 0);
    CHECK(wait() > 0);
    CHECK_EQ(read(fds[0], buffer, 1), 0);
    printf(1, "spinner was ended\n");
    close(fds[0]);
}

/* Nothing changes. */
static void check_errors(void)
{
    static char long_word[2048];
    char *argv[] = { "echo", "x", 0 }, *many[MAXARG + 2] = { 0 };
    char *too_long[] = { "echo", long_word, 0 }, *bad[] = { "echo", (char *)1, 0 };
    struct quota before = { 0 }, after = { 0 };

    for (int i = 0; i <= MAXARG; i++)
        many[i] = "x";
    memset(long_word, 'x', sizeof long_word);
    long_word[sizeof long_word - 1] = 0;
    close(-1);                          /* the first call makes what is shared with children */
    CHECK_EQ(sys_quota(&before), 0);
    CHECK_EQ(exec("nothing", argv), -1);
    CHECK_EQ(exec("README", argv), -1);
    CHECK_EQ(exec(".", argv), -1);
    CHECK_EQ(exec("console", argv), -1);
    CHECK_EQ(exec((char *)1, argv), -1);
    CHECK_EQ(exec("xv6exec", (char **)1), -1);
    CHECK_EQ(exec("xv6exec", bad), -1);
    CHECK_EQ(exec("xv6exec", many), -1);
    CHECK_EQ(exec("xv6exec", too_long), -1);
    CHECK_EQ(sys_quota(&after), 0);
    CHECK(after.used - before.used <= PAGE_TABLES);
}

/* As "xv6exec NAME ARGUMENTS" a person can run them, too. */
static void run_program(int argc, char **argv)
{
    for (uint i = 0; i < sizeof programs / sizeof programs[0]; i++)
        if (argc > 0 && strcmp(argv[0], programs[i].name) == 0) {
            programs[i].run(argc, argv);
            exit();
        }
}

int main(int argc, char **argv)
{
    run_program(argc, argv);
    run_program(argc - 1, argv + 1);
    check_errors();
    check_arguments();
    check_other_program();
    run_script();
    check_chain();
    CHECK_EQ(used_after(0), used_after(100));
    check_little_memory();
    check_kill_program();
    return check_result();
}
