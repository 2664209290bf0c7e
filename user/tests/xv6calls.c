/* Each call of user.h, as xv6's programs use it, and what they get if they use it wrongly.
 *
 * Must print 0 times: xv6calls.c:
 * Must print: ^terminal 0 1 2$
 * Must print: page fault at 0x00001000: */
#include "check.h"
#include "syscall.h"

#include "types.h"
#include "stat.h"
#include "user.h"
#include "fcntl.h"
#include "fs.h"
#include "param.h"

#define KERNEL_ADDRESS ((void *)0x1000)
#define FAILED_SBRK ((char *)-1)

static char buffer[2048];

/* What a child that failed a check has said is seen in the output. */
static int fork_checked(void)
{
    int pid = fork();

    CHECK(pid >= 0);
    return pid;
}

/* --- descriptors -------------------------------------------------------------------------- */

static void check_descriptors(void)
{
    CHECK_EQ(dup(0), 3);
    CHECK_EQ(dup(3), 4);
    CHECK_EQ(close(3), 0);
    CHECK_EQ(close(3), -1);
    CHECK_EQ(dup(4), 3);                /* the lowest one that is free */
    CHECK_EQ(close(3), 0);
    CHECK_EQ(close(4), 0);
    CHECK_EQ(dup(4), -1);
    CHECK_EQ(read(4, buffer, 1), -1);
    CHECK_EQ(write(4, buffer, 1), -1);
    for (int bad = -1; bad <= NOFILE; bad += NOFILE + 1) {
        CHECK_EQ(close(bad), -1);
        CHECK_EQ(dup(bad), -1);
        CHECK_EQ(read(bad, buffer, 1), -1);
        CHECK_EQ(write(bad, buffer, 1), -1);
    }
}

static void check_too_many(void)
{
    int fds[2] = { 77, 77 };

    for (int i = 3; i < NOFILE; i++)
        CHECK_EQ(open("README", O_RDONLY), i);
    CHECK_EQ(open("README", O_RDONLY), -1);
    CHECK_EQ(dup(1), -1);
    CHECK_EQ(pipe(fds), -1);
    CHECK_EQ(close(9), 0);
    CHECK_EQ(pipe(fds), -1);            /* needs two */
    CHECK_EQ(fds[0], 77);
    CHECK_EQ(open("README", O_RDONLY), 9);
    for (int i = 3; i < NOFILE; i++)
        CHECK_EQ(close(i), 0);
}

/* All processes together. */
static void check_too_many_files(void)
{
    int opened = 0, ready[2], go[2];
    char byte = 0;

    CHECK_EQ(pipe(ready), 0);
    CHECK_EQ(pipe(go), 0);
    for (int child = 0; child < 12; child++) {
        if (fork_checked() > 0)
            continue;
        close(go[1]);
        for (int i = 0; i < 8; i++)
            byte += open("README", O_RDONLY) >= 0;
        write(ready[1], &byte, 1);
        read(go[0], &byte, 1);
        exit();
    }
    for (int child = 0; child < 12; child++) {
        CHECK_EQ(read(ready[0], &byte, 1), 1);
        opened += byte;
    }
    CHECK_EQ(opened, NFILE - 5);        /* the terminal, and two pipes */
    CHECK_EQ(open("README", O_RDONLY), -1);
    close(go[1]);
    for (int child = 0; child < 12; child++)
        CHECK(wait() > 0);
    for (int i = 3; i <= 6; i++)
        close(i);
    CHECK_EQ(open("README", O_RDONLY), 3);
    close(3);
}

/* --- pipes -------------------------------------------------------------------------------- */

