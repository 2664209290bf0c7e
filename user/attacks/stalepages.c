/* Attack: a crowd of threads waits to send a page each, which is then taken away.  The one that
 * receives finds no page, and refuses them all before it gets a message.
 *
 * Must hold: each sender gets an error, the receiver the message that there is.  And interrupts are
 * off for a bounded time, however large the crowd: `make sections` measures that. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "ipc.h"
#include "proc.h"
#include "stdlib.h"
#include "thread.h"

#define GIVEN   ((char *)0x80000000)    /* the page that is sent */
#define WANTED  ((char *)0x90000000)    /* where it is wanted */

enum { CROWD = 60, CROWD_MAX = 2000, PAGES_PER_THREAD = 10, CHILD_PAGES = 150, LAST = 42 };

static void *send_page(void *unused UNUSED)
{
    CHECK_EQ(sys_ipc_send(getppid(), 0, GIVEN, PTE_P | PTE_U), E_INVAL_ADDR);
    return NULL;
}

/* Its status: whether all got the error. */
static int send_pages(unsigned count)
{
    static struct thread *threads[CROWD_MAX];

    CHECK_EQ(sys_page_alloc(0, (uintptr_t)GIVEN, PTE_P | PTE_U | PTE_W), 0);
    for (unsigned i = 0; i < count; i++)
        CHECK_EQ(thread_create(&threads[i], send_page, NULL), 0);
    for (unsigned i = 0; i < count; i++)
        thread_join(threads[i]);
    return check_result();
}

static void *send_last(void *unused UNUSED)
{
    CHECK_EQ(sys_ipc_send(getpid(), LAST, NO_PAGE, 0), 0);
    return NULL;
}

static int start_senders(char **argv, unsigned size, unsigned count)
{
    unsigned pages = attack_afford(PAGES_PER_THREAD * count + CHILD_PAGES, 1);
    int child = attack_start(argv, size, "pages", pages);

    check_waits(child, "futex");                /* until all have been sent */
    CHECK_EQ(sys_page_unmap(child, (uintptr_t)GIVEN), 0);
    return child;
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    unsigned count = attack_afford(MIN(CROWD * size, (unsigned)CROWD_MAX), PAGES_PER_THREAD);
    struct message message = { 0 };
    struct thread *last;

    if (attack_is(argc, argv, "pages"))
        return send_pages(count);
    int child = start_senders(argv, size, count);
    CHECK_EQ(thread_create(&last, send_last, NULL), 0);
    CHECK_EQ(sys_ipc_recv(WANTED, 0, &message), 0);
    CHECK_EQ(message.value, LAST);
    thread_join(last);
    CHECK_EQ(wait_status(child), EXIT_SUCCESS);
    child = start_senders(argv, size, count);
    CHECK_EQ(sys_ipc_recv(WANTED, child, &message), E_INVAL_PID);
    CHECK_EQ(wait_status(child), EXIT_SUCCESS);
    return check_result();
}
