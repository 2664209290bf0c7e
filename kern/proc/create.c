/* proc_create(): check everything, build in secret, publish last. */
#include "proc/proc_priv.h"

#include "lib/assert.h"
#include "lib/elf.h"
#include "lib/string.h"

/* What is known of the program before anything is built. */
struct plan {
    const struct process_config *config;
    const void      *file;
    size_t           file_size;
    struct program_text      text;
    struct elf_image image;
    char             name[PROGRAM_NAME_MAX];
};

/* The first word of the command; empty if it is longer than any program's name. */
static void first_word(char name[PROGRAM_NAME_MAX], const char *command)
{
    size_t length = 0;

    while (*command == ' ')
        command++;
    while (command[length] != ' ' && command[length] != '\0')
        length++;
    if (length >= PROGRAM_NAME_MAX)
        length = 0;
    memcpy(name, command, length);
    name[length] = '\0';
}

static int find_file(struct plan *plan)
{
    const struct process_config *config = plan->config;

    if (strnlen(config->command, COMMAND_MAX) == COMMAND_MAX)
        return E_INVAL_ARG;
    first_word(plan->name, config->command);
    plan->file = config->image;
    plan->file_size = config->image_size;
    if (plan->file)
        return 0;
    const struct program *program = programs_find(plan->name);
    if (!program)
        return E_INVAL_PID;
    plan->file = program->file;
    plan->file_size = program->size;
    plan->text = program->text;
    return 0;
}

static bool cpu_is_usable(unsigned cpu)
{
    return cpu == CPU_ANY || cpu_is_online(cpu);
}

/* Everything that can be refused without having done anything. */
static int check_plan(struct plan *plan, struct process *parent)
{
    int error = find_file(plan);

    if (!error)
        error = elf_parse(plan->file, plan->file_size, &plan->image);
    if (error)
        return error;
    if (!cpu_is_usable(plan->config->cpu))
        return E_INVAL_CPU;
    if (plan->config->quota > quota_free(process_quota(parent)) ||
        plan->config->quota < program_pages(&plan->image))
        return E_EXCEEDS_QUOTA;
    return 0;
}

/* Its one thread, not started yet. */
static int make_thread(struct process *child, const struct plan *plan, struct thread **thread)
{
    const struct program_start start = program_start(&plan->image, plan->config->command);
    int error = process_make_thread(child, plan->config->cpu, thread);

    if (error)
        return error;
    *thread_user_frame(*thread) = process_first_frame(start.entry, start.stack);
    error = thread_group_add(&child->group, *thread);
    KERN_ASSERT(!error);                /* no other thread knows the group yet */
    return 0;
}

static int begin_child(const struct plan *plan, struct process **child)
{
    const struct process_start start = {
        .name = plan->name, .file = plan->file, .file_size = plan->file_size,
        .quota = plan->config->quota,
    };

    return process_begin(&start, child);
}

int proc_create(const struct process_config *config, pid_t *pid)
{
    struct plan plan = { .config = config };
    struct process *child;
    struct thread *thread;
    int error = check_plan(&plan, process_current());

    if (!error)
        error = begin_child(&plan, &child);
    if (error)
        return error;
    const struct program_source source = { plan.file, &plan.image, plan.text };
    child->shells = config->is_first ? 2 : 0;
    error = program_load(&child->space, &source, config->command);
    if (!error)
        error = make_thread(child, &plan, &thread);
    if (error) {
        process_abandon(child);
        return error;
    }
    if (config->announce)
        config->announce(config, child->id);
    *pid = process_publish(child, thread);
    return 0;
}