static void check_pipe(void)
{
    int fds[2];

    CHECK_EQ(pipe(fds), 0);
    CHECK_EQ(fds[0], 3);
    CHECK_EQ(fds[1], 4);
    CHECK_EQ(write(fds[1], "abcdef", 6), 6);
    CHECK_EQ(read(fds[0], buffer, sizeof buffer), 6);   /* what is there */
    CHECK(memcmp(buffer, "abcdef", 6) == 0);
    CHECK_EQ(write(fds[1], "ghi", 3), 3);
    CHECK_EQ(read(fds[0], buffer, 2), 2);
    CHECK_EQ(write(fds[0], "x", 1), -1);
    CHECK_EQ(read(fds[1], buffer, 1), -1);
    CHECK_EQ(write(fds[1], "x", -1), -1);
    CHECK_EQ(read(fds[0], buffer, -1), -1);
    CHECK_EQ(write(fds[1], KERNEL_ADDRESS, 1), -1);
    CHECK_EQ(read(fds[0], KERNEL_ADDRESS, 1), -1);
    CHECK_EQ(close(fds[1]), 0);
    CHECK_EQ(read(fds[0], buffer, sizeof buffer), 1);
    CHECK_EQ(buffer[0], 'i');
    CHECK_EQ(read(fds[0], buffer, sizeof buffer), 0);
    CHECK_EQ(read(fds[0], buffer, sizeof buffer), 0);
    CHECK_EQ(close(fds[0]), 0);
}

/* Room for both descriptors, at the very end of what may be written; and room for one. */
static void check_pipe_place(void)
{
    sbrk(PAGE_SIZE - (uint)sbrk(0) % PAGE_SIZE);
    int *end = (int *)sbrk(0);

    CHECK_EQ(pipe(end - 2), 0);
    CHECK_EQ(close(end[-2]), 0);
    CHECK_EQ(close(end[-1]), 0);
    end[-1] = 77;
    CHECK_EQ(pipe(end - 1), -1);
    CHECK_EQ(end[-1], 77);
}

/* It changes nothing of another process, whose descriptors come after the caller's. */
static void check_close_of_none(void)
{
    int pid = fork_checked();

    if (pid == 0)
        exit();
    CHECK_EQ(close(NOFILE), -1);
    CHECK_EQ(wait(), pid);
}

static void check_no_readers(void)
{
    int fds[2];

    CHECK_EQ(pipe(fds), 0);
    CHECK_EQ(close(fds[0]), 0);
    CHECK_EQ(write(fds[1], "x", 1), -1);
    CHECK_EQ(close(fds[1]), 0);
}

/* Nobody reads: it must have room for so many. */
static void check_pipe_size(void)
{
    enum { PIPE_SIZE = 512 };
    int fds[2];

    CHECK_EQ(pipe(fds), 0);
    CHECK_EQ(write(fds[1], buffer, PIPE_SIZE), PIPE_SIZE);
    CHECK_EQ(read(fds[0], buffer, sizeof buffer), PIPE_SIZE);
    close(fds[0]);
    close(fds[1]);
}

/* More than it holds, in pieces that do not fit: the writer waits, then the reader. */
static void check_full_pipe(void)
{
    int fds[2], count, total = 0, size = 1, wrong = 0;

    CHECK_EQ(pipe(fds), 0);
    if (fork_checked() == 0) {
        close(fds[0]);
        for (int i = 0; i < (int)sizeof buffer; i++)
            buffer[i] = (char)(i % 1280 * 7 % 251);
        for (int i = 0; i < 5; i++)
            CHECK_EQ(write(fds[1], buffer, 1280), 1280);
        exit();
    }
    close(fds[1]);
    while ((count = read(fds[0], buffer, size)) > 0) {
        for (int i = 0; i < count; i++)
            wrong += (uchar)buffer[i] != (total + i) % 1280 * 7 % 251;
        total += count;
        size = size * 2 < (int)sizeof buffer ? size * 2 : (int)sizeof buffer;
    }
    CHECK_EQ(count, 0);
    CHECK_EQ(total, 5 * 1280);
    CHECK_EQ(wrong, 0);
    close(fds[0]);
    CHECK(wait() > 0);
}

/* The writer that waits for room when the last reader goes. */
static void check_reader_goes(void)
{
    int fds[2];

    CHECK_EQ(pipe(fds), 0);
    int reader = fork_checked();
    if (reader == 0) {
        close(fds[1]);
        CHECK_EQ(read(fds[0], buffer, 1), 1);
        exit();
    }
    close(fds[0]);
    CHECK_EQ(write(fds[1], buffer, sizeof buffer), -1);
    close(fds[1]);
    CHECK_EQ(wait(), reader);
}

/* --- processes ---------------------------------------------------------------------------- */

