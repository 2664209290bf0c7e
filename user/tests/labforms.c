/* The forms in which programs of mCertiKOS's lab 4 call the library (lab.h), with the headers that
 * they include. */
#include <proc.h>
#include <stdio.h>
#include <syscall.h>
#include <x86.h>

#include "check.h"
#include "items.h"

static void check_buffers(void)
{
    unsigned int i, stored = 0;
    int also_stored = 0;

    produce(7);
    CHECK_EQ(consume(), 7);
    produce(3, 8);
    CHECK_EQ(consume(3), 8);
    for (i = 1; i <= 3; i++)
        produce();
    for (i = 1; i <= 3; i++)
        CHECK_EQ(consume(), item_value((unsigned)getpid() % ITEM_PRODUCERS, i));
    produce(9);
    consume(&stored);
    CHECK_EQ(stored, 9);
    produce(2, 10);
    consume(2, &also_stored);
    CHECK_EQ(also_stored, 10);
    for (i = 11; i < 14; i++)
        produce(1, i);
    for (i = 11; i < 14; i++)
        CHECK_EQ(consume(1, i), i);
}

/* The lab's idle does this, and looks at nothing more. */
static void check_spawn(void)
{
    pid_t ping_pid, pong_pid, ding_pid;
    const char *command = "true";
    pid_t true_pid = spawn(command, 100);

    CHECK_EQ(wait_status(true_pid), 0);
    CHECK((ping_pid = spawn(1, 1000)) != NUM_IDS);
    CHECK((pong_pid = spawn(2, 1000)) != -1);
    CHECK((ding_pid = spawn(3, 1000)) != -1);
    CHECK_EQ(wait_status(ping_pid), 0);
    CHECK_EQ(wait_status(pong_pid), 0);
    CHECK_EQ(wait_status(ding_pid), 0);
    CHECK_EQ(spawn(0, 1000), -1);
    CHECK_EQ(spawn(4, 1000), -1);
    CHECK_EQ(spawn(1, 1u << 30), -1);
    CHECK_EQ(spawn("true", 1u << 30), -E_EXCEEDS_QUOTA);
}

static void check_instructions(void)
{
    uint32_t word = 1, largest = 0, vendor = 0;
    uint64_t before = read_tsc();

    CHECK_EQ(xchg(&word, 2), 1);
    CHECK_EQ(word, 2);
    cpuid(0, &largest, NULL, NULL, NULL);
    cpuid(0, NULL, &vendor, NULL, NULL);
    CHECK(largest >= 1 && vendor != 0);
    pause();
    CHECK(rdtsc() >= before);
    CHECK(read_eflags() & 0x200);       /* interrupts are on */
    CHECK(read_esp() <= read_ebp() && read_ebp() - read_esp() < 4096);
}

int main(int argc UNUSED, char **argv UNUSED)
{
    check_buffers();
    check_spawn();
    check_instructions();
    return check_result();
}
