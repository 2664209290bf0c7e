/* Attack: numbers at the ends of their range, where a product or a sum overflows.
 *
 * Must hold: an error, or what the number means; the quota is what it was. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdlib.h"
#include "thread.h"

static const uint32_t numbers[] = { 0x7fffffff, 0x80000000, 0x80000001, 0xfffff000, 0xffffffff };

static void try_number(uint32_t number)
{
    uint32_t word = 0;
    unsigned count = 1;
    void *end;
    int pid;

    CHECK_EQ(sys_spawn("true", number, CPU_ANY, &pid), E_EXCEEDS_QUOTA);
    CHECK_EQ(sys_spawn("true", 40, number == CPU_ANY ? NUM_CPUS : number, &pid), E_INVAL_CPU);
    CHECK(number >= 0xfffff000 || sys_sbrk((int)number & ~0xfff, &end) != 0);
    CHECK_EQ(sys_futex_wake(&word, number, &count), 0);
    CHECK_EQ(count, 0);
    CHECK_EQ(sys_produce(number, 1), E_INVAL_BUFFER);
    CHECK_EQ(sys_buffer_configure(0, number), E_INVAL_ARG);
    CHECK_EQ(sys_buffer_keep(number), E_INVAL_BUFFER);
    CHECK_EQ(sys_kill((int)number), E_INVAL_PID);
    CHECK_EQ(sys_env_set_status(0, number), E_INVAL_ARG);
    CHECK_EQ(sys_page_alloc(0, number | 0xf0000000, PTE_P | PTE_U), E_INVAL_ADDR);
    CHECK_EQ(sys_page_alloc(0, 0x80000000, number | 1), E_INVAL_ARG);
    CHECK_EQ(sys_futex_wait(&word, 1, number), E_CHANGED);
}

int main(int argc, char **argv)
{
    struct quota before = { 0 };

    attack_size(argc, argv);
    CHECK_EQ(sys_quota(&before), 0);
    for (unsigned i = 0; i < ARRAY_SIZE(numbers); i++)
        if (numbers[i] != 0x80000000 && numbers[i] != 0x80000001)
            try_number(numbers[i]);
    CHECK_EQ(sys_kill(INT32_MIN), E_INVAL_PID);
    CHECK_EQ(sys_futex_wait((const uint32_t *)2, 0, 1), E_INVAL_ADDR);
    check_quota_back(&before);
    return check_result();
}
