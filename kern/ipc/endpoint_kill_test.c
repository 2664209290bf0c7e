/* Tests of messages when a thread ends: of a partner's process, or a waiting thread itself, at
 * each stage; then all of it at once. */
#include "ipc/endpoint_test.h"

#include "abi/error.h"
#include "abi/syscall.h"
#include "dev/clock.h"
#include "lib/ktest.h"
#include "lib/random.h"
#include "thread/inspect.h"

/* The wait for a process ends when the process ends; other waits go on. */
KTEST(ipc, partner_ends)
{
    for (unsigned cpu = 0; cpu < 2; cpu++) {
        struct party self, partner;
        struct action send, receive, calling, called, other;

        party_begin(&self, 1);
        party_begin(&partner, 2);
        send = receive = calling = called =
            (struct action){ .party = &self, .partner = &partner, .operation = SEND };
        receive.operation = RECEIVE;
        calling.operation = called.operation = CALL;
        called.message.value = 77;
        other = (struct action){ .party = &self, .operation = RECEIVE };
        action_start(&called, test_cpu(cpu), &partner.endpoint.senders);
        expect_receive(&partner, NULL, 1, 77);
        action_start(&send, test_cpu(cpu), &partner.endpoint.senders);
        action_start(&receive, test_cpu(cpu), &partner.endpoint.awaiting);
        action_start(&calling, test_cpu(cpu), &partner.endpoint.senders);
        action_start(&other, test_cpu(cpu), &self.endpoint.receivers);
        endpoint_close(&partner.endpoint);
        action_join(&send, E_INVAL_PID);
        action_join(&receive, E_INVAL_PID);
        action_join(&calling, E_INVAL_PID);
        action_join(&called, E_INVAL_PID);
        expect_send(&self, &self, 5, 0);
        action_join_received(&other, 1, 5);
        party_end(&self);
        party_end(&partner);
    }
}

/* A thread that is killed leaves the list, and those after it are served. */
KTEST(ipc, waiting_thread_killed)
{
    static const enum operation operations[] = { SEND, RECEIVE, RECEIVE, CALL, REPLY_WAIT };

    for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
        struct party self, partner;
        struct action victim, behind;
        bool any = operations[i] == REPLY_WAIT || i == 2;
        bool sends = operations[i] == SEND || operations[i] == CALL;

        party_begin(&self, 1);
        party_begin(&partner, 2);
        struct waiting_list *list = any ? &self.endpoint.receivers
                                  : sends ? &partner.endpoint.senders : &partner.endpoint.awaiting;
        victim = behind = (struct action){ .party = &self, .partner = any ? NULL : &partner,
                                           .operation = operations[i] };
        behind.operation = sends ? SEND : RECEIVE;
        action_start(&victim, test_cpu(i), list);
        action_start(&behind, test_cpu(1), list);
        thread_kill(victim.thread);
        action_join(&victim, E_KILLED);
        EXPECT_EQ(waiting_length(list), 1);
        if (sends)
            expect_receive(&partner, NULL, 1, 0);
        else
            expect_send(&partner, &self, 0, 0);
        action_join(&behind, 0);
        party_end(&self);
        party_end(&partner);
    }
}

/* A client that is killed while it waits for its answer is not answered any more. */
KTEST(ipc, caller_killed)
{
    struct party server, client;
    struct action call, reply;

    party_begin(&server, 1);
    party_begin(&client, 2);
    call = (struct action){ .party = &client, .partner = &server, .operation = CALL,
                            .message = { .value = 3 } };
    action_start(&call, test_cpu(1), &server.endpoint.senders);
    expect_receive(&server, NULL, 2, 3);
    thread_kill(call.thread);
    action_join(&call, E_KILLED);
    reply = (struct action){ .party = &server, .partner = &client, .operation = REPLY_WAIT };
    action_run(&reply);
    EXPECT_EQ(reply.error, E_IPC_NOT_RECV);
    endpoint_close(&client.endpoint);
    action_run(&reply);
    EXPECT_EQ(reply.error, E_INVAL_PID);
    party_end(&server);
    party_end(&client);
}

/* --- a storm ------------------------------------------------------------------------------ */

/* Parties that send to each other, receive, call and answer, one thread each; each is killed at
 * some time, its endpoint closed and opened anew.  A message says whose it is, and whether it
 * was sent by ipc_send(): what that has sent is received, even by a thread that is killed. */
