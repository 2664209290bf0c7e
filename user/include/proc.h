/* Processes and buffers, the way the lab's programs use them.  A process is known by its pid,
 * which is positive; where a pid is returned, a negative number is minus an error. */
#pragma once

#include "syscall.h"

/* Starts "program arguments" with `quota` pages of the caller's: its pid, or minus an error. */
int spawn(const char *command, unsigned quota);
int spawn_on(unsigned cpu, const char *command, unsigned quota);

/* Blocks until child `pid` (or WAIT_ANY) has ended; its pid, or minus an error. */
int wait(int pid, int *status);

/* The same for one whose status is all that matters: its status, or minus an error. */
int wait_status(int pid);

/* spawn and wait_status in one. */
int run(const char *command, unsigned quota);

int getpid(void);
int getppid(void);

/* The CPU that the caller runs on just now, and how many there are. */
unsigned cpu_index(void);
unsigned cpu_count(void);

void yield(void);
void sleep_us(unsigned microseconds);
uint64_t time_us(void);

/* Block while the buffer is full or empty.  An error (no such buffer) ends the program with a
 * message; sys_produce and sys_consume return it. */
void produce(unsigned buffer, uint32_t item);
uint32_t consume(unsigned buffer);

/* Marks this moment of the calling thread in the record of the run, if one is written
 * (misc/TRACE.md).  At most 47 bytes.  A longer text, or a bad address, ends the program with a
 * message, whether a record is written or not; sys_trace_mark returns the error. */
void trace_mark(const char *text);

/* All processes use the buffers below FIRST_KEEPABLE_BUFFER.  A process can keep one of the others
 * for itself and its children: sys_buffer_keep(). */

/* At the end: it gives some of these names more forms. */
#include "lab.h"
