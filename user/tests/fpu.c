/* FPU and SSE registers belong to the process: they survive yields and preemption while another
 * process on the same CPU uses other values, and a new process does not see old ones. */
#include "check.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "x86.h"

#define ROUNDS      300
#define CHILD_QUOTA 64

/* As FXSAVE stores it (SDM vol. 1, table 10-2). */
struct fpu_state {
    uint16_t control, status;
    uint8_t tag, reserved;
    uint16_t opcode;
    uint32_t ip, cs, dp, ds, mxcsr, mxcsr_mask;
    uint8_t st[8][16];
    uint8_t xmm[8][16];
    uint8_t rest[224];
} __attribute__((aligned(16)));
_Static_assert(sizeof(struct fpu_state) == 512, "FXSAVE area");

static struct fpu_state wanted, found;

static bool cpu_has_fxsave_and_sse(void)
{
    uint32_t features;

    cpuid(1, NULL, NULL, NULL, &features);
    return (features & 1u << 24) != 0 && (features & 1u << 25) != 0;
}

/* Compiled code uses the x87 only for floating point, of which this file has none, and no SSE:
 * so the registers keep what FXRSTOR loads until the next FXSAVE. */
static void load_state(const struct fpu_state *state)
{
    __asm__ volatile("fxrstor %0" : : "m"(*state));
}

static void save_state(struct fpu_state *state)
{
    __asm__ volatile("fxsave %0" : "=m"(*state));
}

/* Every register full of a pattern made of `id`. */
static void make_wanted(unsigned id)
{
    save_state(&wanted);
    wanted.control = id % 2 ? 0x037f : 0x027f;      /* precision */
    wanted.mxcsr = id % 2 ? 0x1f80 : 0x3f80;        /* rounding */
    wanted.tag = 0xff;
    for (unsigned i = 0; i < 8; i++) {
        memset(wanted.st[i], (int)(id * 8 + i), 10);
        memset(wanted.xmm[i], (int)(0x80 + id * 8 + i), 16);
    }
    load_state(&wanted);
}

static bool state_is_as_wanted(void)
{
    save_state(&found);
    for (unsigned i = 0; i < 8; i++)
        if (memcmp(found.st[i], wanted.st[i], 10) != 0 ||
            memcmp(found.xmm[i], wanted.xmm[i], 16) != 0)
            return false;
    return found.control == wanted.control && found.mxcsr == wanted.mxcsr &&
           found.tag == wanted.tag;
}

static void compute_a_while(void)
{
    for (volatile unsigned i = 0; i < 20000; i++)
        continue;
}

/* The kernel clears a page for it, with the registers that are checked here. */
static void touch_new_page(void)
{
    void *page = NULL;

    CHECK_EQ(sys_sbrk(4096, &page), 0);
    ((volatile char *)page)[4095] = 1;
    CHECK_EQ(sys_sbrk(-4096, &page), 0);
}

/* What a new process must find: the FPU as FNINIT leaves it, SSE as after reset. */
static void check_fresh_state(void)
{
    static const uint8_t zeros[16];

    save_state(&found);
    CHECK_EQ(found.control, 0x37f);
    CHECK_EQ(found.tag, 0);
    CHECK_EQ(found.mxcsr, 0x1f80);
    for (unsigned i = 0; i < 8; i++) {
        CHECK(memcmp(found.st[i], zeros, 10) == 0);
        CHECK(memcmp(found.xmm[i], zeros, 16) == 0);
    }
}

static int child(unsigned id)
{
    check_fresh_state();
    make_wanted(id);
    for (unsigned round = 0; round < ROUNDS; round++) {
        if (round % 3 == 0)
            yield();
        else if (round % 3 == 1)
            touch_new_page();
        else
            compute_a_while();
        if (!state_is_as_wanted()) {
            check_fail(__FILE__, __LINE__, "process %u: changed in round %u", id, round);
            break;
        }
    }
    return check_result();
}

int main(int argc, char **argv)
{
    int pids[4];
    unsigned id;

    if (!cpu_has_fxsave_and_sse()) {
        puts("fpu: this CPU has no SSE");
        return EXIT_SUCCESS;
    }
    if (argc > 1)
        return parse_unsigned(argv[1], &id) ? child(id) : EXIT_FAILURE;

    make_wanted(9);
    for (unsigned i = 0; i < ARRAY_SIZE(pids); i++) {       /* all on this CPU */
        char command[COMMAND_MAX];

        snprintf(command, sizeof command, "fpu %u", i + 1);
        pids[i] = spawn_on(cpu_index(), command, CHILD_QUOTA);
        CHECK(pids[i] > 0);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(pids); i++)
        CHECK_EQ(wait_status(pids[i]), EXIT_SUCCESS);
    CHECK(state_is_as_wanted());
    return check_result();
}
