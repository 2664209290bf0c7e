/* What JOS's programs call (inc/lib.h), on the rest of the library. */
#include "env.h"
#include "ipc.h"
#include "proc.h"
#include "stdlib.h"

#include "jos_priv.h"

/* --- errors --- */

int jos_error(int error)
{
    switch (error) {
    case 0:
        return 0;
    case E_INVAL_PID:
        return -BAD_ENV;
    case E_INVAL_ADDR:
    case E_INVAL_ARG:
        return -INVAL;
    case E_MEM:
    case E_EXCEEDS_QUOTA:
        return -NO_MEM;
    case E_INVAL_CHILD_ID:
    case E_MAX_NUM_CHILDEN_REACHED:
        return -NO_FREE_ENV;
    case E_IPC_NOT_RECV:
        return -NOT_RECEIVING;
    default:
        return -UNSPECIFIED;
    }
}

/* --- the program's begin and end --- */

void umain(int argc, char **argv) __attribute__((weak));

/* For programs that have an umain instead. */
__attribute__((weak)) int main(int argc, char **argv)
{
    if (argc > 0)
        binaryname = argv[0];
    umain(argc, argv);
    return EXIT_SUCCESS;
}

void jos_exit(void)
{
    exit(EXIT_SUCCESS);
}

/* --- system calls --- */

int sys_getenvid(void)
{
    return getpid();
}

void jos_yield(void)
{
    yield();
}

int jos_env_destroy(int env)
{
    return jos_error(sys_env_destroy(env));
}

int jos_env_set_status(int env, int status)
{
    return jos_error(sys_env_set_status(env, (unsigned)status));
}

int jos_env_set_trapframe(int env, const struct trapframe *frame)
{
    int error = sys_env_set_trapframe(env, frame);

    return error == E_INVAL_ADDR ? -FAULT : jos_error(error);
}

int jos_env_set_pgfault_upcall(int env, void (*upcall)(void))
{
    return jos_error(sys_env_set_pgfault_upcall(env, upcall));
}

int jos_page_alloc(int env, void *page, unsigned perm)
{
    return jos_error(sys_page_alloc(env, (uintptr_t)page, perm));
}

int jos_page_map(int from, void *page, int to, void *to_page, unsigned perm)
{
    return jos_error(sys_page_map(from, (uintptr_t)page, to, (uintptr_t)to_page, perm));
}

int jos_page_unmap(int env, void *page)
{
    return jos_error(sys_page_unmap(env, (uintptr_t)page));
}

int jos_ipc_try_send(int to, uint32_t value, void *page, unsigned perm)
{
    return jos_error(sys_ipc_try_send(to, value, page ? page : NO_PAGE, perm));
}

/* --- the library --- */

int jos_fork(void)
{
    int child = fork();

    return child < 0 ? jos_error(-child) : child;
}

int jos_sfork(void)
{
    int child = sfork();

    return child < 0 ? jos_error(-child) : child;
}

void jos_set_pgfault_handler(void (*handler)(struct UTrapframe *fault))
{
    int error = set_pgfault_handler(handler);

    if (error)
        jos_panic(__FILE__, __LINE__, "set_pgfault_handler: error %d", error);
}

void jos_ipc_send(int to, uint32_t value, void *page, unsigned perm)
{
    ipc_send(to, value, page, perm);
}

int32_t jos_ipc_recv(int *from, void *page, int *perm)
{
    return ipc_recv(from, page, perm);
}

int jos_ipc_find_env(enum env_type type)
{
    return ipc_find_env(type);
}
