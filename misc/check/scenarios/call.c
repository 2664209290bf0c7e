/* Calls and their answers: each caller gets the answer to its own question, or the error that ended
 * its wait; and a server may end, or a caller be killed, at any moment. */
#include "scenario.h"

#include "abi/error.h"
#include "ipc/endpoint.h"

enum { SERVER = 1, FIRST = 2, SECOND = 3 };     /* ids */

static struct endpoint server, clients[SECOND + 1];
static const struct partner to_server = { .endpoint = &server, .id = SERVER };
static struct thread *victim;
static unsigned answered, failed;

static void open_endpoints(void)
{
    endpoint_init(&server);
    endpoint_open(&server, SERVER);
    for (int32_t id = FIRST; id <= SECOND; id++) {
        endpoint_init(&clients[id]);
        endpoint_open(&clients[id], id);
    }
}

/* The answer to a word is the next one. */
static int ask(int32_t id, uint32_t word)
{
    struct received received;
    int error = ipc_call(&clients[id], &to_server, word, &received);

    REQUIRE(error || (received.value == word + 1 && received.sender == SERVER));
    return error;
}

static void ask_once(void *id)
{
    int error = ask((int32_t)(uintptr_t)id, 10 * (uint32_t)(uintptr_t)id);

    REQUIRE(!error);
}

static void answer(unsigned questions)
{
    struct received received = { .sender = 0 };
    struct partner to;

    for (unsigned i = 0; i <= questions; i++) {
        int error = ipc_reply_wait(&server, i > 0 ? &to : NULL, received.value + 1, &received);
        if (i < questions)
            REQUIRE(!error);
        to = (struct partner){ .endpoint = &clients[received.sender], .id = received.sender };
    }
}

static void answer_both(void *unused)
{
    (void)unused;
    answer(2);
}

/* The server waits for one more when all is done. */
static void begin_call(void)
{
    open_endpoints();
    play("first", 0, ask_once, (void *)FIRST);
    play("second", 1, ask_once, (void *)SECOND);
    play("server", 0, answer_both, NULL);
}

SCENARIO(call, .begin = begin_call, .may_wait = 1);

static int send_answer(const struct received *question, enum ipc_patience patience)
{
    const struct partner to = { .endpoint = &clients[question->sender], .id = question->sender };
    const struct message message = { .value = question->value + 1 };

    return ipc_send(&server, &to, &message, patience);
}

static void take_question(struct received *question)
{
    int error = ipc_receive(&server, NULL, 0, question);

    REQUIRE(!error);
}

static void ask_twice(void *id)
{
    ask_once(id);
    ask_once(id);
}

/* Two wait for an answer, and the one that has waited less gets it first, and asks again. */
static void answer_backwards(void *unused)
{
    struct received first, second;
    int error;

    (void)unused;
    take_question(&first);
    take_question(&second);
    const struct partner to = { .endpoint = &clients[second.sender], .id = second.sender };
    error = ipc_reply_wait(&server, &to, second.value + 1, &second);
    REQUIRE(!error && second.sender == to.id);
    error = send_answer(&second, IPC_WAIT);
    REQUIRE(!error);
    error = send_answer(&first, IPC_WAIT);
    REQUIRE(!error);
    take_question(&first);
    error = send_answer(&first, IPC_WAIT);
    REQUIRE(!error);
}

static void begin_call_backwards(void)
{
    open_endpoints();
    play("first", 0, ask_twice, (void *)FIRST);
    play("second", 1, ask_twice, (void *)SECOND);
    play("server", 0, answer_backwards, NULL);
}

SCENARIO(call_backwards, .begin = begin_call_backwards);

/* --- the server ends ---------------------------------------------------------------------- */

static void ask_or_fail(void *id)
{
    int error = ask((int32_t)(uintptr_t)id, 10);

    REQUIRE(!error || error == E_INVAL_PID || error == E_KILLED);
    __atomic_fetch_add(error ? &failed : &answered, 1, __ATOMIC_RELAXED);
}

static void answer_one_and_end(void *unused)
{
    struct received received;
    int error = ipc_receive(&server, NULL, 0, &received);

    (void)unused;
    REQUIRE(!error);
    error = send_answer(&received, IPC_WAIT);
    REQUIRE(!error);
    endpoint_close(&server);
}

static void begin_server_ends(void)
{
    open_endpoints();
    play("first", 0, ask_or_fail, (void *)FIRST);
    play("second", 1, ask_or_fail, (void *)SECOND);
    play("server", 1, answer_one_and_end, NULL);
}

static void end_server_ends(void)
{
    REQUIRE(answered == 1 && failed == 1);
    endpoint_check(&server);
}

/* One caller waits for its answer, the other one to ask. */
static void listen_and_end(void *unused)
{
    struct received received;
    int error = ipc_receive(&server, NULL, 0, &received);

    (void)unused;
    REQUIRE(!error);
    endpoint_close(&server);
}

static void begin_server_leaves(void)
{
    open_endpoints();
    play("first", 0, ask_or_fail, (void *)FIRST);
    play("second", 1, ask_or_fail, (void *)SECOND);
    play("server", 1, listen_and_end, NULL);
}

static void end_server_leaves(void)
{
    REQUIRE(failed == 2);
    endpoint_check(&server);
}

SCENARIO(server_ends, .begin = begin_server_ends, .end = end_server_ends);
SCENARIO(server_leaves, .begin = begin_server_leaves, .end = end_server_leaves);

/* --- a caller is killed ------------------------------------------------------------------- */

/* To a caller that is gone nothing can be said. */
static void answer_if_there(void *unused)
{
    struct received received;
    int error = ipc_receive(&server, NULL, 0, &received);

    (void)unused;
    if (error)
        return;
    error = send_answer(&received, IPC_TRY);
    REQUIRE(!error || error == E_IPC_NOT_RECV);
}

static void begin_kill_call(void)
{
    open_endpoints();
    victim = play("victim", 0, ask_or_fail, (void *)FIRST);
    play("server", 1, answer_if_there, NULL);
    play("killer", 1, kill_player, victim);
}

static void end_kill_call(void)
{
    REQUIRE(answered + failed == 1);
    endpoint_check(&server);
}

/* The victim may be killed before it has asked. */
SCENARIO(kill_call, .begin = begin_kill_call, .end = end_kill_call, .may_wait = 1,
         .keeps_threads = true);
