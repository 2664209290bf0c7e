/* Ends by a fault of the kind that is named; scripts/session looks at the reports. */
#include "abi/layout.h"
#include "env.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "thread.h"

#define LOW   ((volatile int *)0x2000000)       /* below all programs */
#define PAGES 0xb0000000u
#define WILD  ((volatile int *)0x90000000)      /* on no page */

/* Ends in theory, which satisfies the compiler; not a tail call, as the frame is used after it. */
static unsigned recurse(unsigned depth)
{
    volatile char frame[64];

    if (depth == UINT32_MAX)
        return 0;
    frame[depth % sizeof frame] = (char)depth;
    return recurse(depth + 1) + (unsigned)frame[0];
}

static void *recurse_in_thread(void *argument)
{
    return (void *)recurse((unsigned)(uintptr_t)argument);
}

static void overflow_in_thread(void)
{
    struct thread *thread;

    if (thread_create(&thread, recurse_in_thread, NULL) == 0)
        thread_join(thread);
}

static void jump_to(uintptr_t address)
{
    void (*volatile function)(void) = (void (*)(void))address;

    function();
}

/* Memory is got, and then the pages for it are used otherwise. */
static void use_up_quota(void)
{
    char *memory = malloc(50 * PAGE_SIZE);
    uintptr_t other = PAGES;

    while (sys_page_alloc(0, other, PTE_P | PTE_U | PTE_W) == 0)
        other += PAGE_SIZE;
    memset(memory, 1, 50 * PAGE_SIZE);
}

/* ... given to a child. */
static void give_quota_away(void)
{
    char *memory = malloc(50 * PAGE_SIZE);
    struct quota quota = { 0 };

    sys_quota(&quota);
    spawn("processes sleep", quota_left(&quota) - 2);
    memset(memory, 1, 50 * PAGE_SIZE);
}

static int in_small_quota(const char *kind)
{
    char command[32];

    snprintf(command, sizeof command, "faulty %s", kind);
    return run(command, 100);
}

int main(int argc, char **argv)
{
    const char *kind = argc > 1 ? argv[1] : "";

    if (strcmp(kind, "stack") == 0)
        return (int)recurse(0);
    if (strcmp(kind, "thread") == 0)
        overflow_in_thread();
    if (strcmp(kind, "call") == 0)
        jump_to(0);
    if (strcmp(kind, "jump") == 0)
        jump_to((uintptr_t)WILD);
    if (strcmp(kind, "null") == 0)
        *(volatile int *)0 = 1;
    if (strcmp(kind, "low") == 0)
        *LOW = 1;
    if (strcmp(kind, "wild") == 0)
        *WILD = 1;
    if (strcmp(kind, "used") == 0)
        use_up_quota();
    if (strcmp(kind, "away") == 0)
        give_quota_away();
    if (strcmp(kind, "quota") == 0)
        return in_small_quota("used");
    if (strcmp(kind, "given") == 0)
        return in_small_quota("away");
    printf("usage: faulty stack|thread|call|jump|null|low|wild|quota|given\n");
    return argc > 1;
}
