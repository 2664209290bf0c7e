/* Processes that are killed while they change what they share with others of an xv6 program: who
 * needs the lock next takes it over, and nothing that they have held is lost.  The pipes that the
 * others use work all the while.
 *
 * Must print 0 times: xv6storm.c:|xv6exec.c:
 * Must print: ^7 generations, [0-9]+ bytes of heap$ */
#include "check.h"

#include "types.h"
#include "stat.h"
#include "user.h"
#include "fcntl.h"
#include "param.h"

enum { ROUNDS = 20, VICTIMS = 4, TERMINAL = 1 };

/* Says once that it is there, then does nothing but to use the table. */
static void use_table(int ready)
{
    int fds[2];
    char byte = 'x';

    write(ready, &byte, 1);
    for (;;) {
        if (pipe(fds) < 0)
            continue;
        write(fds[1], "abc", 3);
        close(dup(fds[1]));
        close(fds[1]);
        read(fds[0], &byte, 1);
        close(fds[0]);
    }
}

static void spin_for(int turns)
{
    for (volatile int i = 0; i < turns; i++)
        ;
}

/* Each is killed somewhere else. */
static void run_round(int round)
{
    int ready[2], victims[VICTIMS];
    char byte;

    CHECK_EQ(pipe(ready), 0);
    for (int i = 0; i < VICTIMS; i++) {
        victims[i] = fork();
        CHECK(victims[i] >= 0);
        if (victims[i] == 0)
            use_table(ready[1]);
    }
    close(ready[1]);
    for (int i = 0; i < VICTIMS; i++)
        CHECK_EQ(read(ready[0], &byte, 1), 1);
    for (int i = 0; i < VICTIMS; i++) {
        spin_for(round * 997 % 20000);
        CHECK_EQ(kill(victims[i]), 0);
    }
    CHECK_EQ(read(ready[0], &byte, 1), 0);
    for (int i = 0; i < VICTIMS; i++)
        CHECK(wait() > 0);
    CHECK_EQ(wait(), -1);
    close(ready[0]);
}

/* All that there is can be had: what the killed have held is free. */
static void check_all_free(void)
{
    int descriptors = 0, children = 0, pid;

    while (dup(0) >= 0)
        descriptors++;
    CHECK_EQ(descriptors, NOFILE - 3);
    for (int i = 3; i < NOFILE; i++)
        close(i);
    while ((pid = fork()) > 0)
        children++;
    if (pid == 0)
        exit();
    CHECK_EQ(children, NPROC - 1);
    while (wait() > 0)
        children--;
    CHECK_EQ(children, 0);
}

/* As many as fit at once, each in a process of its own: it needs two files. */
static void check_pipes_free(void)
{
    enum { EACH = (NOFILE - 3) / 2 };
    int ready[2], go[2], made = 0, fds[2];
    char byte = 0;

    CHECK_EQ(pipe(ready), 0);
    CHECK_EQ(pipe(go), 0);
    for (int child = 0; child < 12; child++)
        if (fork() == 0) {
            close(ready[0]);
            close(go[1]);
            for (int i = 0; i < EACH; i++)
                byte += pipe(fds) == 0;
            write(ready[1], &byte, 1);
            read(go[0], &byte, 1);
            exit();
        }
    for (int child = 0; child < 12; child++) {
        CHECK_EQ(read(ready[0], &byte, 1), 1);
        made += byte;
    }
    CHECK_EQ(made, (NFILE - TERMINAL - 4) / 2);
    for (int i = 3; i <= 6; i++)
        close(i);
    for (int child = 0; child < 12; child++)
        CHECK(wait() > 0);
}

/* At the end it becomes a program that is larger than it is. */
int main(void)
{
    char *larger[] = { "heap", "0", 0 };

    for (int round = 0; round < ROUNDS; round++)
        run_round(round);
    check_all_free();
    check_pipes_free();
    if (check_result() == 0)
        exec("xv6exec", larger);
    return check_result();
}
