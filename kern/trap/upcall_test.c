/* Tests of page faults that a program handles itself: what lies on the exception stack, and what
 * is refused.  That handlers run and return is tested by programs (user/tests/). */
#include "trap/trap_priv.h"

#include "abi/env.h"
#include "lib/ktest.h"
#include "lib/string.h"
#include "thread/thread.h"
#include "vmm/space.h"
#include "vmm/usercopy.h"
#include "vmm/vmm_test.h"

enum {
    HANDLER = VM_USERLO + 0x123, CODE = VM_USERLO + 0x777, STACK = USTACKTOP - 100,
    ADDRESS = 0xdeadbeef, EXCEPTION_STACK = UXSTACKTOP - PAGE_SIZE,
    FAULT_SIZE = sizeof(struct UTrapframe),
};

static struct test_space test;

/* A space with an exception stack that this thread runs in. */
static void set_up(uint32_t perm)
{
    test_space_begin(&test, 10);
    EXPECT_EQ(space_alloc_page(&test.space, EXCEPTION_STACK, perm), 0);
    thread_set_space(&test.space);
}

static void tear_down(void)
{
    thread_set_space(NULL);
    test_space_end(&test);
}

static struct trapframe fault_at(uaddr_t eip, uaddr_t esp)
{
    return (struct trapframe){
        .regs = { .edi = 1, .esi = 2, .ebp = 3, .unused_esp = 4, .ebx = 5, .edx = 6, .ecx = 7,
                  .eax = 8 },
        .es = SEG_USER_DATA, .ds = SEG_USER_DATA, .vector = VECTOR_PAGE_FAULT, .error = 6,
        .eip = eip, .cs = SEG_USER_CODE,
        .eflags = EFLAGS_IF | EFLAGS_DF | EFLAGS_RF | 0xd7, .esp = esp, .ss = SEG_USER_DATA,
    };
}

/* Everything is described, nothing else is touched. */
static void expect_entered(uaddr_t esp, uaddr_t place)
{
    struct trapframe frame = fault_at(CODE, esp), before = frame;
    struct UTrapframe fault;
    uint32_t beyond[2] = { 0x11111111, 0x22222222 };

    EXPECT_EQ(copy_to_user(place - 4, &beyond[0], 4), 0);
    if ((place + FAULT_SIZE) % PAGE_SIZE != 0)
        EXPECT_EQ(copy_to_user(place + FAULT_SIZE, &beyond[1], 4), 0);
    EXPECT(!upcall_enter(&frame, HANDLER, ADDRESS));
    EXPECT_EQ(frame.eip, HANDLER);
    EXPECT_EQ(frame.esp, place);
    EXPECT_EQ(frame.eflags, EFLAGS_IF | 0xd7);
    EXPECT_EQ(copy_from_user(&fault, place, sizeof fault), 0);
    EXPECT_EQ(fault.fault_va, ADDRESS);
    EXPECT_EQ(fault.err, before.error);
    EXPECT_EQ(fault.regs.unused_esp, 0);        /* the kernel's */
    fault.regs.unused_esp = before.regs.unused_esp;
    EXPECT(memcmp(&fault.regs, &before.regs, sizeof before.regs) == 0);
    EXPECT_EQ(fault.eip, CODE);
    EXPECT_EQ(fault.eflags, before.eflags & ~(uint32_t)EFLAGS_RF);
    EXPECT_EQ(fault.esp, esp);
    EXPECT_EQ(copy_from_user(&beyond[0], place - 4, 4), 0);
    if ((place + FAULT_SIZE) % PAGE_SIZE != 0)
        EXPECT_EQ(copy_from_user(&beyond[1], place + FAULT_SIZE, 4), 0);
    EXPECT_EQ(beyond[0], 0x11111111);
    EXPECT_EQ(beyond[1], 0x22222222);
    frame.eip = before.eip;
    frame.esp = before.esp;
    frame.eflags = before.eflags;
    EXPECT(memcmp(&frame, &before, sizeof frame) == 0);
}

static void expect_refused(struct trapframe frame, uaddr_t handler, uaddr_t address,
                           const char *reason)
{
    struct trapframe before = frame;
    const char *problem = upcall_enter(&frame, handler, address);

    if (!problem || strcmp(problem, reason) != 0)
        ktest_fail(__FILE__, __LINE__, "\"%s\", not \"%s\"", problem ? problem : "-", reason);
    EXPECT(memcmp(&frame, &before, sizeof frame) == 0);
}

KTEST(trap, upcall_description)
{
    EXPECT_EQ(FAULT_SIZE, 52);
    set_up(PERM_WRITE);
    expect_entered(STACK, UXSTACKTOP - FAULT_SIZE);
    expect_entered(USTACKTOP, UXSTACKTOP - FAULT_SIZE);     /* nothing on the stack yet */
    expect_entered(0, UXSTACKTOP - FAULT_SIZE);             /* ESP may be anything */
    expect_entered(UXSTACKTOP, UXSTACKTOP - FAULT_SIZE);
    expect_entered(0xffffffff, UXSTACKTOP - FAULT_SIZE);
    tear_down();
}

