/* Time goes on, sleeping takes at least as long as was asked for, and sleepers do not hinder
 * each other or those that compute. */
#include "check.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"

#define SLEEPERS 4

int main(int argc, char **argv)
{
    int pids[SLEEPERS];
    unsigned duration;

    if (argc > 1) {
        CHECK(parse_unsigned(argv[1], &duration));
        uint64_t start = time_us();
        sleep_us(duration);
        CHECK(time_us() - start >= duration);
        return check_result();
    }
    uint64_t last = time_us();
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t now = time_us();

        CHECK(now >= last);
        last = now;
    }
    sleep_us(0);
    for (unsigned i = 0; i < SLEEPERS; i++) {
        char command[COMMAND_MAX];

        snprintf(command, sizeof command, "sleeping %u", 20000 + 10000 * i);
        pids[i] = spawn_on(i % cpu_count(), command, 64);
        CHECK(pids[i] > 0);
    }
    for (unsigned i = 0; i < SLEEPERS; i++)
        CHECK_EQ(wait_status(pids[i]), EXIT_SUCCESS);
    CHECK(time_us() - last >= 50000);
    return check_result();
}
