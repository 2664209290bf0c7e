/* System calls on processes in the manner of JOS's exokernel. */
#include "trap/syscall_priv.h"

#include "abi/env.h"
#include "proc/proc.h"
#include "trap/sysarg_priv.h"
#include "vmm/usercopy.h"

int sys_exofork(struct trapframe *frame)
{
    pid_t pid;
    int error = proc_exofork(&pid);

    if (!error)
        sysret(frame, 0, (uint32_t)pid);
    return error;
}

int sys_env_set_status(struct trapframe *frame)
{
    pid_t pid = sysarg_pid(frame, 0);

    switch (sysarg(frame, 1)) {
    case ENV_RUNNABLE:
        return proc_set_running(pid, PROC_RESUME);
    case ENV_NOT_RUNNABLE:
        return proc_set_running(pid, PROC_STOP);
    default:
        return E_INVAL_ARG;
    }
}

int sys_env_set_trapframe(struct trapframe *frame)
{
    struct trapframe wanted;
    int error = copy_from_user(&wanted, sysarg(frame, 1), sizeof wanted);

    return error ? error : proc_set_frame(sysarg_pid(frame, 0), &wanted);
}

int sys_env_set_pgfault_upcall(struct trapframe *frame)
{
    return proc_set_pgfault_upcall(sysarg_pid(frame, 0), sysarg(frame, 1));
}

/* Argument `i` and the one after it. */
static struct proc_place place_argument(struct trapframe *frame, unsigned i)
{
    return (struct proc_place){ .pid = sysarg_pid(frame, i), .va = sysarg(frame, i + 1) };
}

int sys_page_alloc(struct trapframe *frame)
{
    uint32_t perm;
    int error = sysarg_perm(frame, 2, &perm);

    return error ? error : proc_page_alloc(place_argument(frame, 0), perm);
}

int sys_page_map(struct trapframe *frame)
{
    uint32_t perm;
    int error = sysarg_perm(frame, 4, &perm);

    return error ? error : proc_page_map(place_argument(frame, 0), place_argument(frame, 2), perm);
}

int sys_page_unmap(struct trapframe *frame)
{
    return proc_page_unmap(place_argument(frame, 0));
}

int sys_page_copy(struct trapframe *frame)
{
    uint32_t perm;
    int error = sysarg_perm(frame, 2, &perm);

    return error ? error : proc_page_copy(place_argument(frame, 0), perm);
}

int sys_pages_give(struct trapframe *frame)
{
    uaddr_t va = sysarg(frame, 1);
    int error = proc_pages_give(sysarg_pid(frame, 0), &va, sysarg(frame, 2));

    if (!error)
        sysret(frame, 0, va);
    return error;
}

int sys_env_destroy(struct trapframe *frame)
{
    pid_t pid = sysarg_pid(frame, 0);

    if (pid == get_curid())
        proc_exit(0);
    return proc_kill(pid);
}
