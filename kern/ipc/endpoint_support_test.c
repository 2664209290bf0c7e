/* What the tests of messages share. */
#include "ipc/endpoint_test.h"

#include "abi/error.h"
#include "dev/clock.h"
#include "lib/ktest.h"
#include "thread/sched.h"
#include "vmm/space.h"

enum { PATIENCE_US = 30000000 };

void party_begin(struct party *party, int32_t id)
{
    endpoint_init(&party->endpoint);
    endpoint_open(&party->endpoint, id);
    party->address = (struct partner){ .endpoint = &party->endpoint, .id = id };
}

void party_end(struct party *party)
{
    struct endpoint *endpoint = &party->endpoint;

    if (endpoint->id != 0)
        endpoint_close(endpoint);
    endpoint_check(endpoint);
    EXPECT(waiting_is_empty(&endpoint->senders) && waiting_is_empty(&endpoint->awaiting));
}

static int run_action(struct action *action)
{
    struct endpoint *own = &action->party->endpoint;
    const struct partner *partner = action->partner ? &action->partner->address : NULL;

    switch (action->operation) {
    case SEND:
        return ipc_send(own, partner, &action->message, IPC_WAIT);
    case TRY_SEND:
        return ipc_send(own, partner, &action->message, IPC_TRY);
    case RECEIVE:
        return ipc_receive(own, partner, action->page_to, &action->received);
    case CALL:
        return ipc_call(own, partner, action->message.value, &action->received);
    default:
        return ipc_reply_wait(own, partner, action->message.value, &action->received);
    }
}

void action_run(struct action *action)
{
    action->error = run_action(action);
}

void action_run_in_space(void *argument)
{
    struct action *action = argument;

    if (action->space)
        thread_set_space(action->space);
    action_run(action);
    if (action->space)
        thread_set_space(NULL);
}

size_t waiting_length(const struct waiting_list *list)
{
    return waiting_is_empty(list) ? 0 : 1 + list_length(&list->others);
}

static size_t list_length_at(struct endpoint *at, const struct waiting_list *list)
{
    spinlock_acquire(&at->lock);
    size_t length = waiting_length(list);
    spinlock_release(&at->lock);
    return length;
}

/* The endpoint whose list it is. */
static struct endpoint *owner_of(const struct action *action, const struct waiting_list *list)
{
    struct endpoint *own = &action->party->endpoint;

    return list == &own->receivers ? own : action->partner->address.endpoint;
}

void action_start(struct action *action, unsigned cpu, struct waiting_list *list)
{
    struct endpoint *at = owner_of(action, list);
    size_t before = list_length_at(at, list);
    uint64_t deadline = clock_us() + PATIENCE_US;

    action->error = -1;
    action->thread = test_spawn(cpu, action_run_in_space, action);
    while (list_length_at(at, list) == before && clock_us() < deadline)
        thread_yield();
    EXPECT_EQ(list_length_at(at, list), before + 1);
    endpoint_check(at);
}

void action_join(struct action *action, int error)
{
    thread_join(action->thread);
    EXPECT_EQ(action->error, error);
}

void action_join_received(struct action *action, int32_t sender, uint32_t value)
{
    action_join(action, 0);
    EXPECT_EQ(action->received.sender, sender);
    EXPECT_EQ(action->received.value, value);
}

void expect_send(struct party *party, struct party *to, uint32_t value, int error)
{
    struct action action = { .party = party, .partner = to, .operation = TRY_SEND,
                             .message = { .value = value } };

    action_run(&action);
    EXPECT_EQ(action.error, error);
}

void expect_receive(struct party *party, struct party *from, int32_t sender, uint32_t value)
{
    struct action action = { .party = party, .partner = from, .operation = RECEIVE };

    action_run(&action);
    EXPECT_EQ(action.error, 0);
    EXPECT_EQ(action.received.sender, sender);
    EXPECT_EQ(action.received.value, value);
}
