/* What runs before main, and what at exit: in which order, each once, and also when exit is called
 * by one of them. */
#include "check.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

enum { SAID = 7 };                      /* a buffer for what is done after main */

static char order[16];

static void note(const char *what)
{
    strlcpy(order + strlen(order), what, sizeof order - strlen(order));
}

__attribute__((constructor(102))) static void second(void) { note("2"); }
__attribute__((constructor(101))) static void first(void)  { note("1"); }
__attribute__((constructor)) static void third(void)       { note("3"); }

static void say(uint32_t what)
{
    produce(SAID, what);
}

static bool talks;

__attribute__((destructor)) static void at_the_very_end(void)
{
    if (talks)
        say(4);
}

static void handler(void)
{
    say(3);
}

static void handler_that_exits(void)
{
    say(2);
    atexit(handler);
    exit(17);
}

static int child(void)
{
    talks = true;
    CHECK_EQ(atexit(handler_that_exits), 0);
    CHECK_EQ(atexit(handler), 0);
    return check_result();
}

static void do_nothing(void)
{
}

int main(int argc, char **argv)
{
    (void)argv;
    CHECK(strcmp(order, "123") == 0);
    if (argc > 1)
        return child();
    CHECK_EQ(run("startend child", 64), 17);
    static const uint32_t expected[] = { 3, 2, 3, 4 };
    for (unsigned i = 0; i < ARRAY_SIZE(expected); i++)
        CHECK_EQ(consume(SAID), expected[i]);
    for (unsigned i = 0; i < ATEXIT_MAX; i++)
        CHECK_EQ(atexit(do_nothing), 0);
    CHECK_EQ(atexit(do_nothing), -1);
    return check_result();
}
