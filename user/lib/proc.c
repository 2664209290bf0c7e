/* Processes and buffers: system calls in the form that programs like.  Names in parentheses are
 * macros elsewhere (lab.h). */
#include "proc.h"

#include "error.h"
#include "stdio.h"
#include "stdlib.h"

/* For calls that fail only if the program is wrong. */
static void end_on_error(const char *call, int error)
{
    if (!error)
        return;
    printf("%s: %s\n", call, error_string(error));
    exit(EXIT_FAILURE);
}

int spawn_on(unsigned cpu, const char *command, unsigned quota)
{
    int pid = 0;
    int error = sys_spawn(command, quota, cpu, &pid);

    return error ? -error : pid;
}

int (spawn)(const char *command, unsigned quota)
{
    return spawn_on(CPU_ANY, command, quota);
}

int wait(int pid, int *status)
{
    int child = 0;
    int error = sys_wait(pid, &child, status);

    return error ? -error : child;
}

int wait_status(int pid)
{
    int status = 0;
    int child = wait(pid, &status);

    return child < 0 ? child : status;
}

int run(const char *command, unsigned quota)
{
    int pid = spawn(command, quota);

    return pid < 0 ? pid : wait_status(pid);
}

int getpid(void)
{
    int pid = 0, parent = 0;

    end_on_error("getpid", sys_getpid(&pid, &parent));
    return pid;
}

int getppid(void)
{
    int pid = 0, parent = 0;

    end_on_error("getppid", sys_getpid(&pid, &parent));
    return parent;
}

unsigned cpu_index(void)
{
    unsigned cpu = 0, cpus = 0;

    end_on_error("cpu_index", sys_cpu(&cpu, &cpus));
    return cpu;
}

unsigned cpu_count(void)
{
    unsigned cpu = 0, cpus = 0;

    end_on_error("cpu_count", sys_cpu(&cpu, &cpus));
    return cpus;
}

void yield(void)
{
    end_on_error("yield", sys_yield());
}

void sleep_us(unsigned microseconds)
{
    end_on_error("sleep", sys_sleep(microseconds));
}

uint64_t time_us(void)
{
    uint64_t microseconds = 0;

    end_on_error("time", sys_time(&microseconds));
    return microseconds;
}

void (produce)(unsigned buffer, uint32_t item)
{
    end_on_error("produce", sys_produce(buffer, item));
}

uint32_t (consume)(unsigned buffer)
{
    uint32_t item = 0;

    end_on_error("consume", sys_consume(buffer, &item));
    return item;
}

void trace_mark(const char *text)
{
    end_on_error("trace_mark", sys_trace_mark(text));
}
