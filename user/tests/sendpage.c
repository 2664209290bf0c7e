/* A parent sends its forked child a page with a text; the child writes another one into it and
 * sends it back.  Both see what the other one writes; elsewhere they do not. */
#include "check.h"
#include "env.h"
#include "ipc.h"
#include "proc.h"
#include "stdlib.h"
#include "string.h"

#define PARENT_PAGE ((char *)0xD0000000)    /* where nothing else is */
#define CHILD_PAGE  ((char *)0xD0100000)
#define RIGHTS      (PTE_P | PTE_U | PTE_W)

static const char parents_text[] = "hello child, how are you?";
static const char childs_text[] = "hello parent, and you?";

static int be_child(int parent)
{
    int from = 0, perm = 0;

    CHECK_EQ(ipc_recv(&from, CHILD_PAGE, &perm), 1);
    CHECK_EQ(from, parent);
    CHECK_EQ(perm, RIGHTS);
    CHECK(strcmp(CHILD_PAGE, parents_text) == 0);
    memcpy(CHILD_PAGE, childs_text, sizeof childs_text);
    ipc_send(parent, 2, CHILD_PAGE, RIGHTS);
    return check_result();
}

int main(void)
{
    int parent = getpid(), from = 0, perm = 0;
    int child = fork();

    CHECK(child >= 0);
    if (child == 0)
        exit(be_child(parent));
    CHECK_EQ(sys_page_alloc(0, (uintptr_t)PARENT_PAGE, RIGHTS), 0);
    memcpy(PARENT_PAGE, parents_text, sizeof parents_text);
    ipc_send(child, 1, PARENT_PAGE, RIGHTS);
    CHECK_EQ(ipc_recv(&from, CHILD_PAGE, &perm), 2);
    CHECK_EQ(from, child);
    CHECK_EQ(perm, RIGHTS);
    CHECK(strcmp(PARENT_PAGE, childs_text) == 0);       /* it is one page */
    CHECK(strcmp(CHILD_PAGE, childs_text) == 0);
    CHECK_EQ(wait_status(child), EXIT_SUCCESS);
    return check_result();
}
