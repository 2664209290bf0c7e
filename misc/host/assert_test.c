/* Assertions that must fire: each is tried in a child process, which has to abort. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/ktest.h"
#include "lib/list.h"
#include "lib/random.h"

static struct list list;
static struct list_node nodes[2];

static void append_twice(void)
{
    list_append(&list, &nodes[0]);
    list_append(&list, &nodes[0]);
}

static void prepend_linked(void)
{
    list_append(&list, &nodes[0]);
    list_prepend(&list, &nodes[0]);
}

static void remove_unlinked(void)
{
    list_remove(&nodes[0]);
}

static void remove_from_broken_list(void)
{
    list_append(&list, &nodes[0]);
    list_append(&list, &nodes[1]);
    list.head.next = &nodes[1];
    list_remove(&nodes[0]);
}

static void random_below_nothing(void)
{
    struct random random;

    random_seed(&random, 1);
    random_below(&random, 0);
}

static bool aborts(void (*function)(void))
{
    int status = 0;

    fflush(stdout);
    list_init(&list);
    list_node_init(&nodes[0]);
    list_node_init(&nodes[1]);
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit) { 0, 0 });
        freopen("/dev/null", "w", stdout);
        function();
        _exit(0);
    }
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

KTEST(host, assertions_fire)
{
    EXPECT(aborts(append_twice));
    EXPECT(aborts(prepend_linked));
    EXPECT(aborts(remove_unlinked));
    EXPECT(aborts(remove_from_broken_list));
    EXPECT(aborts(random_below_nothing));
}