static void check_wait(void)
{
    int pids[3], seen = 0;

    CHECK_EQ(wait(), -1);
    for (int i = 0; i < 3; i++) {
        pids[i] = fork_checked();
        if (pids[i] == 0) {
            CHECK_EQ(wait(), -1);       /* those of its parent are not its own */
            exit();
        }
    }
    for (int i = 0; i < 3; i++) {
        int pid = wait();
        for (int j = 0; j < 3; j++)
            seen |= (pid == pids[j]) << j;
    }
    CHECK_EQ(seen, 7);
    CHECK_EQ(wait(), -1);
}

/* Zombies count. */
static void check_too_many_processes(void)
{
    int children = 0, pid;

    while ((pid = fork()) > 0)
        children++;
    if (pid == 0)
        exit();
    CHECK_EQ(children, NPROC - 1);
    for (; children > 0; children--)
        CHECK(wait() > 0);
    CHECK_EQ(wait(), -1);
}

/* A child that has something to say first, and then does `what`. */
static int start_child(int fds[2], void (*what)(void))
{
    CHECK_EQ(pipe(fds), 0);
    int pid = fork_checked();
    if (pid > 0) {
        close(fds[1]);
        CHECK_EQ(read(fds[0], buffer, sizeof buffer), 1);
        return pid;
    }
    close(fds[0]);
    CHECK_EQ(write(fds[1], "x", 1), 1);
    what();
    exit();
}

static void spin(void)
{
    for (;;)
        ;
}

static void sleep_long(void)
{
    sleep(1000000);
}

static void fault(void)
{
    *(volatile int *)KERNEL_ADDRESS = 1;
}

/* It had no time to close its end. */
static void check_end(int fds[2], int pid)
{
    CHECK_EQ(read(fds[0], buffer, sizeof buffer), 0);
    close(fds[0]);
    CHECK_EQ(wait(), pid);
    CHECK_EQ(kill(pid), -1);
}

static void check_kill(void)
{
    int fds[2];
    int pid = start_child(fds, spin);

    CHECK_EQ(kill(pid), 0);
    check_end(fds, pid);
    pid = start_child(fds, sleep_long);
    CHECK_EQ(kill(pid), 0);
    CHECK_EQ(kill(pid), 0);             /* not waited for yet */
    check_end(fds, pid);
    pid = start_child(fds, fault);
    check_end(fds, pid);
    CHECK_EQ(kill(0), -1);
    CHECK_EQ(kill(-1), -1);
    CHECK_EQ(kill(1000000), -1);
}

/* Which no process of Strata may. */
static void check_kill_sibling(void)
{
    int fds[2], other[2];
    int victim = start_child(fds, spin), sleeper = start_child(other, sleep_long);
    int killer = fork_checked(), seen = 0;

    if (killer == 0) {
        CHECK_EQ(kill(victim), 0);
        CHECK_EQ(kill(sleeper), 0);
        exit();
    }
    for (int i = 0; i < 3; i++) {
        int pid = wait();
        seen |= (pid == victim) | (pid == killer) << 1 | (pid == sleeper) << 2;
    }
    CHECK_EQ(seen, 7);
    close(fds[0]);
    close(other[0]);
}

/* Its parent does not look, but its grandparent, which waits for a pipe. */
static void check_kill_nephew(void)
{
    int ids[2], fds[2], nephew = 0;

    CHECK_EQ(pipe(ids), 0);
    CHECK_EQ(pipe(fds), 0);
    int middle = fork_checked();
    if (middle == 0) {
        nephew = fork_checked();
        if (nephew == 0)
            spin();
        close(fds[1]);
        CHECK_EQ(write(ids[1], &nephew, sizeof nephew), sizeof nephew);
        spin();
    }
    CHECK_EQ(read(ids[0], &nephew, sizeof nephew), sizeof nephew);
    if (fork_checked() == 0) {
        CHECK_EQ(kill(nephew), 0);
        exit();
    }
    CHECK(wait() > 0);
    close(fds[1]);
    CHECK_EQ(read(fds[0], buffer, 1), 0);
    CHECK_EQ(kill(middle), 0);
    CHECK_EQ(wait(), middle);
    close(fds[0]);
    close(ids[0]);
    close(ids[1]);
}

