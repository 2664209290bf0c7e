/* Where threads stand: for the monitor, and when nothing goes on any more. */
#include "apps/apps_priv.h"

#include "dev/log.h"
#include "dev/panic.h"
#include "lib/elf_symbol.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "thread/inspect.h"

enum { LINE_SIZE = 160 };

static void print_in_program(pid_t pid, uaddr_t address)
{
    struct elf_symbol symbol;

    if (proc_find_symbol_of(pid, address, &symbol))
        KERN_INFO("    0x%08x %s+0x%x, of the program\n", address, symbol.name, symbol.offset);
    else
        KERN_INFO("    0x%08x of the program\n", address);
}

static void print_user_trace(const struct thread_trace *trace)
{
    uaddr_t addresses[THREAD_TRACE_DEPTH];
    unsigned depth = proc_walk_stack(trace->pid, trace->user_ebp, addresses,
                                     ARRAY_SIZE(addresses));

    print_in_program(trace->pid, trace->user_eip);
    for (unsigned i = 0; i < depth; i++)
        print_in_program(trace->pid, addresses[i] - 1);
}

/* Into a line of LINE_SIZE: what the thread waits for, if for anything. */
static void describe_wait(char *line, const struct thread_trace *trace)
{
    uint32_t owner = mutex_owner(trace);

    line[0] = '\0';
    if (owner != 0)
        snprintf(line, LINE_SIZE, "waits: mutex 0x%x, which thread %u has", trace->wait_word,
                 owner);
    else if (*trace->wait)
        snprintf(line, LINE_SIZE, "waits: %s", trace->wait);
}

static void describe_thread(char *line, const struct thread_trace *trace)
{
    if (trace->pid != 0)
        snprintf(line, LINE_SIZE, "%s (process %d, thread %u)", trace->name, trace->pid,
                 trace->number);
    else
        snprintf(line, LINE_SIZE, "%s (process 0)", trace->name);
}

static void print_one(const struct thread *thread, void *argument)
{
    const pid_t *wanted = argument;
    struct thread_trace trace;
    char who[LINE_SIZE], wait[LINE_SIZE];

    if (!thread_trace(thread, &trace) || (*wanted != 0 && trace.pid != *wanted))
        return;
    describe_thread(who, &trace);
    describe_wait(wait, &trace);
    KERN_INFO("%s, CPU %u, %s%s%s\n", who, trace.cpu, info_state_name(trace.state),
              *wait ? ", " : "", wait);
    for (unsigned i = 0; i < trace.depth; i++)
        panic_print_address("    ", trace.addresses[i] - 1);
    if (trace.user_eip != 0)
        print_user_trace(&trace);
}

void print_where_threads_are(pid_t pid)
{
    thread_for_each(print_one, &pid);
    print_circles();
}

/* --- in short ----------------------------------------------------------------------------- */

enum { FUNCTIONS = 4 };

/* What is too long is cut. */
static void append_function(char line[LINE_SIZE], pid_t pid, uaddr_t address)
{
    size_t length = strlen(line);
    struct elf_symbol symbol;

    if (proc_find_symbol_of(pid, address, &symbol))
        snprintf(line + length, LINE_SIZE - length, ", in %s", symbol.name);
}

static void print_in_short(const struct thread *thread, void *unused)
{
    struct thread_trace trace;
    char who[LINE_SIZE], wait[LINE_SIZE], line[LINE_SIZE];
    uaddr_t addresses[FUNCTIONS];

    (void)unused;
    if (!thread_trace(thread, &trace) || trace.pid == 0)
        return;
    describe_thread(who, &trace);
    describe_wait(wait, &trace);
    snprintf(line, sizeof line, "  %s %s", who, wait);
    append_function(line, trace.pid, trace.user_eip);
    unsigned depth = proc_walk_stack(trace.pid, trace.user_ebp, addresses, FUNCTIONS - 1);
    for (unsigned i = 0; i < depth; i++)
        append_function(line, trace.pid, addresses[i] - 1);
    KERN_INFO("%s\n", line);
}

void print_what_programs_wait_for(void)
{
    thread_for_each(print_in_short, NULL);
    print_circles();
}
