/* The kernel monitor: looks at the machine from inside while programs run, or when none does.
 *
 * It is an ordinary thread, and takes each lock only to copy what it shows: it holds none while
 * it prints, waits for no thread but for the keyboard, and so can't be part of a deadlock.
 * What two lines say may be of two moments. */
#include "apps/apps_priv.h"

#include "dev/clock.h"
#include "dev/log.h"
#include "dev/machine_exit.h"
#include "dev/panic.h"
#include "ipc/ipc.h"
#include "lib/error_text.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "pcpu/trace.h"
#include "pmm/pmm.h"
#include "proc/proc.h"
#include "thread/inspect.h"
#include "vmm/kstack.h"

enum { LINE_MAX = 80 };

enum verdict { GO_ON, LEAVE };

/* --- commands: each gets the rest of the line after its name ------------------------------ */

static enum verdict command_ps(const char *unused)
{
    struct process_info info;
    unsigned slot = 0;

    (void)unused;
    KERN_INFO("  pid parent cpu threads  pages  limit state   name\n");
    while (proc_info_next(&slot, &info))
        KERN_INFO("%5d %6d %3u %7u %6u %6u %-7s %s%s%s\n", info.id, info.parent, info.cpu,
                  info.threads, info.used, info.limit, info_state_name(info.state), info.name,
                  *info.wait ? ", waits: " : "", info.wait);
    return GO_ON;
}

static unsigned idle_percent(const struct cpu_info *info)
{
    return info->cycles < 100 ? 0 : (unsigned)(info->idle_cycles / (info->cycles / 100));
}

static enum verdict show_cpus(const char *unused)
{
    struct cpu_info info;

    (void)unused;
    KERN_INFO("cpu  idle ready  switches     ticks  ipis in  shootdowns  runs\n");
    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++)
        if (sched_cpu_info(cpu, &info) == 0)
            KERN_INFO("%3u %4u%% %5u %9u %9u %8u %11u  %s\n", cpu, idle_percent(&info),
                      info.ready, info.switches, info.ticks, info.ipis_received,
                      info.shootdowns_served, info.current);
    return GO_ON;
}

/* Blocked threads hold no spinlocks: there are only those that CPUs hold or want just now. */
static enum verdict command_locks(const char *unused)
{
    (void)unused;
    print_locks(true);
    FOR_EACH_ONLINE_CPU(cpu)
        if (__atomic_load_n(&cpus[cpu].waiting_for, __ATOMIC_RELAXED))
            panic_print_wanted_lock(cpu);
        else
            KERN_INFO("CPU %u: waits for no lock\n", cpu);
    return GO_ON;
}

static enum verdict command_mem(const char *unused)
{
    const struct pmm_usage memory = pmm_usage();
    const struct kstack_usage stacks = kstack_usage();
    const struct account root = quota_account(&quota_root);

    (void)unused;
    KERN_INFO("pages: %u, free %u; the kernel's quota: %u, used %u, given to programs %u\n",
              memory.pages, memory.free, root.limit, root.used, root.delegated);
    KERN_INFO("terminal: %u characters dropped, as the ones before had not been read\n",
              terminal_dropped());
    KERN_INFO("kernel stacks: %u, unused %u; pages of programs' text: %u; threads %u; "
              "processes %u of %u\n", stacks.stacks, stacks.cached, proc_text_pages(),
              thread_count(), proc_count(), proc_limit());
    return GO_ON;
}

static void show_buffer(unsigned id)
{
    struct buffer_statistics buffer;

    if (buffer_statistics(id, &buffer))
        return;
    if (buffer.in > 0 || buffer.producers > 0 || buffer.consumers > 0)
        KERN_INFO("buffer %u: %u items of %u, in %llu, out %llu, "
                  "%u producers and %u consumers wait\n", id, buffer.depth, buffer.capacity,
                  buffer.in, buffer.out, buffer.producers, buffer.consumers);
}

static enum verdict show_buffers(const char *argument)
{
    bool empties = strcmp(argument, "empty") == 0;
    unsigned count;

    if (*argument && !empties) {
        KERN_INFO("buffers: empty, or nothing\n");
        return GO_ON;
    }
    for (unsigned id = 0; id < NUM_BUFFERS; id++) {
        if (empties && buffer_empty(id, &count))
            KERN_PANIC("the monitor may not use buffer %u", id);
        show_buffer(id);
    }
    return GO_ON;
}

/* Positive, or 0 for anything else. */
static pid_t parse_pid(const char *text)
{
    uint64_t number = 0;

    for (; *text >= '0' && *text <= '9' && number <= INT32_MAX; text++)
        number = number * 10 + (unsigned)(*text - '0');
    return *text == '\0' && number <= INT32_MAX ? (pid_t)number : 0;
}