static void check_kill_parent(void)
{
    int middle = fork_checked();

    if (middle == 0) {
        int self = getpid();
        if (fork_checked() == 0) {
            CHECK_EQ(kill(self), 0);
            exit();
        }
        CHECK_EQ(sleep(1000000), 0);
        CHECK(!"killed before");
    }
    CHECK_EQ(wait(), middle);
}

static void check_time(void)
{
    int before = uptime();

    CHECK_EQ(sleep(3), 0);
    CHECK(uptime() - before >= 3);
    CHECK_EQ(sleep(0), 0);
    CHECK_EQ(sleep(-1), 0);
}

static void check_memory(void)
{
    char *start = sbrk(0);

    CHECK(sbrk(5000) == start);
    CHECK(sbrk(1) == start + 5000);
    start[5000] = 'x';
    CHECK_EQ(read(0, sbrk(0) - 1, -1), -1);
    CHECK(sbrk(-5001) == start + 5001);
    CHECK(sbrk(0) == start);
    CHECK(sbrk(0x7fffffff) == FAILED_SBRK);
    CHECK(sbrk(0) == start);
    char *block = malloc(10001);
    CHECK(block);
    free(block);
}

/* --- files -------------------------------------------------------------------------------- */

static void check_open(void)
{
    CHECK_EQ(open("doesnotexist", O_RDONLY), -1);
    CHECK_EQ(open("doesnotexist", O_CREATE | O_RDWR), -1);
    CHECK_EQ(open("README", O_WRONLY), -1);
    CHECK_EQ(open("README", O_RDWR), -1);
    CHECK_EQ(open(".", O_RDWR), -1);
    CHECK_EQ(open(".", O_CREATE), -1);
    CHECK_EQ(open("no/README", O_RDONLY), -1);
    CHECK_EQ(open(KERNEL_ADDRESS, O_RDONLY), -1);
    CHECK_EQ(open("", O_RDONLY), -1);
    CHECK_EQ(open("README", O_CREATE), 3);
    CHECK_EQ(write(3, "x", 1), -1);
    close(3);
    CHECK_EQ(open("/.././README", O_RDONLY), 3);
    close(3);
    CHECK_EQ(mkdir("dir"), -1);
    CHECK_EQ(unlink("README"), -1);
    CHECK_EQ(link("README", "copy"), -1);
    CHECK_EQ(mknod("device", 1, 1), -1);
    CHECK_EQ(chdir("."), 0);
    CHECK_EQ(chdir("/"), 0);
    CHECK_EQ(chdir("README"), -1);
    CHECK_EQ(chdir("dir"), -1);
}

/* The place in a file belongs to what open() made. */
static void check_offset(void)
{
    char all[64];

    CHECK_EQ(open("README", O_RDONLY), 3);
    CHECK_EQ(read(3, all, 40), 40);
    close(3);
    CHECK_EQ(open("README", O_RDONLY), 3);
    CHECK_EQ(dup(3), 4);
    CHECK_EQ(open("README", O_RDONLY), 5);
    CHECK_EQ(read(3, buffer, 10), 10);
    CHECK_EQ(read(4, buffer + 10, 10), 10);
    if (fork_checked() == 0) {
        CHECK_EQ(read(3, buffer, 10), 10);
        exit();
    }
    CHECK(wait() > 0);
    CHECK_EQ(read(3, buffer + 30, 10), 10);
    CHECK_EQ(read(5, buffer + 20, 10), 10);
    CHECK(memcmp(buffer, all, 20) == 0);
    CHECK(memcmp(buffer + 20, all, 10) == 0);
    CHECK(memcmp(buffer + 30, all + 30, 10) == 0);
    for (int i = 3; i <= 5; i++)
        close(i);
}

