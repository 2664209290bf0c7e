/* A server asks nobody; a client has two threads, and only one of them calls.  Each message goes to
 * the thread that it is for. */
#include "scenario.h"

#include "ipc/endpoint.h"

enum { SERVER = 1, CLIENT = 2 };        /* ids */
enum { QUESTION = 10, ANSWER, NEWS };   /* words */

static struct endpoint server, client;
static const struct partner to_server = { .endpoint = &server, .id = SERVER };
static const struct partner to_client = { .endpoint = &client, .id = CLIENT };

static void ask(void *unused)
{
    struct received received;
    int error = ipc_call(&client, &to_server, QUESTION, &received);

    (void)unused;
    REQUIRE(!error && received.value == ANSWER && received.sender == SERVER);
}

static void listen(void *unused)
{
    struct received received;
    int error = ipc_receive(&client, NULL, 0, &received);

    (void)unused;
    REQUIRE(!error && received.value == NEWS && received.sender == SERVER);
}

static void tell(uint32_t word)
{
    const struct message message = { .value = word };
    int error = ipc_send(&server, &to_client, &message, IPC_WAIT);

    REQUIRE(!error);
}

static void serve(void *unused)
{
    struct received received;
    int error = ipc_receive(&server, NULL, 0, &received);

    (void)unused;
    REQUIRE(!error && received.value == QUESTION && received.sender == CLIENT);
    tell(ANSWER);
    tell(NEWS);
}

static void begin(void)
{
    endpoint_init(&server);
    endpoint_init(&client);
    endpoint_open(&server, SERVER);
    endpoint_open(&client, CLIENT);
    play("asker", 0, ask, NULL);
    play("listener", 1, listen, NULL);
    play("server", 1, serve, NULL);
}

SCENARIO(message, .begin = begin);