static enum verdict command_backtrace(const char *argument)
{
    pid_t wanted = parse_pid(argument);

    if (*argument != '\0' && wanted == 0)
        KERN_INFO("backtrace: %s is not the number of a process\n", argument);
    else
        print_where_threads_are(wanted);
    return GO_ON;
}

/* It stops first: else what it prints would bring new records for ever. */
static enum verdict command_trace(const char *argument)
{
    bool on = strcmp(argument, "on") == 0;

    if (*argument && !on && strcmp(argument, "off") != 0) {
        KERN_INFO("trace: on, off, or nothing\n");
        return GO_ON;
    }
    if (!*argument && !__atomic_load_n(&trace_is_on, __ATOMIC_RELAXED))
        KERN_INFO("trace was off: `trace on` records from then on; what was recorded before:\n");
    trace_run(on);
    if (!*argument)
        trace_print();
    return GO_ON;
}

/* As the root process, of which all are descendants. */
static enum verdict command_kill(const char *argument)
{
    pid_t pid = parse_pid(argument);
    int error = pid ? proc_kill(pid) : E_INVAL_PID;

    if (error)
        KERN_INFO("kill: %s: %s\n", argument, error_text(error));
    return GO_ON;
}

static enum verdict go_on(const char *unused)
{
    (void)unused;
    return LEAVE;
}

static enum verdict command_quit(const char *unused)
{
    (void)unused;
    machine_exit(EXIT_PASS);
}

static enum verdict command_help(const char *unused);

static const struct command {
    const char *name, *arguments, *does;
    enum verdict (*run)(const char *argument);
} commands[] = {
    { "help",      "",      "this", command_help },
    { "ps",        "",      "processes", command_ps },
    { "cpus",      "",      "what each CPU does and has done", show_cpus },
    { "locks",     "",      "what locks have cost (boot option lockstat); what CPUs wait for",
      command_locks },
    { "mem",       "",      "pages, stacks, threads, processes", command_mem },
    { "buffers",   "[empty]", "what bounded buffers hold and who waits; throws the items away",
      show_buffers },
    { "backtrace", "[PID]", "where threads are: of one process, or all, the kernel's too",
      command_backtrace },
    { "kill",      "PID",   "ends a process", command_kill },
    { "trace",     "[on|off]", "records what happens; stops, and shows the latest",
      command_trace },
    { "continue",  "",      "gives the keyboard back to the programs; so does Ctrl-D", go_on },
    { "quit",      "",      "ends the machine", command_quit },
};

static enum verdict command_help(const char *unused)
{
    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        KERN_INFO("%-10s%-9s%s\n", commands[i].name, commands[i].arguments, commands[i].does);
    return GO_ON;
}

/* --- lines -------------------------------------------------------------------------------- */

static void type_back(char *line, size_t *length, char character)
{
    if (character == '\b') {
        if (*length > 0) {
            --*length;
            KERN_INFO("\b \b");
        }
    } else if (character >= ' ' && character <= '~' && *length < LINE_MAX - 1) {
        line[(*length)++] = character;
        KERN_INFO("%c", character);
    }
}

/* False if the keyboard is to go back: Ctrl-D. */
static bool read_line(char line[LINE_MAX])
{
    size_t length = 0;
    char character;

    KERN_INFO("monitor> ");
    for (;;) {
        if (terminal_getc(TERMINAL_MONITOR, &character) || character == ('D' & 0x1f)) {
            KERN_INFO("\n");
            return false;
        }
        if (character == '\n')
            break;
        if (character == TERMINAL_INTERRUPT_KEY) {
            KERN_INFO("^C\nmonitor> ");
            length = 0;
        }
        type_back(line, &length, character);
    }
    KERN_INFO("\n");
    line[length] = '\0';
    return true;
}

/* Splits the line at the first space. */
static enum verdict run_line(char *line)
{
    char *argument = strchr(line, ' ');

    if (argument)
        *argument++ = '\0';
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        if (strcmp(line, commands[i].name) == 0)
            return commands[i].run(argument ? argument : "");
    if (*line)
        KERN_INFO("monitor: no command %s; help lists them\n", line);
    return GO_ON;
}

void monitor_run(void)
{
    char line[LINE_MAX];

    terminal_give_to(TERMINAL_MONITOR);
    KERN_INFO("\nKernel monitor: help lists the commands, continue leaves.\n");
    while (read_line(line) && run_line(line) == GO_ON) {}
    terminal_give_to(TERMINAL_PROGRAMS);
    KERN_INFO("Back to the programs.\n");
}
