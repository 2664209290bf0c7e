/* How a scenario begins: the kernel comes up, its threads are made, and the CPUs go. */
#include "play.h"

#include "history.h"
#include "machine.h"
#include "memory.h"
#include "schedule.h"

#include "ipc/ipc.h"
#include "pcpu/trace.h"
#include "proc/proc.h"
#include "thread/inspect.h"
#include "thread/queue_priv.h"
#include "vmm/vmm_priv.h"

const struct scenario *scenario;

const struct lock_class scenario_lock = { .name = "scenario", .rank = 1000 };

struct player players[PLAYERS_MAX];
unsigned player_count;
uint32_t pages_at_begin, threads_at_begin;

void boot_once(void)
{
    static const struct memory_range memory = { PHYSICAL_LO, PHYSICAL_SIZE, MEMORY_USABLE };

    current_context()->cpu = &cpus[0];
    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++)
        cpus[cpu].index = cpu;
    cpus_end = cpu_count;
    proc_set_aside(pmm_plan(&memory, 1, NULL, 0));
    pmm_init();
    kstack_init();
    buffer_init();
    futex_init();
    succeed();
}

static void run_cpu(void)
{
    current_context()->cpu = &cpus[current_cpu()];
    sched_idle();
}

/* Below the idle thread its user frame has its place, as with all threads. */
static void add_cpu(unsigned cpu)
{
    void *top;
    int error = thread_create_idle(cpu, &top);

    KERN_ASSERT(!error);
    machine_add_cpu(cpu, thread_user_frame(top), run_cpu);
}

static void introduce(const struct thread *thread, void *unused)
{
    (void)unused;
    thread_trace_begin(thread);
}

void boot_scenario(void)
{
    player_count = 0;
    history_forget();
    current_context()->cpu = &cpus[0];
    trace_is_on = schedule_is_told;     /* what it notes is part of the story */
    thread_init();
    for (unsigned cpu = 1; cpu < cpu_count; cpu++)
        add_cpu(cpu);
    if (trace_is_on)
        thread_for_each(introduce, NULL);
    if (scenario->has_processes)
        proc_init(NULL, 0);
    pages_at_begin = quota_root.account.used;
    threads_at_begin = thread_count();
    scenario->begin();
    machine_explore();
    sched_idle();
}

static void note_departure(struct thread *thread)
{
    unsigned i = 0;

    while (players[i].thread != thread || players[i].ended)
        i++;
    players[i].ended = true;
    if (!scenario->keeps_threads)
        thread_free(thread);
}

struct thread *play(const char *name, int cpu, void (*function)(void *), void *argument)
{
    const struct thread_config config = {
        .name = name, .start = function, .argument = argument, .departed = note_departure,
        .cpu = cpu == ANY_CPU ? CPU_ANY : (unsigned)cpu, .quota = &quota_root,
    };
    struct thread *thread;
    int error = thread_create(&config, &thread);

    KERN_ASSERT(!error && player_count < PLAYERS_MAX);
    players[player_count++] = (struct player){ .thread = thread, .name = name };
    thread_start(thread);
    return thread;
}

const char *running_name(void)
{
    return thread_current()->name;
}
