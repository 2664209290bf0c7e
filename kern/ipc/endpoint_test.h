/* What the tests of messages share; debug builds only. */
#pragma once

#include "ipc/endpoint_priv.h"
#include "thread/thread_test.h"
#include "vmm/space.h"

/* A process, as far as this layer sees it. */
struct party {
    struct endpoint endpoint;
    struct partner  address;
};

void party_begin(struct party *party, int32_t id);

/* Closes it, unless that was done, and checks that no thread is left there. */
void party_end(struct party *party);

enum operation { SEND, TRY_SEND, RECEIVE, CALL, REPLY_WAIT };

/* One call by a thread of its own.  [I] by the test  [o] by that thread, for its joiner */
struct action {
    struct party   *party, *partner;    /* [I] partner NULL: any, or none */
    enum operation  operation;          /* [I] */
    struct message  message;            /* [I] */
    uaddr_t         page_to;            /* [I] */
    struct space   *space;              /* [I] that it runs in, or NULL */
    struct thread  *thread;
    int             error;              /* [o] */
    struct received received;           /* [o] */
};

/* Does it in the calling thread; or in a thread of its own, in its space. */
void action_run(struct action *action);
void action_run_in_space(void *action);

/* Starts it on a CPU, and returns when its thread waits on the list, behind those that wait
 * there already. */
void action_start(struct action *action, unsigned cpu, struct waiting_list *list);

/* Waits until it has ended, as expected. */
void action_join(struct action *action, int error);
void action_join_received(struct action *action, int32_t sender, uint32_t value);

/* How many threads wait on the list, whose endpoint is locked or at rest. */
size_t waiting_length(const struct waiting_list *list);

/* Short forms: the thread that runs the test does it, and expects that. */
void expect_send(struct party *party, struct party *to, uint32_t value, int error);
void expect_receive(struct party *party, struct party *from, int32_t sender, uint32_t value);
