/* Whoever looks from outside sees one buffer, and one server: all that was put and taken, and all
 * that was asked and answered, has an order that explains it. */
#include "history.h"
#include "scenario.h"

#include "ipc/endpoint.h"
#include "ipc/ipc.h"

enum { BUFFER = 0, CAPACITY = 2, ITEMS = 3 };           /* for each producer and consumer */
enum { PUT, TAKE };                     /* operations */

static void produce(void *first)
{
    for (uint32_t i = 0; i < ITEMS; i++) {
        uint32_t item = (uint32_t)(uintptr_t)first + i;
        unsigned operation = history_call(PUT, item);
        int error = buffer_produce(BUFFER, item);
        REQUIRE(!error);
        history_return(operation, 0);
    }
}

static void consume(void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < ITEMS; i++) {
        uint32_t item;
        unsigned operation = history_call(TAKE, 0);
        int error = buffer_consume(BUFFER, &item);
        REQUIRE(!error);
        history_return(operation, item);
    }
}

static void begin_buffer(void)
{
    int error = buffer_configure(BUFFER, CAPACITY);

    REQUIRE(!error);
    play("producer0", 0, produce, (void *)10);
    play("producer1", 1, produce, (void *)20);
    play("consumer0", 0, consume, NULL);
    play("consumer1", 1, consume, NULL);
}

/* The first word counts the items, which are in the others. */
static bool apply_to_queue(struct object_state *state, const struct operation *operation)
{
    uint32_t *queue_length = &state->words[0], *items = &state->words[1];

    if (operation->kind == PUT) {
        if (*queue_length == CAPACITY)
            return false;
        items[(*queue_length)++] = operation->argument;
        return true;
    }
    if (*queue_length == 0 || items[0] != operation->result)
        return false;
    for (uint32_t i = 1; i < *queue_length; i++)
        items[i - 1] = items[i];
    --*queue_length;
    return true;
}

static void end_buffer(void)
{
    static const char *const names[] = { [PUT] = "put", [TAKE] = "take" };
    static const struct object queue = { names, apply_to_queue };

    history_require_linear(&queue);
}

SCENARIO(buffer_order, .begin = begin_buffer, .end = end_buffer);

/* --- a server that adds ------------------------------------------------------------------- */

enum { SERVER = 1, FIRST = 2, SECOND = 3 };             /* ids */
enum { ADD };                           /* an operation */
enum { QUESTIONS = 2 };                 /* of each client */

static struct endpoint server, clients[SECOND + 1];
static const struct partner to_server = { .endpoint = &server, .id = SERVER };

static void ask(void *id)
{
    for (uint32_t i = 0; i < QUESTIONS; i++) {
        struct received received;
        uint32_t number = 10 * (uint32_t)(uintptr_t)id + i;
        unsigned operation = history_call(ADD, number);
        int error = ipc_call(&clients[(uintptr_t)id], &to_server, number, &received);
        REQUIRE(!error);
        history_return(operation, received.value);
    }
}

/* Answers with the sum of all that it was told. */
static void add(void *unused)
{
    struct received received;
    struct partner to;
    uint32_t sum = 0;

    (void)unused;
    for (unsigned i = 0; i <= 2 * QUESTIONS; i++) {
        int error = ipc_reply_wait(&server, i > 0 ? &to : NULL, sum, &received);
        REQUIRE(!error);
        sum += received.value;
        to = (struct partner){ .endpoint = &clients[received.sender], .id = received.sender };
    }
}

static void begin_with(void (*serve)(void *))
{
    endpoint_init(&server);
    endpoint_open(&server, SERVER);
    for (int32_t id = FIRST; id <= SECOND; id++) {
        endpoint_init(&clients[id]);
        endpoint_open(&clients[id], id);
    }
    play("first", 0, ask, (void *)FIRST);
    play("second", 1, ask, (void *)SECOND);
    play("server", 0, serve, NULL);
}

/* The server waits for one more when all is done. */
static void begin_server(void)
{
    begin_with(add);
}

static bool apply_to_sum(struct object_state *state, const struct operation *operation)
{
    state->words[0] += operation->argument;
    return state->words[0] == operation->result;
}

static void end_server(void)
{
    static const char *const names[] = { [ADD] = "add" };
    static const struct object sum = { names, apply_to_sum };

    history_require_linear(&sum);
}

SCENARIO(call_order, .begin = begin_server, .end = end_server, .may_wait = 1);

/* --- a server that adds two numbers at a time ---------------------------------------------- */

struct question {
    struct partner from;
    uint32_t       sum;                 /* with this number */
};

static struct question take_question(uint32_t *sum)
{
    struct received received;
    int error = ipc_receive(&server, NULL, 0, &received);

    REQUIRE(!error);
    *sum += received.value;
    return (struct question){
        { .endpoint = &clients[received.sender], .id = received.sender }, *sum
    };
}

static void answer(const struct question *question)
{
    const struct message message = { .value = question->sum };
    int error = ipc_send(&server, &question->from, &message, IPC_WAIT);

    REQUIRE(!error);
}

/* Who was second has its answer first. */
static void add_pairs(void *unused)
{
    uint32_t sum = 0;

    (void)unused;
    for (unsigned i = 0; i < QUESTIONS; i++) {
        struct question first = take_question(&sum), second = take_question(&sum);
        answer(&second);
        answer(&first);
    }
}

static void begin_pairs(void)
{
    begin_with(add_pairs);
}

SCENARIO(pair_order, .begin = begin_pairs, .end = end_server);
