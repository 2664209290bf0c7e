/* The shell: reads a line, runs the program that it names, and shows how that ended.  `help`
 * lists what else it understands. */
#include "error.h"
#include "info.h"
#include "line.h"
#include "proc.h"
#include "status.h"
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
#define SHOWN_INTERRUPTED 130           /* of a wait that Ctrl-C has ended */

#define WAIT_STEP_US    10000

static int last_status;

enum place { FOREGROUND, BACKGROUND };

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

/* What $? shows. */
static int shown_status(int status)
{
    if (status >= STATUS_FAULT)
        return SHOWN_FAULT;
    return status == STATUS_KILLED ? SHOWN_KILLED : status;
}

/* Nothing is said of one that ended well. */
static void report(const char *command, int status)
{
    if (status != 0)
        printf("%s: %s\n", command, status_text(status));
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

static bool has_ended(const struct job *job)
{
    struct process_info info;

    return !find_process(job->pid, &info) || info.state == INFO_EXITED;
}

/* Says which jobs have ended since the last time; a wait for such a one does not block. */
static void reap_jobs(void)
{
    int status = 0;

    for (unsigned i = 0; i < JOBS; i++) {
        struct job *job = &jobs[i];
        if (job->pid == 0 || !has_ended(job))
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
    return quota_left(&quota) / 2;
}

/* Its pid, or 0: that was said. */
static int start(const char *command, enum place place)
{
    if (place == BACKGROUND && !find_job(0)) {
        printf("sh: %d programs in the background are the most\n", JOBS);
        last_status = EXIT_FAILURE;
        return 0;
    }
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

static void remember_job(int pid, const char *command)
{
    struct job *job = find_job(0);

    job->pid = pid;
    strlcpy(job->command, command, sizeof job->command);
    printf("[%d] %s\n", pid, command);
    last_status = 0;
}

/* With what start() has started. */
static void go_on_with(int pid, const char *command, enum place place)
{
    if (pid == 0)
        return;
    if (place == BACKGROUND)
        remember_job(pid, command);
    else
        wait_for(pid, command);
}

/* --- built-in commands -------------------------------------------------------------------- */

static void list_jobs(char *argument UNUSED)
{
    for (unsigned i = 0; i < JOBS; i++)
        if (jobs[i].pid != 0)
            printf("[%d] %s\n", jobs[i].pid, jobs[i].command);
}

static struct job *named_job(const char *command, const char *argument)
{
    unsigned pid = 0;
    struct job *job = parse_unsigned(argument, &pid) && pid != 0 ? find_job((int)pid) : NULL;

    if (!job)
        last_status = complain(command, argument, "not in the background; jobs lists what is");
    return job;
}

/* Waits for one of them, or for all, and takes no status that reap_jobs() is to tell.  The shell
 * acts on Ctrl-C itself meanwhile, so it has to look; false if it was typed. */
static bool wait_for_job(const struct job *job)
{
    while (job->pid != 0 && !has_ended(job)) {
        if (interrupt_typed()) {
            puts("^C");
            last_status = SHOWN_INTERRUPTED;
            return false;
        }
        sleep_us(WAIT_STEP_US);
    }
    return true;
}

static void wait_jobs(char *argument)
{
    struct job *job = *argument != '\0' ? named_job("wait", argument) : NULL;
    bool goes_on = true;

    if (job)
        wait_for_job(job);
    for (unsigned i = 0; *argument == '\0' && goes_on && i < JOBS; i++)
        goes_on = wait_for_job(&jobs[i]);
}

static void bring_to_foreground(char *argument)
{
    struct job *job = named_job("fg", argument);

    if (!job)
        return;
    wait_for(job->pid, job->command);
    job->pid = 0;
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
static void start_with_affinity(uint64_t mask, char *command, enum place place)
{
    uint64_t own = ~0ull;

    sys_get_affinity(0, &own);
    int error = sys_set_affinity(0, mask);
    if (error) {
        last_status = complain("taskset", command, error_string(error));
        return;
    }
    int pid = start(command, place);
    sys_set_affinity(0, own);
    go_on_with(pid, command, place);
}

static void taskset(char *argument, enum place place)
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
        start_with_affinity(mask, argument, place);
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
    void (*run_at)(char *argument, enum place place);   /* instead: it may end in & */
} builtins[] = {
    { "help",    "",                "this", help, NULL },
    { "jobs",    "",                "programs in the background", list_jobs, NULL },
    { "wait",    "[PID]",           "waits for one or all of them; Ctrl-C ends the waiting",
      wait_jobs, NULL },
    { "fg",      "PID",             "brings one to the foreground: it gets keys, and Ctrl-C",
      bring_to_foreground, NULL },
    { "kill",    "PID...",          "ends what was started from here", kill_processes, NULL },
    { "taskset", "MASK PROGRAM...", "runs a program on CPU n only for bit n",
      NULL, taskset },
    { "taskset", "[MASK] PID",      "shows, or sets, where a process may run", NULL, taskset },
    { "history", "",                "lines typed before; up and down bring them back",
      show_history, NULL },
    { "exit",    "[STATUS]",        "ends the shell; so does Ctrl-D on an empty line", leave,
      NULL },
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
         "PROGRAM ARGUMENTS... &  runs it in the background\n"
         "FIRST; SECOND           one after the other");
    list_builtins(NULL);
    puts("Words with spaces stand between quotes, \"...\" or '...'.\n"
         "$? in a line is the last exit status (137: killed, 139: ended by an exception).\n"
         "Keys: arrows home end backspace delete, Ctrl-A E K U W.\n"
         "Ctrl-C ends the program in the foreground, Ctrl-\\ even one that acts on Ctrl-C;\n"
         "Ctrl-T calls the kernel monitor.");
}

/* --- a line ------------------------------------------------------------------------------- */

/* The quote that is open after this character, or 0; `quote` was open before it. */
static char quote_after(char quote, char character)
{
    if (quote != '\0')
        return character == quote ? '\0' : quote;
    return character == '"' || character == '\'' ? character : '\0';
}

/* Puts the last status in the place of each $? that is not between single quotes; false if the
 * line gets too long. */
static bool expand(const char *from, char to[COMMAND_MAX])
{
    size_t length = 0;
    char quote = '\0';

    while (*from != '\0' && length < COMMAND_MAX) {
        if (quote != '\'' && strncmp(from, "$?", 2) == 0) {
            length += (size_t)snprintf(to + length, COMMAND_MAX - length, "%d", last_status);
            from += 2;
        } else {
            quote = quote_after(quote, *from);
            to[length++] = *from++;
        }
    }
    if (length >= COMMAND_MAX)
        return false;
    to[length] = '\0';
    return true;
}

static bool run_builtin(char *line, enum place place)
{
    size_t length = strchr(line, ' ') ? (size_t)(strchr(line, ' ') - line) : strlen(line);

    for (unsigned i = 0; i < ARRAY_SIZE(builtins); i++) {
        const char *name = builtins[i].name;
        if (strlen(name) != length || strncmp(line, name, length) != 0)
            continue;
        char *argument = trim(line + length);
        if (strcmp(argument, "--help") == 0)
            list_builtins(name);
        else if (builtins[i].run_at)
            builtins[i].run_at(argument, place);
        else if (place == BACKGROUND)
            last_status = complain(name, "&", "the shell's own commands do not run in the "
                                              "background");
        else
            builtins[i].run(argument);
        return true;
    }
    return false;
}

/* One program or built-in command. */
static void run_command(const char *text, enum place place)
{
    char command[COMMAND_MAX];

    if (!expand(text, command)) {
        puts("sh: the line is too long");
        last_status = EXIT_FAILURE;
        return;
    }
    char *line = trim(command);
    if (*line == '\0') {
        if (place == BACKGROUND)
            puts("sh: there is nothing before the &");
    } else if (!run_builtin(line, place)) {
        go_on_with(start(line, place), line, place);
    }
}

/* The first place, outside of quotes, where one of `characters` or the line's end is. */
static char *find_outside_quotes(char *line, const char *characters)
{
    char quote = '\0';

    for (; *line != '\0'; line++) {
        if (quote == '\0' && strchr(characters, *line))
            break;
        quote = quote_after(quote, *line);
    }
    return line;
}

static bool has_double_and(char *line)
{
    char *at = find_outside_quotes(line, "&");

    while (*at != '\0' && at[1] != '&')
        at = find_outside_quotes(at + 1, "&");
    return *at != '\0';
}

/* What other shells understand and this one does not; a line with such in it does nothing. */
static bool is_refused(char *line)
{
    char *operator = find_outside_quotes(line, "|<>");
    char quote = '\0';

    for (const char *at = line; *at != '\0'; at++)
        quote = quote_after(quote, *at);
    if (quote != '\0')
        printf("sh: there is no second %c\n", quote);
    else if (*operator != '\0')
        printf("sh: %c is not known here: programs have one terminal, and no files to write to\n",
               *operator);
    else if (has_double_and(line))
        puts("sh: && is not known here; ; runs one command after another");
    else
        return false;
    last_status = EXIT_FAILURE;
    return true;
}

static void run_line(char *line)
{
    if (is_refused(line))
        return;
    for (char *next; *line != '\0'; line = next) {
        char *end = find_outside_quotes(line, ";&");
        enum place place = *end == '&' ? BACKGROUND : FOREGROUND;

        next = *end != '\0' ? end + 1 : end;
        *end = '\0';
        run_command(line, place);
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
