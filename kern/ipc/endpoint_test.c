/* Tests of messages: which threads meet, in which order, and what is refused. */
#include "ipc/endpoint_test.h"

#include "abi/error.h"
#include "lib/ktest.h"
#include "thread/sched.h"

KTEST(ipc, message_nobody_there)
{
    struct party one, two, gone;

    party_begin(&one, 11);
    party_begin(&two, 12);
    party_begin(&gone, 13);
    endpoint_close(&gone.endpoint);
    expect_send(&one, &two, 1, E_IPC_NOT_RECV);
    expect_send(&one, &one, 1, E_IPC_NOT_RECV);
    expect_send(&one, &gone, 1, E_INVAL_PID);
    two.address.id = 12 + 2048;                 /* the slot's next generation */
    expect_send(&one, &two, 1, E_INVAL_PID);
    for (enum operation operation = SEND; operation <= REPLY_WAIT; operation++) {
        struct action action = { .party = &one, .partner = &two, .operation = operation };
        action_run(&action);
        EXPECT_EQ(action.error, E_INVAL_PID);
    }
    two.address.id = 12;
    struct action reply = { .party = &one, .partner = &two, .operation = REPLY_WAIT };
    action_run(&reply);
    EXPECT_EQ(reply.error, E_IPC_NOT_RECV);
    party_end(&one);
    party_end(&two);
    party_end(&gone);
}

/* The receiver is there first, on the same CPU and on another one. */
KTEST(ipc, message_to_receiver)
{
    for (unsigned cpu = 0; cpu < 2; cpu++) {
        struct party one, two;
        struct action receive[2];

        party_begin(&one, 1);
        party_begin(&two, 2);
        for (unsigned i = 0; i < 2; i++) {
            receive[i] = (struct action){ .party = &two, .operation = RECEIVE };
            action_start(&receive[i], test_cpu(cpu), &two.endpoint.receivers);
        }
        expect_send(&one, &two, 71, 0);
        action_join_received(&receive[0], 1, 71);
        expect_send(&two, &two, 72, 0);         /* a thread of the same process */
        action_join_received(&receive[1], 2, 72);
        expect_send(&one, &two, 73, E_IPC_NOT_RECV);
        party_end(&one);
        party_end(&two);
    }
}

/* The senders are there first. */
KTEST(ipc, message_first_come_first_served)
{
    enum { SENDERS = 4 };
    struct party to, from[SENDERS];
    struct action send[SENDERS];

    party_begin(&to, 9);
    for (unsigned i = 0; i < SENDERS; i++) {
        party_begin(&from[i], 20 + i);
        send[i] = (struct action){ .party = &from[i], .partner = &to, .operation = SEND,
                                   .message = { .value = 100 + i } };
        action_start(&send[i], test_cpu(i), &to.endpoint.senders);
    }
    for (unsigned i = 0; i < SENDERS; i++) {
        expect_receive(&to, NULL, 20 + i, 100 + i);
        action_join(&send[i], 0);
    }
    for (unsigned i = 0; i < SENDERS; i++)
        party_end(&from[i]);
    party_end(&to);
}

/* A thread that waits for one process does not get what others send, before or later. */
KTEST(ipc, message_from_one)
{
    struct party to, wanted, other;
    struct action early, late, receive;

    party_begin(&to, 1);
    party_begin(&wanted, 2);
    party_begin(&other, 3);
    early = late = (struct action){ .party = &other, .partner = &to, .operation = SEND,
                                    .message = { .value = 30 } };
    late.message.value = 31;
    receive = (struct action){ .party = &to, .partner = &wanted, .operation = RECEIVE };
    action_start(&early, test_cpu(0), &to.endpoint.senders);
    action_start(&receive, test_cpu(1), &wanted.endpoint.awaiting);
    expect_send(&other, &to, 32, E_IPC_NOT_RECV);
    action_start(&late, test_cpu(1), &to.endpoint.senders);
    expect_send(&to, &to, 33, E_IPC_NOT_RECV);
    expect_send(&wanted, &to, 20, 0);
    action_join_received(&receive, 2, 20);

    struct action send = { .party = &wanted, .partner = &to, .operation = SEND,
                           .message = { .value = 21 } };
    action_start(&send, test_cpu(1), &to.endpoint.senders);
    expect_receive(&to, &wanted, 2, 21);        /* past the two of the other one */
    action_join(&send, 0);
    expect_receive(&to, &other, 3, 30);
    expect_receive(&to, NULL, 3, 31);
    action_join(&early, 0);
    action_join(&late, 0);
    party_end(&to);
    party_end(&wanted);
    party_end(&other);
}

