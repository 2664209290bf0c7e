/* Attack: addresses at the very ends of what a program has, so that a sum wraps or the last byte is
 * one too far.
 *
 * Must hold: E_INVAL_ADDR.  What a program may only read (UINFO, UVPT) it cannot have written. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "info.h"
#include "proc.h"
#include "stdlib.h"

#define LAST_PAGE   (UTOP - PAGE_SIZE)

/* Neither read nor written, whatever the size; and the second row, not written. */
static const uintptr_t outside[] = { VM_USERLO - 1, VM_USERLO - 4, VM_USERHI, 0xfffffffc,
                                     0xffffffff, 0, 4 };
static const uintptr_t read_only[] = { UTOP - 4, UTOP, UINFO + 64, UVPT, VM_USERHI - 1 };

/* Of calls that write: the address is argument number `at`. */
static void write_at(uint32_t number, unsigned at, uintptr_t address)
{
    struct syscall_values values = { 0 };
    uint32_t *arguments = &values.b;

    arguments[at] = address;
    CHECK_EQ(system_call_5(number, &values), E_INVAL_ADDR);
}

static void write_all(uintptr_t address)
{
    write_at(SYS_process_info, 1, address);
    write_at(SYS_cpu_info, 1, address);
    write_at(SYS_memory_info, 0, address);
    write_at(SYS_buffer_info, 1, address);
    write_at(SYS_archive_info, 1, address);
}

int main(int argc, char **argv)
{
    attack_size(argc, argv);
    CHECK_EQ(sys_page_alloc(0, LAST_PAGE, PTE_P | PTE_U | PTE_W), 0);
    for (unsigned i = 0; i < ARRAY_SIZE(read_only); i++)
        write_all(read_only[i]);
    for (unsigned i = 0; i < ARRAY_SIZE(outside); i++) {
        write_all(outside[i]);
        CHECK_EQ(sys_env_set_trapframe(0, (const struct trapframe *)outside[i]), E_INVAL_ADDR);
        CHECK_EQ(sys_puts((const char *)outside[i], PUTS_MAX), E_INVAL_ADDR);
        CHECK_EQ(sys_puts((const char *)outside[i], 0xffffffff), E_INVAL_ARG);
        CHECK_EQ(sys_futex_wait((const uint32_t *)outside[i], 1, 1), E_INVAL_ADDR);
    }
    CHECK_EQ(sys_page_alloc(0, UTOP, PTE_P | PTE_U | PTE_W), E_INVAL_ADDR);
    CHECK_EQ(sys_page_map(0, LAST_PAGE, 0, UTOP, PTE_P | PTE_U), E_INVAL_ADDR);
    return check_result();
}
