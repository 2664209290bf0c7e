/* Messages: system calls in the form that programs like, JOS's names first. */
#include "ipc.h"

#include "error.h"
#include "stdio.h"
#include "stdlib.h"

void ipc_send(int to, uint32_t value, const void *page, unsigned perm)
{
    int error = sys_ipc_send(to, value, page ? page : NO_PAGE, perm);

    if (!error)
        return;
    printf("ipc_send: %s\n", error_string(error));
    exit(EXIT_FAILURE);
}

int32_t ipc_recv(int *from, void *page, int *perm)
{
    struct message message = { 0 };
    int error = sys_ipc_recv(page ? page : NO_PAGE, 0, &message);

    if (from)
        *from = message.sender;
    if (perm)
        *perm = (int)message.rights;
    return error ? -error : (int32_t)message.value;
}

int ipc_recv_from(int from, uint32_t *value)
{
    struct message message;
    int error = sys_ipc_recv(NO_PAGE, from, &message);

    if (!error)
        *value = message.value;
    return -error;
}

int ipc_call(int server, uint32_t value, uint32_t *answer)
{
    return -sys_ipc_call(server, value, answer);
}

int ipc_reply_wait(int client, uint32_t answer, uint32_t *request)
{
    struct message message;
    int error = sys_ipc_reply_wait(client, answer, &message);

    if (error)
        return -error;
    *request = message.value;
    return message.sender;
}
