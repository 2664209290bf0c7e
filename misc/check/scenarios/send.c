/* Messages that are sent without a call: in order, to the thread that they are for, and to nobody
 * who has ended. */
#include "scenario.h"

#include "abi/error.h"
#include "ipc/endpoint.h"

enum { RECEIVER = 1, FRIEND = 2, STRANGER = 3 };        /* ids */
enum { HELLO = 10, AGAIN, NOISE };                      /* words */

static struct endpoint endpoints[STRANGER + 1];
static const struct partner to_receiver = { .endpoint = &endpoints[RECEIVER], .id = RECEIVER };
static const struct partner friend = { .endpoint = &endpoints[FRIEND], .id = FRIEND };
static struct thread *victim;
static unsigned sent, refused;

static void open_endpoints(void)
{
    for (int32_t id = RECEIVER; id <= STRANGER; id++) {
        endpoint_init(&endpoints[id]);
        endpoint_open(&endpoints[id], id);
    }
}

static int send(int32_t id, uint32_t word)
{
    const struct message message = { .value = word };

    return ipc_send(&endpoints[id], &to_receiver, &message, IPC_WAIT);
}

static void send_twice(void *unused)
{
    int error = send(FRIEND, HELLO);

    (void)unused;
    REQUIRE(!error);
    error = send(FRIEND, AGAIN);
    REQUIRE(!error);
}

static void disturb(void *unused)
{
    int error = send(STRANGER, NOISE);

    (void)unused;
    REQUIRE(!error);
}

static void expect(const struct partner *from, uint32_t word, int32_t sender)
{
    struct received received;
    int error = ipc_receive(&endpoints[RECEIVER], from, 0, &received);

    REQUIRE(!error && received.value == word && received.sender == sender);
}

/* What a friend says first, whoever else has something to say. */
static void listen_to_friend(void *unused)
{
    (void)unused;
    expect(&friend, HELLO, FRIEND);
    expect(&friend, AGAIN, FRIEND);
    expect(NULL, NOISE, STRANGER);
}

static void begin_receive_from(void)
{
    open_endpoints();
    play("friend", 0, send_twice, NULL);
    play("stranger", 0, disturb, NULL);
    play("receiver", 1, listen_to_friend, NULL);
}

SCENARIO(receive_from, .begin = begin_receive_from);

/* --- the receiver ends, the sender is killed ---------------------------------------------- */

static void send_or_fail(void *id)
{
    int error = send((int32_t)(uintptr_t)id, HELLO);

    REQUIRE(!error || error == E_INVAL_PID || error == E_KILLED);
    __atomic_fetch_add(error ? &refused : &sent, 1, __ATOMIC_RELAXED);
}

static void receive_one_and_end(void *unused)
{
    struct received received;
    int error = ipc_receive(&endpoints[RECEIVER], NULL, 0, &received);

    (void)unused;
    REQUIRE(!error && received.value == HELLO);
    endpoint_close(&endpoints[RECEIVER]);
}

static void begin_receiver_ends(void)
{
    open_endpoints();
    play("friend", 0, send_or_fail, (void *)FRIEND);
    play("stranger", 1, send_or_fail, (void *)STRANGER);
    play("receiver", 1, receive_one_and_end, NULL);
}

static void end_receiver_ends(void)
{
    REQUIRE(sent == 1 && refused == 1);
    endpoint_check(&endpoints[RECEIVER]);
}

static void receive_one(void *unused)
{
    struct received received;
    int error = ipc_receive(&endpoints[RECEIVER], NULL, 0, &received);

    (void)unused;
    REQUIRE(!error && received.value == HELLO);
}

static void begin_kill_send(void)
{
    open_endpoints();
    victim = play("victim", 0, send_or_fail, (void *)FRIEND);
    play("other", 1, send_or_fail, (void *)STRANGER);
    play("receiver", 1, receive_one, NULL);
    play("killer", 1, kill_player, victim);
}

/* Exactly one message arrived, and is told to have. */
static void end_kill_send(void)
{
    REQUIRE(sent == 1);
    endpoint_check(&endpoints[RECEIVER]);
}

SCENARIO(receiver_ends, .begin = begin_receiver_ends, .end = end_receiver_ends);
SCENARIO(kill_send, .begin = begin_kill_send, .end = end_kill_send, .may_wait = 1,
         .keeps_threads = true);
