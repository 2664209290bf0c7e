/* System calls on messages.  As in JOS, an address from UTOP on stands for "no page". */
#include "trap/syscall_priv.h"

#include "abi/env.h"
#include "abi/error.h"
#include "ipc/endpoint.h"
#include "proc/proc.h"
#include "trap/sysarg_priv.h"

/* To the endpoint, 0 stands for "no page".  So an address below the program's memory is refused
 * here, 0 among them, and one from UTOP on becomes 0. */
static int page_argument(uaddr_t address, uaddr_t *page)
{
    if (address < VM_USERLO)
        return E_INVAL_ADDR;
    *page = address < UTOP ? address : 0;
    return 0;
}

static int send_message(struct trapframe *frame, enum ipc_patience patience)
{
    struct message message = { .value = sysarg(frame, 1) };
    struct partner to;
    int error = proc_partner((pid_t)sysarg(frame, 0), &to);

    if (!error)
        error = page_argument(sysarg(frame, 2), &message.page);
    if (!error && message.page)
        error = sysarg_perm(frame, 3, &message.perm);
    return error ? error : ipc_send(proc_endpoint(), &to, &message, patience);
}

int sys_ipc_try_send(struct trapframe *frame)
{
    return send_message(frame, IPC_TRY);
}

int sys_ipc_send(struct trapframe *frame)
{
    return send_message(frame, IPC_WAIT);
}

static void return_message(struct trapframe *frame, const struct received *received)
{
    sysret(frame, 0, received->value);
    sysret(frame, 1, (uint32_t)received->sender);
}

int sys_ipc_recv(struct trapframe *frame)
{
    pid_t pid = (pid_t)sysarg(frame, 1);
    struct partner from;
    struct received received;
    uaddr_t page;
    int error = page_argument(sysarg(frame, 0), &page);

    if (!error && pid != 0)
        error = proc_partner(pid, &from);
    if (!error)
        error = ipc_receive(proc_endpoint(), pid != 0 ? &from : NULL, page, &received);
    if (error)
        return error;
    return_message(frame, &received);
    sysret(frame, 2, received.has_page ? received.perm | PTE_P | PTE_U : 0);
    return 0;
}

int sys_ipc_call(struct trapframe *frame)
{
    struct partner to;
    struct received received;
    int error = proc_partner((pid_t)sysarg(frame, 0), &to);

    if (!error)
        error = ipc_call(proc_endpoint(), &to, sysarg(frame, 1), &received);
    if (!error)
        return_message(frame, &received);
    return error;
}

int sys_ipc_reply_wait(struct trapframe *frame)
{
    pid_t pid = (pid_t)sysarg(frame, 0);
    struct partner to;
    struct received received;
    int error = pid != 0 ? proc_partner(pid, &to) : 0;

    if (!error)
        error = ipc_reply_wait(proc_endpoint(), pid != 0 ? &to : NULL, sysarg(frame, 1),
                               &received);
    if (!error)
        return_message(frame, &received);
    return error;
}
