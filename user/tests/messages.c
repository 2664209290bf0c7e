/* Messages: words and pages in both directions, calls and answers, receiving from one process
 * only, and what the rights of a page that came permit.  The children are this program again. */
#include "abi/layout.h"
#include "check.h"
#include "env.h"
#include "ipc.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

#define CHILD_QUOTA     40
#define CALLS           1000
#define STOP            0xffffffff
#define SECRET          0x5ec4e77a
#define READ            (PTE_P | PTE_U)
#define WRITE           (PTE_P | PTE_U | PTE_W)
#define FAULT           (STATUS_FAULT + 14)

static char page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static char other_page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static const char constant[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE))) = "constant";

static int start(const char *role)
{
    char command[COMMAND_MAX];

    snprintf(command, sizeof command, "messages %s", role);
    int pid = spawn(command, CHILD_QUOTA);
    CHECK(pid > 0);
    return pid;
}

/* What every process can see does not show what another one was sent. */
static void check_hidden(uint32_t value)
{
    const volatile uint32_t *words = (const volatile uint32_t *)UINFO;

    for (size_t i = 0; i < NUM_PROCESSES * sizeof(struct Env) / sizeof *words; i++)
        CHECK(words[i] != value);
    CHECK_EQ(envs[ENV_INDEX(getpid())].ipc_recving, false);
}

static uint32_t receive_from(int pid)
{
    uint32_t value = STOP;

    CHECK_EQ(ipc_recv_from(pid, &value), 0);
    return value;
}

/* --- words -------------------------------------------------------------------------------- */

/* Two processes count to 10, a number each. */
static void play(int partner, uint32_t next)
{
    for (; next <= 10; next += 2) {
        int from = 0, perm = -1;

        if (next > 0) {
            CHECK_EQ(ipc_recv(&from, NULL, &perm), next - 1);
            CHECK(from == partner && perm == 0);
        }
        ipc_send(partner, next, NULL, 0);
    }
    if (next == 11)
        CHECK_EQ(receive_from(partner), 10);
}

static void check_words(void)
{
    int pid = start("play");

    play(pid, 0);
    CHECK_EQ(wait_status(pid), EXIT_SUCCESS);
}

static int serve(void)
{
    uint32_t request = 0;
    int client = ipc_reply_wait(0, 0, &request);

    while (client > 0 && request != STOP)
        client = ipc_reply_wait(client, request + 1, &request);
    CHECK_EQ(client, getppid());
    return check_result();
}

static void check_calls(void)
{
    int server = start("serve");
    uint32_t answer = 0;

    for (uint32_t i = 0; i < CALLS; i++) {
        CHECK_EQ(ipc_call(server, i, &answer), 0);
        CHECK_EQ(answer, i + 1);
    }
    CHECK_EQ(ipc_call(server, SECRET, &answer), 0);
    CHECK_EQ(answer, SECRET + 1);
    check_hidden(SECRET);
    check_hidden(SECRET + 1);
    ipc_send(server, STOP, NULL, 0);
    CHECK_EQ(wait_status(server), EXIT_SUCCESS);
    CHECK_EQ(ipc_call(server, 1, &answer), -E_INVAL_PID);
    CHECK_EQ(ipc_recv_from(server, &answer), -E_INVAL_PID);
    CHECK_EQ(ipc_reply_wait(server, 1, &answer), -E_INVAL_PID);
    CHECK_EQ(sys_ipc_try_send(server, 1, NO_PAGE, 0), E_INVAL_PID);
    CHECK_EQ(answer, SECRET + 1);
}

/* Of two that send, the one is heard first whose turn it is for the receiver. */
static void check_receive_from(void)
{
    int one = start("say"), two = start("say");

    CHECK_EQ(receive_from(two), (uint32_t)two);
    CHECK_EQ(receive_from(one), (uint32_t)one);
    CHECK_EQ(receive_from(one), (uint32_t)one);
    CHECK_EQ(receive_from(two), (uint32_t)two);
    CHECK_EQ(wait_status(one), EXIT_SUCCESS);
    CHECK_EQ(wait_status(two), EXIT_SUCCESS);
}

static int say(void)
{
    for (int i = 0; i < 2; i++)
        ipc_send(getppid(), (uint32_t)getpid(), NULL, 0);
    return EXIT_SUCCESS;
}

/* --- pages -------------------------------------------------------------------------------- */

/* Reads what comes, writes it if that is permitted, and sends it on. */
static int handle_page(void)
{
    int from = 0, perm = 0;

    CHECK_EQ(ipc_recv(&from, page, &perm), 1);
    CHECK_EQ(from, getppid());
    if (perm == 0)
        return check_result();
    CHECK(strcmp(page, "from the parent") == 0);
    if (perm & PTE_W)
        strlcpy(page, "from the child", PAGE_SIZE);
    else
        CHECK_EQ(sys_ipc_send(from, 2, page, WRITE), E_INVAL_ARG);
    ipc_send(from, 2, page, perm & ~(unsigned)PTE_AVAIL);
    return check_result();
}