/* A fault in the handler: below what the handler has on the stack, and a word. */
KTEST(trap, upcall_nested)
{
    set_up(PERM_WRITE);
    uaddr_t outer = UXSTACKTOP - FAULT_SIZE;
    expect_entered(outer, outer - 4 - FAULT_SIZE);
    expect_entered(outer - 40, outer - 40 - 4 - FAULT_SIZE);
    expect_entered(UXSTACKTOP - 4, UXSTACKTOP - 8 - FAULT_SIZE);
    expect_entered(outer - 41, outer - 44 - 4 - FAULT_SIZE);
    expect_entered(EXCEPTION_STACK + 8 + FAULT_SIZE, EXCEPTION_STACK + 4);
    tear_down();
}

KTEST(trap, upcall_overflow)
{
    static const uaddr_t places[] = {
        EXCEPTION_STACK + 4 + FAULT_SIZE - 1, EXCEPTION_STACK + 4, EXCEPTION_STACK,
        EXCEPTION_STACK - 4, USTACKTOP + 4, USTACKTOP + 1,
    };
    set_up(PERM_WRITE);
    for (size_t i = 0; i < ARRAY_SIZE(places); i++)
        expect_refused(fault_at(CODE, places[i]), HANDLER, ADDRESS, "exception stack overflow");
    tear_down();
}

/* A thread that has an exception stack of its own uses that one. */
KTEST(trap, upcall_own_stack)
{
    enum { OWN = VM_USERLO + 0x8000 };

    set_up(PERM_WRITE);
    EXPECT_EQ(space_alloc_page(&test.space, OWN - PAGE_SIZE, PERM_WRITE), 0);
    thread_current()->exception_stack = OWN;
    expect_entered(STACK, OWN - FAULT_SIZE);
    expect_entered(UXSTACKTOP - 100, OWN - FAULT_SIZE);
    expect_entered(OWN, OWN - FAULT_SIZE);
    expect_entered(OWN - 80, OWN - 80 - 4 - FAULT_SIZE);
    expect_refused(fault_at(CODE, OWN - PAGE_SIZE + 8), HANDLER, ADDRESS,
                   "exception stack overflow");
    thread_current()->exception_stack = 0;
    tear_down();
}

KTEST(trap, upcall_handler_address)
{
    static const uaddr_t handlers[] = {
        1, 0x100000, VM_USERLO - 1, WINDOW_LO, UTOP, UVPT, VM_USERHI, DEVICE_LO, 0xffffffff,
    };
    set_up(PERM_WRITE);
    for (size_t i = 0; i < ARRAY_SIZE(handlers); i++)
        expect_refused(fault_at(CODE, STACK), handlers[i], ADDRESS,
                       "its address is not the program's");
    struct trapframe frame = fault_at(CODE, STACK);
    EXPECT(!upcall_enter(&frame, VM_USERLO, ADDRESS));
    frame = fault_at(CODE, STACK);
    EXPECT(!upcall_enter(&frame, UTOP - 1, ADDRESS));
    tear_down();
}

KTEST(trap, upcall_no_stack)
{
    test_space_begin(&test, 10);
    thread_set_space(&test.space);
    expect_refused(fault_at(CODE, STACK), HANDLER, ADDRESS, "no exception stack");
    tear_down();
    set_up(PERM_READ);
    expect_refused(fault_at(CODE, STACK), HANDLER, ADDRESS, "no exception stack");
    tear_down();
}

KTEST(trap, upcall_handler_unmapped)
{
    struct trapframe frame = fault_at(HANDLER, UXSTACKTOP - FAULT_SIZE);

    set_up(PERM_WRITE);
    expect_refused(frame, HANDLER, HANDLER, "fault loop: it cannot be executed");
    expect_refused(frame, HANDLER, HANDLER + 3, "fault loop: it cannot be executed");
    EXPECT(!upcall_enter(&frame, HANDLER, HANDLER - 1));    /* an access of its own */
    tear_down();
}

/* How often this fault can come in a row before it is a loop; at most 10000. */
static unsigned tries_until_loop(uaddr_t address)
{
    unsigned count = 0;

    for (; count < 10000; count++) {
        struct trapframe frame = fault_at(CODE, STACK);
        const char *problem = upcall_enter(&frame, HANDLER, address);
        if (problem) {
            EXPECT(strcmp(problem, "fault loop: the same fault again and again") == 0);
            break;
        }
    }
    return count;
}

/* The same fault is a loop if nothing has changed: not if another address, another register, or
 * some mapping is different. */
KTEST(trap, upcall_loop)
{
    struct trapframe frame;

    set_up(PERM_WRITE);
    EXPECT_EQ(tries_until_loop(ADDRESS), 4096);
    EXPECT_EQ(tries_until_loop(ADDRESS + 1), 4096);
    EXPECT_EQ(tries_until_loop(ADDRESS), 4096);
    EXPECT_EQ(tries_until_loop(ADDRESS), 0);
    EXPECT_EQ(space_alloc_page(&test.space, VM_USERLO, PERM_WRITE), 0);
    EXPECT_EQ(tries_until_loop(ADDRESS), 4096);
    EXPECT_EQ(space_unmap(&test.space, VM_USERLO), 0);
    EXPECT_EQ(tries_until_loop(ADDRESS), 4096);
    EXPECT_EQ(space_unmap(&test.space, VM_USERLO), 0);      /* changes nothing */
    EXPECT_EQ(tries_until_loop(ADDRESS), 0);
    for (unsigned i = 0; i < 20000; i++) {                  /* a program counts in a register */
        frame = fault_at(CODE, STACK);
        frame.regs.ecx = i;
        EXPECT(!upcall_enter(&frame, HANDLER, ADDRESS));
    }
    tear_down();
}
