/* A binary tree of processes, each of which knows its way from the root: every node of it comes to
 * be, once, with the right name.
 *
 * Must print 15 times: I am '
 * Must print 15 times: ^[0-9a-f]{4}: I am '[01]{0,3}'$ */
#include "inc/lib.h"
#include "inc/x86.h"

enum { DEPTH = 3, NODES = (2 << DEPTH) - 1 };

/* Shared by all of them: a count for each node, by its number (the root is 1, n's children are 2n
 * and 2n + 1). */
static volatile uint32_t *const seen = (uint32_t *)0xD0000000;

static uint32_t number_of(const char *name)
{
    uint32_t number = 1;

    for (; *name != '\0'; name++)
        number = number * 2 + (*name == '1');
    return number;
}

static void grow(const char *name);

static void fork_child(const char *name, char branch)
{
    char longer[DEPTH + 1];

    if (strlen(name) >= DEPTH)
        return;
    snprintf(longer, sizeof longer, "%s%c", name, branch);
    envid_t child = fork();
    if (child < 0)
        panic("fork: %d", child);
    if (child == 0) {
        grow(longer);
        exit();
    }
}

static void grow(const char *name)
{
    cprintf("%04x: I am '%s'\n", sys_getenvid(), name);
    fork_child(name, '0');
    fork_child(name, '1');
    __atomic_add_fetch(&seen[number_of(name)], 1, __ATOMIC_SEQ_CST);
}

void umain(int argc, char **argv)
{
    uint32_t count;

    (void)argc, (void)argv;
    if (sys_page_alloc(0, (void *)seen, PTE_P | PTE_U | PTE_W | PTE_SHARE) < 0)
        panic("no page");
    grow("");
    do {
        sys_yield();
        count = 0;
        for (uint32_t i = 1; i <= NODES; i++)
            count += seen[i];
    } while (count < NODES);
    for (uint32_t i = 1; i <= NODES; i++)
        if (seen[i] != 1)
            panic("node %u: %u times", i, seen[i]);
}
