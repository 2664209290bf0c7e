/* System calls on processes. */
#include "trap/syscall_priv.h"

#include "abi/env.h"
#include "proc/proc.h"
#include "trap/sysarg_priv.h"
#include "vmm/usercopy.h"

int sys_spawn(struct trapframe *frame)
{
    char command[COMMAND_MAX];
    struct process_config config = {
        .command = command,
        .quota = sysarg(frame, 1),
        .cpu = sysarg(frame, 2),
    };
    size_t length;
    pid_t pid;
    int error = copy_string_from_user(command, sysarg(frame, 0), sizeof command, &length);

    if (!error)
        error = proc_create(&config, &pid);
    if (!error)
        sysret(frame, 0, (uint32_t)pid);
    return error;
}

/* What a program gives as its status has 8 bits: larger ones say that it was ended. */
int sys_exit(struct trapframe *frame)
{
    proc_exit(sysarg(frame, 0) & EXIT_STATUS_MAX);
}

int sys_wait(struct trapframe *frame)
{
    pid_t pid;
    uint32_t status;
    int error = proc_wait((pid_t)sysarg(frame, 0), &pid, &status);

    if (error)
        return error;
    sysret(frame, 0, (uint32_t)pid);
    sysret(frame, 1, status);
    return 0;
}

int sys_kill(struct trapframe *frame)
{
    return proc_kill((pid_t)sysarg(frame, 0));
}

int sys_foreground(struct trapframe *frame)
{
    return proc_set_foreground((pid_t)sysarg(frame, 0));
}

/* What every program can read in `envs`, and as there, without a lock. */
int sys_getpid(struct trapframe *frame)
{
    const struct Env *env = thread_current()->env;

    sysret(frame, 0, (uint32_t)__atomic_load_n(&env->id, __ATOMIC_RELAXED));
    sysret(frame, 1, (uint32_t)__atomic_load_n(&env->parent_id, __ATOMIC_RELAXED));
    return 0;
}
