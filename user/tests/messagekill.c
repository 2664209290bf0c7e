/* Messages between processes of which some are killed, at each stage: a wait for such a process
 * ends with an error, and after a storm of messages, pages and kills nothing is left. */
#include "check.h"
#include "ipc.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

#define CHILD_QUOTA     40
#define STORM_PROCESSES 8
#define STORM_KILLS     200
#define RIGHTS          (PTE_P | PTE_U | PTE_W)

static char page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static char target_page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

/* A child that plays a role: the functions below. */
static int start(const char *role, int partner)
{
    char command[COMMAND_MAX];

    snprintf(command, sizeof command, "messagekill %s %d", role, partner);
    int pid = spawn(command, CHILD_QUOTA);
    CHECK(pid > 0);
    return pid;
}

/* One call that waits; tells the parent before. */
static int act(const char *role, int partner)
{
    struct message message;
    uint32_t value;

    ipc_send(getppid(), 0, NULL, 0);
    if (strcmp(role, "send") == 0)
        return sys_ipc_send(partner, 1, NO_PAGE, 0);
    if (strcmp(role, "page") == 0)
        return sys_ipc_send(partner, 1, page, RIGHTS);
    if (strcmp(role, "call") == 0)
        return sys_ipc_call(partner, 1, &value);
    if (strcmp(role, "from") == 0)
        return sys_ipc_recv(target_page, partner, &message);
    if (strcmp(role, "recv") == 0)
        return sys_ipc_recv(target_page, 0, &message);
    if (strcmp(role, "wait") == 0)
        return sys_ipc_reply_wait(0, 0, &message);
    sleep_us(1000000000);                   /* "sleep": it does nothing until it is killed */
    return 0;
}

/* Takes a caller's word, and waits without having answered. */
static int neglect(void)
{
    struct message message;

    CHECK_EQ(sys_ipc_recv(NO_PAGE, 0, &message), 0);
    ipc_send(getppid(), 0, NULL, 0);
    sleep_us(1000000000);
    return EXIT_SUCCESS;
}

static void await_word(int pid)
{
    uint32_t value;

    CHECK_EQ(ipc_recv_from(pid, &value), 0);
}

static void end(int pid)
{
    CHECK_EQ(sys_kill(pid), 0);
    CHECK_EQ(wait_status(pid), STATUS_KILLED);
}

/* The one that waits is killed.  It waits for a process that does nothing. */
static void check_waiter_killed(void)
{
    static const char *const roles[] = { "send", "page", "call", "from", "recv", "wait" };
    int idle = start("sleep", 0);

    await_word(idle);
    for (unsigned i = 0; i < ARRAY_SIZE(roles); i++) {
        int pid = start(roles[i], idle);
        await_word(pid);
        if (i % 2 == 0)
            yield();
        end(pid);
    }
    end(idle);
}

/* The one that is waited for is killed. */
static void check_partner_killed(void)
{
    static const char *const roles[] = { "send", "page", "call", "from" };
    int partner = start("sleep", 0), pids[ARRAY_SIZE(roles)];

    await_word(partner);
    for (unsigned i = 0; i < ARRAY_SIZE(roles); i++) {
        pids[i] = start(roles[i], partner);
        await_word(pids[i]);
    }
    end(partner);
    for (unsigned i = 0; i < ARRAY_SIZE(roles); i++)
        CHECK_EQ(wait_status(pids[i]), E_INVAL_PID);
}

/* A server that has taken the word, but will not answer. */
static void check_server_killed(void)
{
    int server = start("neglect", 0), client = start("call", server);

    await_word(client);
    await_word(server);
    end(server);
    CHECK_EQ(wait_status(client), E_INVAL_PID);
}

/* --- a storm ------------------------------------------------------------------------------ */

static int others[STORM_PROCESSES];

/* The parent tells each child which others there are: not all of them live any more. */
static void learn(void)
{
    for (unsigned i = 0; i < STORM_PROCESSES; i++) {
        uint32_t pid = 0;
        CHECK_EQ(ipc_recv_from(getppid(), &pid), 0);
        others[i] = (int)pid;
    }
}

static void storm_step(int partner)
{
    struct message message;
    uint32_t value;

    switch (rand() % 8) {
    case 0:
        (void)sys_ipc_send(partner, 1, page, RIGHTS);
        break;
    case 1:
        (void)sys_ipc_try_send(partner, 2, page, RIGHTS);
        break;
    case 2:
        (void)sys_ipc_call(partner, 3, &value);
        break;
    case 3:
        (void)sys_ipc_recv(target_page, partner, &message);
        break;
    case 4:
        (void)sys_ipc_reply_wait(partner, 4, &message);
        break;
    default:
        (void)sys_ipc_recv(target_page, 0, &message);
    }
}

NORETURN static void storm(void)
{
    srand((unsigned)getpid());
    learn();
    for (;;)
        storm_step(others[rand() % STORM_PROCESSES]);
}

/* Starts one in place of another, and tells it which others there are. */
static void start_storm(unsigned index)
{
    others[index] = start("storm", 0);
    for (unsigned i = 0; i < STORM_PROCESSES; i++)
        ipc_send(others[index], (uint32_t)others[i], NULL, 0);
}

static void check_storm(void)
{
    for (unsigned i = 0; i < STORM_PROCESSES; i++)
        others[i] = getpid();               /* until there is one */
    for (unsigned i = 0; i < STORM_PROCESSES; i++)
        start_storm(i);
    for (unsigned i = 0; i < STORM_KILLS; i++) {
        unsigned victim = (unsigned)rand() % STORM_PROCESSES;
        end(others[victim]);
        start_storm(victim);
    }
    for (unsigned i = 0; i < STORM_PROCESSES; i++)
        end(others[i]);
}

static int child(char **argv)
{
    unsigned partner = 0;

    if (strcmp(argv[1], "storm") == 0)
        storm();
    if (strcmp(argv[1], "neglect") == 0)
        return neglect();
    return parse_unsigned(argv[2], &partner) ? act(argv[1], (int)partner) : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct quota before = { 0 }, after = { 0 };

    if (argc > 2)
        return child(argv);
    CHECK_EQ(sys_quota(&before), 0);
    for (unsigned round = 0; round < 5; round++) {
        check_waiter_killed();
        check_partner_killed();
        check_server_killed();
    }
    check_storm();
    CHECK_EQ(sys_quota(&after), 0);
    CHECK(memcmp(&before, &after, sizeof before) == 0);
    return check_result();
}
