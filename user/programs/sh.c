/* The shell: reads a line, runs the program that it names, and shows how that ended.  `help`
 * lists what else it understands. */
#include "error.h"
#include "info.h"
#include "line.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "terminal.h"
#include "usage.h"

#define JOBS        16
#define PROMPT      "$ "

/* What $? is after a program that did not exit by itself. */
#define SHOWN_KILLED    137
#define SHOWN_FAULT     139

static int last_status;

/* --- words -------------------------------------------------------------------------------- */

/* Always EXIT_FAILURE. */
static int complain(const char *command, const char *what, const char *problem)
{
    printf("sh: %s: %s: %s\n", command, what, problem);
    return EXIT_FAILURE;
}

/* Cuts off spaces at both ends. */
static char *trim(char *text)
{
    size_t length = strlen(text);

    while (length > 0 && text[length - 1] == ' ')
        text[--length] = '\0';
    while (*text == ' ')
        text++;
    return text;
}

/* The first word of `*text`, which is the rest then. */
static char *next_word(char **text)
{
    char *word = *text, *end = strchr(word, ' ');

    *text = end ? end + 1 : word + strlen(word);
    if (end)
        *end = '\0';
    *text = trim(*text);
    return word;
}

/* --- jobs: programs in the background ---------------------------------------------------- */

static struct job {
    int pid;                            /* 0: free */
    char command[LINE_MAX];
} jobs[JOBS];

static struct job *find_job(int pid)
{
    for (unsigned i = 0; i < JOBS; i++)
        if (jobs[i].pid == pid)
            return &jobs[i];
    return NULL;
}

/* --- how a program ended ------------------------------------------------------------------ */

static int shown_status(int status)
{
    if (status >= STATUS_FAULT)
        return SHOWN_FAULT;
    return status == STATUS_KILLED ? SHOWN_KILLED : status;
}

/* Nothing is said of one that ended well. */
static void report(const char *command, int status)
{
    if (status >= STATUS_FAULT)
        printf("%s: ended by exception %d\n", command, status - STATUS_FAULT);
    else if (status == STATUS_KILLED)
        printf("%s: killed\n", command);
    else if (status != 0)
        printf("%s: exit status %d\n", command, status);
}

/* Waits for a child that Ctrl-C goes to meanwhile. */
static void wait_for(int pid, const char *command)
{
    int status = 0;

    sys_foreground(pid);
    int error = sys_wait(pid, &pid, &status);
    sys_foreground(0);
    if (error) {
        printf("sh: %s\n", error_string(error));
        status = EXIT_FAILURE;
    } else {
        report(command, status);
    }
    last_status = shown_status(status);
}

/* Says which jobs have ended since the last time; a wait for such a one does not block. */
static void reap_jobs(void)
{
    struct process_info info;
    int status = 0;

    for (unsigned i = 0; i < JOBS; i++) {
        struct job *job = &jobs[i];
        if (job->pid == 0 || (find_process(job->pid, &info) && info.state != INFO_EXITED))
            continue;
        if (wait(job->pid, &status) > 0) {
            printf("[%d] ended: ", job->pid);
            if (status == 0)
                puts(job->command);
            report(job->command, status);
        }
        job->pid = 0;
    }
}

/* --- starting programs -------------------------------------------------------------------- */

/* Half of what is left, so that there is always something for the next one. */
static unsigned child_quota(void)
{
    struct quota quota = { 0 };

    sys_quota(&quota);
    return (quota.limit - quota.used - quota.delegated) / 2;
}

static int start(const char *command)
{
    int pid = spawn(command, child_quota());

    if (pid > 0)
        return pid;
    int length = strchr(command, ' ') ? (int)(strchr(command, ' ') - command) : LINE_MAX;
    if (pid == -E_INVAL_PID)
        printf("sh: %.*s: no such program; ls shows those that there are\n", length, command);
    else
        printf("sh: %.*s: %s\n", length, command, error_string(-pid));
    last_status = EXIT_FAILURE;
    return 0;
}

