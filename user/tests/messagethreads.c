/* Messages to and from processes of several threads: each message goes to one thread, threads of
 * one process call each other, and the process may end while they wait. */
#include "check.h"
#include "ipc.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "thread.h"

#define CHILD_QUOTA     150
#define THREADS         4
#define MESSAGES        400
#define STOP            0xffffffff
#define EXIT_ABANDONED  7

static int start(const char *role, int partner)
{
    char command[COMMAND_MAX];

    snprintf(command, sizeof command, "messagethreads %s %d", role, partner);
    int pid = spawn(command, CHILD_QUOTA);
    CHECK(pid > 0);
    return pid;
}

static struct thread *start_thread(void *(*function)(void *), void *argument)
{
    struct thread *thread = NULL;

    CHECK_EQ(thread_create(&thread, function, argument), 0);
    return thread;
}

/* --- several receivers -------------------------------------------------------------------- */

static uint32_t seen[MESSAGES];

static void *collect(void *unused)
{
    uint32_t value;

    while ((value = (uint32_t)ipc_recv(NULL, NULL, NULL)) < MESSAGES)
        __atomic_fetch_add(&seen[value], 1, __ATOMIC_RELAXED);
    CHECK_EQ(value, STOP);
    return unused;
}

static int be_collector(void)
{
    struct thread *threads[THREADS];

    for (unsigned i = 0; i < THREADS; i++)
        threads[i] = start_thread(collect, NULL);
    for (unsigned i = 0; i < THREADS; i++)
        thread_join(threads[i]);
    for (unsigned i = 0; i < MESSAGES; i++)
        CHECK_EQ(seen[i], 1);
    return check_result();
}

static void check_receivers(void)
{
    int pid = start("collect", 0);

    for (uint32_t i = 0; i < MESSAGES; i++)
        ipc_send(pid, i, NULL, 0);
    for (unsigned i = 0; i < THREADS; i++)
        ipc_send(pid, STOP, NULL, 0);
    CHECK_EQ(wait_status(pid), EXIT_SUCCESS);
}

/* --- one process calls itself ------------------------------------------------------------- */

static void *serve(void *unused)
{
    uint32_t request = 0;
    int client = ipc_reply_wait(0, 0, &request);

    while (client > 0 && request != STOP)
        client = ipc_reply_wait(client, 2 * request, &request);
    CHECK_EQ(client, getpid());
    return unused;
}

static void *call(void *server)
{
    uint32_t answer;

    for (uint32_t i = 0; i < MESSAGES; i++) {
        CHECK_EQ(ipc_call(*(int *)server, i, &answer), 0);
        CHECK_EQ(answer, 2 * i);
    }
    return NULL;
}

static void check_own_server(void)
{
    int self = getpid();
    struct thread *server = start_thread(serve, NULL);

    call(&self);
    ipc_send(self, STOP, NULL, 0);
    thread_join(server);
}

/* --- the end of a process whose threads wait ---------------------------------------------- */

static void *wait_for_any(void *unused)
{
    ipc_recv(NULL, NULL, NULL);
    return unused;
}

static void *wait_for_one(void *partner)
{
    uint32_t value;

    (void)ipc_recv_from(*(int *)partner, &value);
    return NULL;
}

static void *wait_to_send(void *partner)
{
    ipc_send(*(int *)partner, 1, NULL, 0);
    return NULL;
}

/* The partner receives nothing. */
static int abandon(int pid)
{
    static int partner;                         /* also after this function has returned */

    partner = pid;
    start_thread(wait_for_any, NULL);
    start_thread(wait_for_one, &partner);
    start_thread(wait_to_send, &partner);
    start_thread(call, &partner);
    ipc_send(getppid(), 1, NULL, 0);
    return EXIT_ABANDONED;
}

static void check_abandoned(void)
{
    int idle = start("idle", 0), one = start("abandon", idle), two = start("abandon", idle);
    uint32_t value;

    CHECK_EQ(ipc_recv_from(one, &value), 0);
    CHECK_EQ(wait_status(one), EXIT_ABANDONED);
    CHECK_EQ(sys_kill(two), 0);            /* it waits for us */
    CHECK_EQ(wait_status(two), STATUS_KILLED);
    CHECK_EQ(sys_kill(idle), 0);
    CHECK_EQ(wait_status(idle), STATUS_KILLED);
}

/* All the rest happens in one process, so that nothing is left of it in the end. */
static int be_tester(void)
{
    for (unsigned round = 0; round < 5; round++) {
        check_receivers();
        check_own_server();
        check_abandoned();
    }
    return check_result();
}

static int child(char **argv)
{
    unsigned partner = 0;

    if (strcmp(argv[1], "test") == 0)
        return be_tester();
    if (strcmp(argv[1], "collect") == 0)
        return be_collector();
    if (strcmp(argv[1], "idle") == 0)
        sleep_us(1000000000);
    return parse_unsigned(argv[2], &partner) ? abandon((int)partner) : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct quota before = { 0 }, after = { 0 };

    if (argc > 1)
        return child(argv);
    CHECK_EQ(sys_quota(&before), 0);
    CHECK_EQ(run("messagethreads test", 5 * CHILD_QUOTA), EXIT_SUCCESS);
    CHECK_EQ(sys_quota(&after), 0);
    CHECK(memcmp(&before, &after, sizeof before) == 0);
    return check_result();
}
