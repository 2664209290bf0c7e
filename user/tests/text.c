/* Processes that run the same program have its read-only pages in common: each pays for them, and
 * what one of them writes to a copy of its own no other one sees. */
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdlib.h"
#include "string.h"

#define CHILD_QUOTA 64
enum { CHILDREN = 3 };

static const char mark[] = "mark";      /* lies among what is read-only */
static uint32_t data = 1;

static uint32_t frame_of(const void *object)
{
    return page_entry((uintptr_t)object) / PAGE_SIZE;
}

/* As it is now, whatever the compiler knows of constants. */
static char first_of(const char *text)
{
    return *(const volatile char *)text;
}

static uint32_t used_pages(void)
{
    struct quota quota = { 0 };

    CHECK_EQ(sys_quota(&quota), 0);
    return quota.used;
}

static void write_to_a_copy(void)
{
    uintptr_t page = ROUND_DOWN((uintptr_t)mark, PAGE_SIZE);
    uint32_t before = frame_of(mark);

    CHECK_EQ(sys_page_copy(0, page, PTE_P | PTE_U | PTE_W), 0);
    CHECK(frame_of(mark) != before);
    *(volatile char *)(uintptr_t)mark = 'd';
    CHECK_EQ(first_of(mark), 'd');
}

/* Each of these is another process. */
static int child(const char *what)
{
    if (strcmp(what, "code") == 0)
        return (int)frame_of((const void *)(uintptr_t)child);
    if (strcmp(what, "mark") == 0)
        return (int)frame_of(mark);
    if (strcmp(what, "data") == 0)
        return (int)frame_of(&data);
    if (strcmp(what, "used") == 0)
        return (int)used_pages();
    if (strcmp(what, "write") == 0)
        write_to_a_copy();
    return check_result();
}

static int status_of(const char *command)
{
    int pid = spawn(command, CHILD_QUOTA);

    CHECK(pid > 0);
    return wait_status(pid);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return child(argv[1]);
    data++;                             /* so it is not read-only itself */
    int used = status_of("text used");
    CHECK(used > (int)((uintptr_t)&data - VM_USERLO) / PAGE_SIZE);
    for (unsigned i = 0; i < CHILDREN; i++) {
        CHECK_EQ(status_of("text code"), frame_of((const void *)(uintptr_t)child));
        CHECK_EQ(status_of("text mark"), frame_of(mark));
        CHECK(status_of("text data") != (int)frame_of(&data));
        CHECK_EQ(status_of("text write"), EXIT_SUCCESS);
        CHECK_EQ(first_of(mark), 'm');
        CHECK_EQ(status_of("text used"), used);
    }
    return check_result();
}