/* --- built-in commands -------------------------------------------------------------------- */

static void list_jobs(char *argument UNUSED)
{
    for (unsigned i = 0; i < JOBS; i++)
        if (jobs[i].pid != 0)
            printf("[%d] %s\n", jobs[i].pid, jobs[i].command);
}

/* For one of them, or for all. */
static void wait_jobs(char *argument)
{
    unsigned pid = 0;
    bool all = *argument == '\0';

    if (!all && (!parse_unsigned(argument, &pid) || pid == 0 || !find_job((int)pid)))
        last_status = complain("wait", argument, "not in the background; jobs lists what is");
    for (unsigned i = 0; i < JOBS; i++)
        if (jobs[i].pid != 0 && (all || jobs[i].pid == (int)pid)) {
            wait_for(jobs[i].pid, jobs[i].command);
            jobs[i].pid = 0;
        }
}

static void show_history(char *argument UNUSED)
{
    const char *line;

    for (unsigned i = 0; (line = history_line(i)) != NULL; i++)
        printf("%s\n", line);
}

/* The shell's descendants only: so it can't be a program, which would be their sibling. */
static void kill_processes(char *argument)
{
    last_status = *argument == '\0' ? complain("kill", "PID", "is missing") : EXIT_SUCCESS;
    while (*argument != '\0') {
        char *word = next_word(&argument);
        unsigned pid = 0;
        int error = parse_unsigned(word, &pid) ? sys_kill((int)pid) : E_INVAL_PID;
        if ((int)pid == getpid())
            error = E_INVAL_PID;        /* exit does that */
        if (error)
            last_status = complain("kill", word, "no process that was started from here");
    }
}

static void show_affinity(const char *word)
{
    unsigned pid = 0;
    uint64_t mask = 0;

    if (!parse_unsigned(word, &pid) || sys_get_affinity((int)pid, &mask) != 0) {
        last_status = complain("taskset", word, "no process that was started from here");
        return;
    }
    printf("%u: 0x%llx\n", pid, mask);
    last_status = EXIT_SUCCESS;
}

/* A program gets the mask from the shell, which has it just meanwhile. */
static void start_with_affinity(uint64_t mask, char *command)
{
    uint64_t own = ~0ull;

    sys_get_affinity(0, &own);
    int error = sys_set_affinity(0, mask);
    int pid = !error ? start(command) : 0;
    sys_set_affinity(0, own);
    if (error)
        last_status = complain("taskset", command, error_string(error));
    else if (pid > 0)
        wait_for(pid, command);
}

static void taskset(char *argument)
{
    char *word = next_word(&argument);
    unsigned mask = 0, pid = 0;

    if (*argument == '\0') {
        show_affinity(word);
    } else if (!parse_unsigned(word, &mask)) {
        last_status = complain("taskset", word, "not a number");
    } else if (parse_unsigned(argument, &pid)) {
        int error = sys_set_affinity((int)pid, mask);
        last_status = !error ? EXIT_SUCCESS
                                      : complain("taskset", argument, error_string(error));
    } else {
        start_with_affinity(mask, argument);
    }
}

static void leave(char *argument)
{
    unsigned status = (unsigned)last_status;

    if (*argument != '\0' && !parse_unsigned(argument, &status)) {
        last_status = complain("exit", argument, "not a number");
        return;
    }
    exit((int)status);
}

static void help(char *argument);

static const struct {
    const char *name, *arguments, *does;
    void (*run)(char *argument);
} builtins[] = {
    { "help",    "",                "this", help },
    { "jobs",    "",                "programs in the background", list_jobs },
    { "wait",    "[PID]",           "waits for one or all of them; Ctrl-C ends it", wait_jobs },
    { "kill",    "PID...",          "ends what was started from here", kill_processes },
    { "taskset", "MASK PROGRAM...", "runs a program on CPU n only for bit n", taskset },
    { "taskset", "[MASK] PID",      "shows, or sets, where a process may run", taskset },
    { "history", "",                "lines typed before; up and down bring them back",
      show_history },
    { "exit",    "[STATUS]",        "ends the shell; so does Ctrl-D on an empty line", leave },
};