/* Two threads of one process: what is sent to it goes to the one that waits for the sender. */
KTEST(ipc, message_prefers_who_awaits_it)
{
    struct party to, from;
    struct action any, one;

    party_begin(&to, 1);
    party_begin(&from, 2);
    any = one = (struct action){ .party = &to, .operation = RECEIVE };
    one.partner = &from;
    action_start(&any, test_cpu(0), &to.endpoint.receivers);
    action_start(&one, test_cpu(1), &from.endpoint.awaiting);
    expect_send(&from, &to, 5, 0);
    action_join_received(&one, 2, 5);
    expect_send(&from, &to, 6, 0);
    action_join_received(&any, 2, 6);
    party_end(&to);
    party_end(&from);
}

/* The same of a call, though another thread of the server's waits for any. */
KTEST(ipc, call_prefers_who_awaits_it)
{
    struct party server, client;
    struct action any, one, call;

    party_begin(&server, 1);
    party_begin(&client, 2);
    any = one = (struct action){ .party = &server, .operation = RECEIVE };
    one.partner = &client;
    call = (struct action){ .party = &client, .partner = &server, .operation = CALL,
                            .message = { .value = 5 } };
    action_start(&any, test_cpu(0), &server.endpoint.receivers);
    action_start(&one, test_cpu(1), &client.endpoint.awaiting);
    action_start(&call, test_cpu(0), &server.endpoint.awaiting);
    action_join_received(&one, 2, 5);
    expect_send(&server, &client, 6, 0);
    action_join_received(&call, 1, 6);
    expect_send(&client, &server, 7, 0);
    action_join_received(&any, 2, 7);
    party_end(&server);
    party_end(&client);
}

/* A server answers whom it will: not the client that has waited longest. */
KTEST(ipc, reply_goes_to_its_client)
{
    struct party server, clients[2];
    struct action wait, calls[2];

    party_begin(&server, 1);
    wait = (struct action){ .party = &server, .operation = REPLY_WAIT };
    for (int32_t i = 0; i < 2; i++) {
        party_begin(&clients[i], 2 + i);
        calls[i] = (struct action){ .party = &clients[i], .partner = &server, .operation = CALL,
                                    .message = { .value = 50 + i } };
        action_start(&wait, test_cpu(0), &server.endpoint.receivers);
        action_start(&calls[i], test_cpu(i), &server.endpoint.awaiting);
        action_join_received(&wait, 2 + i, 50 + i);
    }
    wait.partner = &clients[1];
    wait.message.value = 61;
    action_start(&wait, test_cpu(0), &server.endpoint.receivers);
    action_join_received(&calls[1], 1, 61);
    expect_send(&server, &clients[0], 60, 0);
    action_join_received(&calls[0], 1, 60);
    expect_send(&clients[0], &server, 62, 0);
    action_join_received(&wait, 2, 62);
    for (unsigned i = 0; i < 2; i++)
        party_end(&clients[i]);
    party_end(&server);
}

/* The server waits already, or comes later; on the client's CPU, or on another one. */
KTEST(ipc, call_and_reply)
{
    for (unsigned cpu = 0; cpu < 2; cpu++) {
        struct party server, client;
        struct action wait, call;

        party_begin(&server, 1);
        party_begin(&client, 2);
        wait = (struct action){ .party = &server, .operation = REPLY_WAIT };
        call = (struct action){ .party = &client, .partner = &server, .operation = CALL,
                                .message = { .value = 40 } };
        action_start(&wait, test_cpu(0), &server.endpoint.receivers);
        action_start(&call, test_cpu(cpu), &server.endpoint.awaiting);
        action_join_received(&wait, 2, 40);

        wait.partner = &client;
        wait.message.value = 41;
        action_start(&wait, test_cpu(0), &server.endpoint.receivers);
        action_join_received(&call, 1, 41);
        expect_send(&client, &server, 42, 0);
        action_join_received(&wait, 2, 42);

        action_start(&call, test_cpu(cpu), &server.endpoint.senders);
        expect_receive(&server, NULL, 2, 40);
        EXPECT_EQ(waiting_length(&server.endpoint.awaiting), 1);
        expect_send(&server, &client, 43, 0);
        action_join_received(&call, 1, 43);
        party_end(&server);
        party_end(&client);
    }
}

/* A server that is called while it waits for that client only answers it, too; the answer goes
 * to a client that waits for any process, too. */
