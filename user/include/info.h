/* What the kernel tells about processes, CPUs, memory and files, and where processes may run. */
#pragma once

#include "abi/info.h"
#include "abi/layout.h"
#include "syscall.h"

/* The kernel calls no page-fault handler while it writes: so the program writes first to pages that
 * may have to be copied then (fork). */
static inline void write_to_byte(char *byte)
{
    __asm__ volatile("orb $0, (%0)" : : "r"(byte) : "memory", "cc");
}

static inline void write_to_pages(void *memory, size_t size)
{
    char *bytes = (char *)memory;

    for (size_t i = 0; i < size; i += PAGE_SIZE)
        write_to_byte(bytes + i);
    if (size > 0)
        write_to_byte(bytes + size - 1);
}

/* `pid`: the caller's own, for which 0 stands too, or a descendant's.  Bit n of the mask: CPU n. */
static inline int sys_set_affinity(int pid, uint64_t mask)
{
    struct syscall_values values = { .b = (uint32_t)pid, .c = (uint32_t)mask,
                                     .d = (uint32_t)(mask >> 32) };

    return system_call(SYS_set_affinity, &values);
}

static inline int sys_get_affinity(int pid, uint64_t *mask)
{
    struct syscall_values values = { .b = (uint32_t)pid };
    int error = system_call(SYS_get_affinity, &values);

    if (!error)
        *mask = (uint64_t)values.c << 32 | values.b;
    return error;
}

/* Describes the next process; `*slot` begins at 0.  E_NOT_FOUND: there are no more. */
static inline int sys_process_info(unsigned *slot, struct process_info *info)
{
    struct syscall_values values = { .b = *slot, .c = (uintptr_t)info };

    write_to_pages(info, sizeof *info);
    int error = system_call(SYS_process_info, &values);

    if (!error)
        *slot = values.b;
    return error;
}

/* E_INVAL_CPU: no such CPU, or it does not run.  All are below NUM_CPUS. */
static inline int sys_cpu_info(unsigned cpu, struct cpu_info *info)
{
    struct syscall_values values = { .b = cpu, .c = (uintptr_t)info };

    write_to_pages(info, sizeof *info);
    return system_call(SYS_cpu_info, &values);
}

static inline int sys_memory_info(struct memory_info *info)
{
    struct syscall_values values = { .b = (uintptr_t)info };

    write_to_pages(info, sizeof *info);
    return system_call(SYS_memory_info, &values);
}

/* Pages that can still be had, with those that the kernel keeps for the next use. */
static inline uint32_t memory_left(const struct memory_info *memory)
{
    return memory->free + memory->stack_pages + memory->text_pages;
}

/* Describes the next class of the kernel's spinlocks; `*number` begins at 0.  E_NOT_FOUND: there
 * are no more, or this machine does not count (boot option lockstat). */
static inline int sys_lock_info(unsigned *number, struct lock_info *info)
{
    struct syscall_values values = { .b = *number, .c = (uintptr_t)info };

    write_to_pages(info, sizeof *info);
    int error = system_call(SYS_lock_info, &values);

    if (!error)
        *number = values.b;
    return error;
}

/* E_INVAL_BUFFER: no such buffer.  All are below NUM_BUFFERS. */
static inline int sys_buffer_info(unsigned buffer, struct buffer_statistics *statistics)
{
    struct syscall_values values = { .b = buffer, .c = (uintptr_t)statistics };

    write_to_pages(statistics, sizeof *statistics);
    return system_call(SYS_buffer_info, &values);
}

/* Throws away the items that are in the buffer; `*count` says how many. */
static inline int sys_buffer_empty(unsigned buffer, unsigned *count)
{
    struct syscall_values values = { .b = buffer };
    int error = system_call(SYS_buffer_empty, &values);

    if (!error)
        *count = values.b;
    return error;
}

/* Reads up to `size` bytes of a file of the archive from `offset` on; `*length` is how many: 0
 * at the file's end.  E_NOT_FOUND: no such file. */
static inline int sys_archive_read(const char *name, unsigned offset, void *to, size_t size,
                                   size_t *length)
{
    struct syscall_values values = { .b = (uintptr_t)name, .c = offset, .d = (uintptr_t)to,
                                     .s = size };

    write_to_pages(to, size);
    int error = system_call_5(SYS_archive_read, &values);

    if (!error)
        *length = values.b;
    return error;
}

/* The archive's file number `index`, from 0; E_NOT_FOUND after the last. */
static inline int sys_archive_info(unsigned index, struct archive_info *info)
{
    struct syscall_values values = { .b = index, .c = (uintptr_t)info };

    write_to_pages(info, sizeof *info);
    return system_call(SYS_archive_info, &values);
}

/* The process `pid` as the kernel describes it; false if there is none. */
bool find_process(int pid, struct process_info *info);
