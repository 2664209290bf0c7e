/* Where threads stand: for the monitor, and when nothing goes on any more. */
#include "apps/apps_priv.h"

#include "dev/log.h"
#include "dev/panic.h"
#include "lib/elf_symbol.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "thread/inspect.h"

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

static void print_one(const struct thread *thread, void *argument)
{
    const pid_t *wanted = argument;
    struct thread_trace trace;

    if (!thread_trace(thread, &trace) || (*wanted != 0 && trace.pid != *wanted))
        return;
    KERN_INFO("%s (process %d), CPU %u, %s%s%s\n", trace.name, trace.pid, trace.cpu,
              info_state_name(trace.state), *trace.wait ? ", waits: " : "", trace.wait);
    for (unsigned i = 0; i < trace.depth; i++)
        panic_print_address("    ", trace.addresses[i] - 1);
    if (trace.user_eip != 0)
        print_user_trace(&trace);
}

void print_where_threads_are(pid_t pid)
{
    thread_for_each(print_one, &pid);
}

/* --- in short ----------------------------------------------------------------------------- */

enum { LINE_SIZE = 160, FUNCTIONS = 4 };

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
    char line[LINE_SIZE];
    uaddr_t addresses[FUNCTIONS];

    (void)unused;
    if (!thread_trace(thread, &trace) || trace.pid == 0)
        return;
    snprintf(line, sizeof line, "  %s (process %d) waits: %s", trace.name, trace.pid, trace.wait);
    append_function(line, trace.pid, trace.user_eip);
    unsigned depth = proc_walk_stack(trace.pid, trace.user_ebp, addresses, FUNCTIONS - 1);
    for (unsigned i = 0; i < depth; i++)
        append_function(line, trace.pid, addresses[i] - 1);
    KERN_INFO("%s\n", line);
}

void print_what_programs_wait_for(void)
{
    thread_for_each(print_in_short, NULL);
}