enum { PARTIES = 6, ENOUGH = 300, BY_SEND = 0x40000000 };

static struct {
    struct party parties[PARTIES];
    uint32_t     sent, received;        /* [a] */
} storm;

struct life {
    struct random random;               /* its thread's own */
    unsigned      index;
};

static unsigned party_index(int32_t id)
{
    return (unsigned)id % PARTIES;
}

/* An id may be out of date: then no process has it. */
static struct partner some_partner(struct life *life)
{
    unsigned other = random_below(&life->random, PARTIES - 1);
    struct party *party = &storm.parties[other + (other >= life->index)];
    int32_t id = __atomic_load_n(&party->address.id, __ATOMIC_RELAXED);

    return (struct partner){ .endpoint = &party->endpoint, .id = id };
}

static void note_received(const struct life *life, const struct received *received)
{
    EXPECT_EQ(received->value & ~(uint32_t)BY_SEND, received->sender);
    EXPECT(party_index(received->sender) != life->index);
    if (received->value & BY_SEND)
        __atomic_fetch_add(&storm.received, 1, __ATOMIC_RELAXED);
}

static int storm_send(struct endpoint *own, const struct partner *to,
                      enum ipc_patience patience)
{
    const struct message message = { .value = (uint32_t)own->id | BY_SEND };
    int error = ipc_send(own, to, &message, patience);

    if (!error)
        __atomic_fetch_add(&storm.sent, 1, __ATOMIC_RELAXED);
    return error;
}

static int storm_step(struct life *life, struct endpoint *own)
{
    struct partner partner = some_partner(life);
    unsigned choice = random_below(&life->random, 6);
    struct received received;
    int error;

    if (choice < 2)
        return storm_send(own, &partner, choice == 0 ? IPC_TRY : IPC_WAIT);
    if (choice < 4)
        error = ipc_receive(own, choice == 2 ? &partner : NULL, 0, &received);
    else if (choice == 4)
        error = ipc_call(own, &partner, (uint32_t)own->id, &received);
    else
        error = ipc_reply_wait(own, random_below(&life->random, 2) ? &partner : NULL,
                               (uint32_t)own->id, &received);
    if (!error)
        note_received(life, &received);
    return error;
}

static void live_in_storm(void *argument)
{
    struct life *life = argument;
    struct endpoint *own = &storm.parties[life->index].endpoint;

    while (!thread_is_killed(thread_current())) {
        int error = storm_step(life, own);
        EXPECT(error == 0 || error == E_INVAL_PID || error == E_IPC_NOT_RECV ||
               (error == E_KILLED && thread_is_killed(thread_current())));
    }
}

/* Each party lives again and again, until enough was sent in all. */
static void run_lives(unsigned index, void *unused)
{
    struct life life = { .index = index };
    struct party *party = &storm.parties[index];
    struct random lengths;

    (void)unused;
    random_seed(&life.random, index + 3);
    random_seed(&lengths, index + 3 + PARTIES);
    for (unsigned n = 1; __atomic_load_n(&storm.sent, __ATOMIC_RELAXED) < ENOUGH; n++) {
        int32_t id = (int32_t)(index + PARTIES * n);
        endpoint_open(&party->endpoint, id);
        __atomic_store_n(&party->address.id, id, __ATOMIC_RELAXED);
        struct thread *thread = test_spawn(CPU_ANY, live_in_storm, &life);
        EXPECT_EQ(thread_sleep_until(clock_us() + random_below(&lengths, 300)), 0);
        endpoint_check(&party->endpoint);
        thread_kill(thread);
        thread_join(thread);
        endpoint_close(&party->endpoint);
        endpoint_check(&party->endpoint);
    }
}

KTEST(ipc, message_kill_storm)
{
    unsigned before = thread_count();

    storm.sent = storm.received = 0;
    for (unsigned i = 0; i < PARTIES; i++) {
        struct endpoint *endpoint = &storm.parties[i].endpoint;
        endpoint_init(endpoint);
        storm.parties[i].address = (struct partner){ endpoint, INT32_MAX };
    }
    ktest_parallel(PARTIES, run_lives, NULL);
    EXPECT_EQ(thread_count(), before);
    EXPECT_EQ(storm.received, storm.sent);
    EXPECT(storm.sent >= ENOUGH);
}