/* The child gets the page, and it comes back: the same one. */
static void check_page(unsigned perm)
{
    int from = 0, is = 0, pid = start("page");

    strlcpy(page, "from the parent", PAGE_SIZE);
    ipc_send(pid, 1, page, perm);
    CHECK_EQ(ipc_recv(&from, other_page, &is), 2);
    CHECK_EQ(from, pid);
    CHECK_EQ(is, perm & ~(unsigned)PTE_AVAIL);
    CHECK_EQ(wait_status(pid), EXIT_SUCCESS);
    CHECK(strcmp(page, perm & PTE_W ? "from the child" : "from the parent") == 0);
    volatile char *one = page, *two = other_page;
    one[100] = 'x';
    CHECK_EQ(two[100], 'x');
    one[100] = 0;
    CHECK_EQ(two[100], 0);
}

static void check_no_page(void)
{
    int pid = start("page");

    ipc_send(pid, 1, NULL, 0);
    CHECK_EQ(wait_status(pid), EXIT_SUCCESS);
}

/* Writes to a page that came read-only. */
static int overstep(void)
{
    CHECK_EQ(ipc_recv(NULL, page, NULL), 0);
    page[0] = 1;
    return EXIT_SUCCESS;
}

static void check_read_only(void)
{
    int pid = start("overstep");

    page[0] = 'a';
    ipc_send(pid, 0, page, READ);
    CHECK_EQ(wait_status(pid), FAULT);
    CHECK_EQ(page[0], 'a');
}

/* What the sender may not give, or does not have: the error comes even if no process receives. */
static void check_refused(void)
{
    static const struct {
        const void *page;
        uint32_t    rights;
        int         error;
    } bad[] = {
        { constant,        WRITE,                    E_INVAL_ARG },
        { page,            PTE_P,                    E_INVAL_ARG },
        { page,            PTE_U | PTE_W,            E_INVAL_ARG },
        { page,            READ | 0x10,              E_INVAL_ARG },
        { page,            READ | 0x80000000,        E_INVAL_ARG },
        { page + 1,        READ,                     E_INVAL_ADDR },
        { (void *)0x90000000, READ,                  E_INVAL_ADDR },
        { NULL,            READ,                     E_INVAL_ADDR },
        { (void *)0x1000,  READ,                     E_INVAL_ADDR },
        { (void *)(VM_USERLO - PAGE_SIZE), READ,     E_INVAL_ADDR },
        { (void *)(UTOP - 1), READ,                  E_INVAL_ADDR },
        { (void *)(UTOP - PAGE_SIZE), READ,          E_INVAL_ADDR },
        { (void *)UTOP,    0,                        E_IPC_NOT_RECV },
        { (void *)UVPT,    WRITE,                    E_IPC_NOT_RECV },
        { (void *)0xfffff000, WRITE,                 E_IPC_NOT_RECV },
    };
    int self = getpid();

    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
        CHECK_EQ(sys_ipc_try_send(self, i, bad[i].page, bad[i].rights), bad[i].error);
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
        if (bad[i].error != E_IPC_NOT_RECV)
            CHECK_EQ(sys_ipc_send(self, i, bad[i].page, bad[i].rights), bad[i].error);
}

/* Uses its quota up before it receives a page.  Where it is to go there is a page table. */
static int be_full(void)
{
    struct quota quota = { 0 };
    uint32_t value = 0;
    int from = 0, perm = -1;
    void *heap = NULL, *end = NULL;

    CHECK_EQ(sys_sbrk(PAGE_SIZE, &heap), 0);
    *(volatile char *)heap = 1;
    CHECK_EQ(sys_quota(&quota), 0);
    while (quota.used < quota.limit) {
        CHECK_EQ(sys_sbrk(PAGE_SIZE, &end), 0);
        *(volatile char *)end = 1;
        CHECK_EQ(sys_quota(&quota), 0);
    }
    ipc_send(getppid(), 1, NULL, 0);
    char *free_place = (char *)ROUND_UP((uintptr_t)heap, PAGE_SIZE) + CHILD_QUOTA * PAGE_SIZE;
    value = (uint32_t)ipc_recv(&from, free_place, &perm);
    CHECK_EQ(value, 4);
    CHECK(from == getppid() && perm == 0);
    return check_result();
}

static void check_full_receiver(void)
{
    int pid = start("full");

    CHECK_EQ(receive_from(pid), 1);
    CHECK_EQ(sys_ipc_send(pid, 3, page, READ), E_EXCEEDS_QUOTA);
    ipc_send(pid, 4, NULL, 0);
    CHECK_EQ(wait_status(pid), EXIT_SUCCESS);
}

static int child(const char *role)
{
    if (strcmp(role, "serve") == 0)
        return serve();
    if (strcmp(role, "say") == 0)
        return say();
    if (strcmp(role, "page") == 0)
        return handle_page();
    if (strcmp(role, "overstep") == 0)
        return overstep();
    if (strcmp(role, "full") == 0)
        return be_full();
    play(getppid(), 1);
    return check_result();
}

int main(int argc, char **argv)
{
    struct quota before = { 0 }, after = { 0 };

    if (argc > 1)
        return child(argv[1]);
    check_page(WRITE);                      /* makes all page tables there will be */
    CHECK_EQ(sys_quota(&before), 0);
    check_words();
    check_calls();
    check_receive_from();
    check_page(READ);
    check_page(READ | PTE_COW);
    check_page(WRITE | PTE_SHARE);
    check_no_page();
    check_read_only();
    check_refused();
    check_full_receiver();
    CHECK_EQ(sys_quota(&after), 0);
    CHECK(memcmp(&before, &after, sizeof before) == 0);
    return check_result();
}