/* One built-in command, or all of them. */
static void list_builtins(const char *name)
{
    for (unsigned i = 0; i < ARRAY_SIZE(builtins); i++)
        if (!name || strcmp(builtins[i].name, name) == 0)
            printf("%-7s %-15s %s\n", builtins[i].name, builtins[i].arguments,
                   builtins[i].does);
}

static void help(char *argument UNUSED)
{
    puts("PROGRAM ARGUMENTS...    runs it; ls shows them all, PROGRAM --help what it does\n"
         "PROGRAM ARGUMENTS... &  runs it in the background");
    list_builtins(NULL);
    puts("$? in a line is the last exit status (137: killed, 139: ended by an exception).\n"
         "Keys: arrows home end backspace delete, Ctrl-A E K U W.\n"
         "Ctrl-C ends the program in the foreground, Ctrl-T calls the kernel monitor.");
}

/* --- a line ------------------------------------------------------------------------------- */

/* Puts the last status in the place of each $?; false if the line gets too long. */
static bool expand(const char *from, char to[COMMAND_MAX])
{
    size_t length = 0;

    while (*from != '\0' && length < COMMAND_MAX) {
        if (strncmp(from, "$?", 2) == 0) {
            length += (size_t)snprintf(to + length, COMMAND_MAX - length, "%d", last_status);
            from += 2;
        } else {
            to[length++] = *from++;
        }
    }
    if (length >= COMMAND_MAX)
        return false;
    to[length] = '\0';
    return true;
}

/* A & at the end is taken off. */
static bool wants_background(char *line)
{
    size_t length = strlen(line);

    if (length == 0 || line[length - 1] != '&')
        return false;
    line[length - 1] = '\0';
    trim(line);
    return true;
}

static bool run_builtin(char *line)
{
    size_t length = strchr(line, ' ') ? (size_t)(strchr(line, ' ') - line) : strlen(line);

    for (unsigned i = 0; i < ARRAY_SIZE(builtins); i++) {
        const char *name = builtins[i].name;
        if (strlen(name) != length || strncmp(line, name, length) != 0)
            continue;
        char *argument = trim(line + length);
        if (strcmp(argument, "--help") == 0)
            list_builtins(name);
        else
            builtins[i].run(argument);
        return true;
    }
    return false;
}

static void start_job(const char *command)
{
    struct job *job = find_job(0);

    if (!job) {
        printf("sh: %d programs in the background are the most\n", JOBS);
        last_status = EXIT_FAILURE;
        return;
    }
    int pid = start(command);
    if (pid == 0)
        return;
    job->pid = pid;
    strlcpy(job->command, command, sizeof job->command);
    printf("[%d] %s\n", pid, command);
    last_status = 0;
}

static void run_line(const char *text)
{
    char command[COMMAND_MAX];

    if (!expand(text, command)) {
        puts("sh: the line is too long");
        last_status = EXIT_FAILURE;
        return;
    }
    char *line = trim(command);
    bool background = wants_background(line);
    if (*line == '\0') {
        if (background)
            puts("sh: there is nothing before the &");
    } else if (background) {
        start_job(line);
    } else if (!run_builtin(line)) {
        int pid = start(line);
        if (pid > 0)
            wait_for(pid, line);
    }
}

int main(int argc, char **argv)
{
    char line[LINE_MAX];

    usage(argc, argv, "sh\n  the shell; its command help lists what it understands");
    sys_foreground(0);
    puts("Strata shell: help lists the commands, ls the programs.");
    for (;;) {
        reap_jobs();
        if (!read_line(PROMPT, line))
            return last_status;
        run_line(line);
    }
}