KTEST(ipc, call_across)
{
    struct party server, client;
    struct action receive, call, wait;

    party_begin(&server, 1);
    party_begin(&client, 2);
    receive = (struct action){ .party = &server, .partner = &client, .operation = RECEIVE };
    call = (struct action){ .party = &client, .partner = &server, .operation = CALL,
                            .message = { .value = 50 } };
    action_start(&receive, test_cpu(1), &client.endpoint.awaiting);
    action_start(&call, test_cpu(0), &server.endpoint.awaiting);
    action_join_received(&receive, 2, 50);
    expect_send(&server, &client, 51, 0);
    action_join_received(&call, 1, 51);

    receive = (struct action){ .party = &client, .operation = RECEIVE };
    action_start(&receive, test_cpu(1), &client.endpoint.receivers);
    wait = (struct action){ .party = &server, .partner = &client, .operation = REPLY_WAIT,
                            .message = { .value = 52 } };
    action_start(&wait, test_cpu(0), &server.endpoint.receivers);
    action_join_received(&receive, 1, 52);
    expect_send(&client, &server, 53, 0);
    action_join_received(&wait, 2, 53);
    party_end(&server);
    party_end(&client);
}

/* What another thread of the server's wanted to send before is not the answer. */
KTEST(ipc, call_answer_comes_after)
{
    struct party server, client;
    struct action before, call;

    party_begin(&server, 1);
    party_begin(&client, 2);
    before = (struct action){ .party = &server, .partner = &client, .operation = SEND,
                              .message = { .value = 60 } };
    call = (struct action){ .party = &client, .partner = &server, .operation = CALL,
                            .message = { .value = 61 } };
    action_start(&before, test_cpu(1), &client.endpoint.senders);
    action_start(&call, test_cpu(1), &server.endpoint.senders);
    expect_receive(&server, NULL, 2, 61);
    expect_send(&server, &client, 62, 0);
    action_join_received(&call, 1, 62);
    expect_receive(&client, NULL, 1, 60);
    action_join(&before, 0);
    party_end(&server);
    party_end(&client);
}

/* A client and its server call and answer; another thread is ready all the time. */
enum { ROUNDS = 500 };

struct pair {
    struct party server, client;
    unsigned     calls, seen;
};

static void serve_calls(void *argument)
{
    struct pair *pair = argument;
    struct action wait = { .party = &pair->server, .operation = REPLY_WAIT };

    for (unsigned i = 0; i < ROUNDS; i++) {
        action_run(&wait);
        EXPECT_EQ(wait.error, 0);
        EXPECT_EQ(wait.received.value, i);
        wait.partner = &pair->client;
        wait.message.value = i + 1;
    }
    expect_send(&pair->server, &pair->client, ROUNDS, 0);
}

static void call_server(void *argument)
{
    struct pair *pair = argument;
    struct action call = { .party = &pair->client, .partner = &pair->server,
                           .operation = CALL };

    for (; pair->calls < ROUNDS; pair->calls++) {
        call.message.value = pair->calls;
        action_run(&call);
        EXPECT_EQ(call.error, 0);
        EXPECT_EQ(call.received.value, pair->calls + 1);
    }
}

static void look_at_calls(void *argument)
{
    struct pair *pair = argument;

    pair->seen = pair->calls;
}

/* Two switches a round, and no way through the ready queue. */
KTEST(ipc, call_switches_directly)
{
    unsigned cpu = get_pcpu_idx();
    struct pair pair = { .seen = 0 };
    struct thread *threads[3];

    party_begin(&pair.server, 1);
    party_begin(&pair.client, 2);
    sched_set_preemption(PREEMPT_NEVER);
    uint32_t before = cpus[cpu].statistics.context_switches;
    threads[0] = test_spawn(cpu, serve_calls, &pair);
    threads[1] = test_spawn(cpu, call_server, &pair);
    threads[2] = test_spawn(cpu, look_at_calls, &pair);
    for (unsigned i = 0; i < 3; i++)
        thread_join(threads[i]);
    sched_set_preemption(PREEMPT_KERNEL);
    EXPECT_EQ(pair.calls, ROUNDS);
    EXPECT(pair.seen >= ROUNDS - 1);
    uint32_t switches = cpus[cpu].statistics.context_switches - before;
    EXPECT(switches >= 2 * ROUNDS - 2 && switches < 2 * ROUNDS + 20);
    party_end(&pair.server);
    party_end(&pair.client);
}

KTEST(ipc, call_across_cpus)
{
    struct pair pair = { .seen = 0 };

    party_begin(&pair.server, 1);
    party_begin(&pair.client, 2);
    struct thread *server = test_spawn(test_cpu(0), serve_calls, &pair);
    struct thread *client = test_spawn(test_cpu(1), call_server, &pair);
    thread_join(server);
    thread_join(client);
    EXPECT_EQ(pair.calls, ROUNDS);
    party_end(&pair.server);
    party_end(&pair.client);
}