static void check_contents(void)
{
    struct stat st;
    uint total = 0;
    int count;

    CHECK_EQ(open("README", O_RDONLY), 3);
    CHECK_EQ(fstat(3, &st), 0);
    CHECK_EQ(st.type, T_FILE);
    while ((count = read(3, buffer, 100)) > 0)
        total += (uint)count;
    CHECK_EQ(count, 0);
    CHECK_EQ(total, st.size);
    CHECK_EQ(read(3, (void *)"constant", 1), -1);
    CHECK_EQ(fstat(3, KERNEL_ADDRESS), -1);
    close(3);
    CHECK_EQ(fstat(3, &st), -1);
    CHECK_EQ(fstat(1, &st), 0);
    CHECK_EQ(st.type, T_DEV);
    CHECK_EQ(stat("console", &st), 0);
    CHECK_EQ(st.type, T_DEV);
    CHECK_EQ(stat("doesnotexist", &st), -1);
    CHECK_EQ(stat("README", KERNEL_ADDRESS), -1);
}

static void check_entry(const struct dirent *entry, int *own)
{
    char name[DIRSIZ + 1] = "";
    struct stat st;

    memmove(name, entry->name, DIRSIZ);
    CHECK_EQ(stat(name, &st), 0);
    CHECK_EQ(st.ino, entry->inum);
    CHECK_EQ(st.type, name[0] == '.' ? T_DIR : T_FILE);
    *own += strcmp(name, "xv6calls") == 0;
}

/* Read in odd pieces it is the same. */
static void check_directory(void)
{
    struct dirent entry, again;
    struct stat st;
    uint count = 0;
    int own = 0;

    CHECK_EQ(open(".", O_RDONLY), 3);
    CHECK_EQ(open(".", O_RDONLY), 4);
    CHECK_EQ(fstat(3, &st), 0);
    CHECK_EQ(st.type, T_DIR);
    for (; read(3, &entry, sizeof entry) == sizeof entry; count++) {
        check_entry(&entry, &own);
        CHECK_EQ(read(4, &again, 5), 5);
        CHECK_EQ(read(4, (char *)&again + 5, sizeof again - 5), sizeof again - 5);
        CHECK(memcmp(&entry, &again, sizeof entry) == 0);
    }
    CHECK_EQ(count * sizeof entry, st.size);
    CHECK_EQ(own, 1);
    CHECK_EQ(read(4, &again, 5), 0);
    close(3);
    close(4);
}

/* --- text --------------------------------------------------------------------------------- */

static void check_text(void)
{
    char copy[8];

    CHECK(strcpy(copy, "abc") == copy && strcmp(copy, "abc") == 0);
    CHECK_EQ(strlen(copy), 3);
    CHECK(strchr(copy, 'c') == copy + 2);
    CHECK(strchr(copy, 'd') == 0 && strchr(copy, 0) == 0);
    CHECK_EQ(atoi("42x"), 42);
    CHECK_EQ(atoi("x"), 0);
    CHECK(memset(copy, 'z', 3) == copy && copy[2] == 'z');
    printf(1, "%s %d %x", "terminal", 0, 1);
    printf(2, " %c\n", '2');
}

/* As much as fits, and one line at most. */
static void check_gets(const char *expected, int max)
{
    CHECK(gets(buffer, max) == buffer);
    CHECK(strcmp(buffer, expected) == 0);
}

static void print_to_pipe(void)
{
    int fds[2];

    CHECK_EQ(pipe(fds), 0);
    printf(fds[1], "%d%%|%s|", -7, "first line\nsecond");
    close(fds[1]);
    if (fork_checked() == 0) {
        close(0);
        CHECK_EQ(dup(fds[0]), 0);
        check_gets("-7%|first line\n", sizeof buffer);
        check_gets("sec", 4);
        check_gets("ond|", sizeof buffer);
        check_gets("", sizeof buffer);
        exit();
    }
    CHECK(wait() > 0);
    close(fds[0]);
}

/* Twice: nothing that one leaves may be in the way of the next. */
int main(void)
{
    for (int i = 0; i < 2; i++) {
        check_descriptors();
        check_too_many();
        check_pipe();
        check_pipe_place();
        check_close_of_none();
        check_no_readers();
        check_pipe_size();
        check_full_pipe();
        check_reader_goes();
        check_wait();
        check_too_many_processes();
        check_too_many_files();
        check_open();
        check_offset();
        check_contents();
        check_directory();
        print_to_pipe();
    }
    check_kill();
    check_kill_sibling();
    check_kill_nephew();
    check_kill_parent();
    check_time();
    check_memory();
    check_text();
    return check_result();
}
