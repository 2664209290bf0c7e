/* proc_create(): check everything, build in secret, publish last. */
#include "proc/proc_priv.h"

#include "lib/elf.h"
#include "lib/panic.h"
#include "lib/string.h"


/* What is known of the program before anything is built. */
struct plan {
    const struct process_config *config;
    const void      *file;
    size_t           file_size;
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
    return 0;
}

static bool cpu_is_usable(unsigned cpu)
{
    return cpu == CPU_ANY ||
           (cpu < NUM_CPUS && __atomic_load_n(&cpus[cpu].online, __ATOMIC_RELAXED));
}

/* Everything that can be refused without having done anything. */
static int check(struct plan *plan, struct process *parent)
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

void process_enter_user(void *unused)
{
    (void)unused;
    intr_local_disable();
    proc_heed_requests();
    enter_user(thread_user_frame(thread_current()));
}

struct trapframe process_first_frame(uaddr_t entry, uaddr_t stack)
{
    return (struct trapframe){
        .es = SEG_USER_DATA, .ds = SEG_USER_DATA,
        .eip = entry, .cs = SEG_USER_CODE,
        .eflags = EFLAGS_IF | EFLAGS_ALWAYS_SET,
        .esp = stack, .ss = SEG_USER_DATA,
    };
}

/* Its one thread, not started yet. */
static int make_thread(struct process *child, const struct plan *plan, struct thread **thread)
{
    const struct program_start start = program_start(&plan->image, plan->config->command);
    bool by_program = process_current() != ROOT_PROCESS;
    const struct thread_config config = {
        .name = plan->name,
        .start = process_enter_user,
        .cpu = plan->config->cpu,
        .affinity = by_program ? sched_affinity(thread_current()) : 0,
        .quota = &child->quota,
        .process = child,
        .space = &child->space,
    };
    int error = thread_create(&config, thread);

    if (error)
        return error;
    *thread_user_frame(*thread) = process_first_frame(start.entry, start.stack);
    thread_group_renew(&child->threads);
    return thread_group_add(&child->threads, *thread);
}

/* Nobody else knows the child yet, so what fails is simply taken apart again. */
static int build(struct process *child, struct process *parent, const struct plan *plan,
                 struct thread **thread)
{
    const char *command = plan->config->command;
    int error = quota_split(process_quota(parent), &child->quota, plan->config->quota);

    if (error)
        return error;
    error = space_create(&child->space, &child->quota);
    if (error)
        goto no_space;
    error = program_load(&child->space, plan->file, &plan->image, command);
    if (!error)
        error = make_thread(child, plan, thread);
    if (error)
        goto not_loaded;
    child->file = plan->file;
    child->file_size = plan->file_size;
    child->orphan = false;
    child->pgfault_upcall = 0;
    strlcpy(child->name, plan->name, sizeof child->name);
    return 0;

not_loaded:
    space_destroy(&child->space);
no_space:
    quota_close(&child->quota);
    return error;
}

/* From here on it can be seen, killed, and run. */
static void add_child(struct process *parent, struct process *child, struct thread *thread)
{
    spinlock_expect_held(&parent->lock);
    child->state = PROCESS_ALIVE;
    list_append(&parent->children, &child->sibling);
    __atomic_store_n(&child->parent, parent, __ATOMIC_RELEASE);
    thread_start(thread);
}

static pid_t publish(struct process *child, struct process *parent, struct thread *thread)
{
    spinlock_acquire(&parent->lock);
    pid_t pid = child->id;
    add_child(parent, child, thread);
    spinlock_release(&parent->lock);
    return pid;
}

/* The child counts from the moment when it is allowed, so that two callers
 * cannot both be the last one. */
static bool count_up(struct process *parent)
{
    spinlock_expect_held(&parent->lock);
    bool allowed = parent->child_count < MAX_CHILDREN;
    if (allowed)
        parent->child_count++;
    return allowed;
}

static int reserve_child(struct process *parent)
{
    spinlock_acquire(&parent->lock);
    bool allowed = count_up(parent);
    spinlock_release(&parent->lock);
    return allowed ? 0 : E_MAX_NUM_CHILDEN_REACHED;
}

static void unreserve_child(struct process *parent)
{
    spinlock_acquire(&parent->lock);
    process_count_down(parent);
    spinlock_release(&parent->lock);
}

int proc_create(const struct process_config *config, pid_t *pid)
{
    struct process *parent = process_current();
    struct plan plan = { .config = config };
    int error = check(&plan, parent);

    if (!error)
        error = reserve_child(parent);
    if (error)
        return error;
    struct process *child = process_slot_get();
    struct thread *thread;
    error = child ? build(child, parent, &plan, &thread) : E_INVAL_CHILD_ID;
    if (!error) {
        if (config->announce)
            config->announce(config, child->id);
        *pid = publish(child, parent, thread);
        return 0;
    }
    if (child)
        process_slot_put(child);
    unreserve_child(parent);
    return error;
}
