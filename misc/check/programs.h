/* What scenarios on processes share: programs that are functions of the scenario. */
#pragma once

#include "scenario.h"

#include "abi/layout.h"
#include "proc/proc_priv.h"

/* Where the kernel is told that a program begins.  Its code is the explorer's, which lies below
 * what is a user address. */
static inline uaddr_t program_address(void (*program)(void))
{
    return VM_USERLO + (uaddr_t)(uintptr_t)program;
}

/* A child of the caller's process that runs program() and exits; with so many pages of the caller's
 * quota, or in its container (QUOTA_OF_PARENT).  As proc_create(), but for the file. */
static inline pid_t start_program(void (*program)(void), uint32_t quota)
{
    const struct process_start start = { .name = "program", .quota = quota };
    struct process *child;
    struct thread *thread;
    int error = process_begin(&start, &child);

    REQUIRE(!error);
    error = process_make_thread(child, CPU_ANY, &thread);
    REQUIRE(!error);
    *thread_user_frame(thread) = process_first_frame(program_address(program), USTACKTOP);
    error = thread_group_add(&child->group, thread);
    REQUIRE(!error);
    return process_publish(child, thread);
}

/* Waits for that child, or any one, and returns what it exited with. */
static inline uint32_t await_program(pid_t pid)
{
    uint32_t status;
    pid_t child;
    int error = proc_wait(pid, &child, &status);

    REQUIRE(!error);
    return status;
}
