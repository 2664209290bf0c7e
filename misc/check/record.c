/* The record of a failing run. */
#include "record.h"

#include "machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    RECORDS_MAX = 100000,
    TIME_PER_STEP = 1000,               /* what happens in one step stands in its order */
    STEPS_PER_SECOND = 1000,
};

/* As in the file. */
static struct {
    uint32_t            cpu;
    struct trace_record record;
} records[RECORDS_MAX];

static unsigned count;

void record_begin(void)
{
    count = 0;
    record_note(TRACE_CLOCK, TIME_PER_STEP * STEPS_PER_SECOND / 1000, 0);
}

/* Later than the record before it.  The machine boots in no time. */
static uint64_t next_time(void)
{
    uint64_t time = is_exploring() ? (uint64_t)step_number() * TIME_PER_STEP : 0;

    if (count == 0)
        return 0;
    const struct trace_record *last = &records[count - 1].record;
    uint64_t earliest =
        ((uint64_t)(last->cycles_high_and_event >> 8) << 32 | last->cycles_low) + 1;
    return MAX(time, earliest);
}

void record_note(enum trace_event event, uintptr_t subject, uintptr_t value)
{
    uint64_t time = next_time();

    if (count == RECORDS_MAX)
        return;
    records[count].cpu = current_cpu();
    records[count++].record = (struct trace_record){
        (uint32_t)time, (uint32_t)(time >> 32) << 8 | event, (uint32_t)subject, (uint32_t)value
    };
}

static FILE *open_file(const char *folder, const char *name)
{
    char path[4096];
    FILE *file = NULL;

    if ((size_t)snprintf(path, sizeof path, "%s/%s.trace", folder, name) < sizeof path)
        file = fopen(path, "wb");
    if (!file) {
        fprintf(stderr, "explore: %s/%s.trace: %s\n", folder, name, strerror(errno));
        exit(2);
    }
    return file;
}

void record_write(const char *folder, const char *name)
{
    FILE *file = open_file(folder, name);
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);

    program[MAX(length, 0)] = 0;
    fprintf(file, "{\"kernel\": \"%s\", \"cpus\": %u, \"lost\": {}, \"steps\": %u}\n", program,
            cpu_count, TIME_PER_STEP);
    fwrite(records, sizeof records[0], count, file);
    fclose(file);
}
