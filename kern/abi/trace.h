/* What the kernel records of a run: the table of events, and how the record lies in memory.
 *
 * The kernel writes records (pcpu/trace.h), the kernel monitor prints them, and scripts/trace reads
 * them out of the machine's memory while it runs, or after it has stopped.  All three use this
 * table; scripts/trace reads this file.
 *
 * An event has a subject and a value, each of one of these sorts:
 *     THREAD     the address of a struct thread
 *     LOCK       the address of a struct spinlock
 *     TEXT       the address of a text in the kernel's image
 *     PLACE      an address in the kernel's or the program's code
 *     CALL       the number of a system call
 *     VECTOR     of an interrupt or a fault
 *     CPU, PID, BUFFER, NUMBER, ERROR, HEX    a number
 *     LETTERS    four bytes of a text
 *     FOLLOWS    the length of a text, in bytes, which follows in records LETTERS on the same CPU
 *     NONE       nothing; 0 */
#pragma once

#include <stdint.h>

/*    name          subject   value     the subject ... the value */
#define TRACE_EVENTS(X)                                                                    \
    X(CLOCK,        NUMBER,   NONE,     "thousand cycles make a second")                   \
    X(RUN,          THREAD,   THREAD,   "runs, after")                                     \
    X(WAIT,         THREAD,   TEXT,     "waits:")                                          \
    X(READY,        THREAD,   CPU,      "is ready on")                                     \
    X(PREEMPT,      THREAD,   NONE,     "is preempted")                                    \
    X(KILL,         THREAD,   NONE,     "is killed")                                       \
    X(BEGIN,        THREAD,   PID,      "begins, in")                                      \
    X(NAME,         LETTERS,  LETTERS,  "")                                                \
    X(DEPART,       THREAD,   NONE,     "ends")                                            \
    X(LOCK_WANTED,  LOCK,     TEXT,     "is wanted, and taken by another CPU:")            \
    X(LOCK_HELD,    LOCK,     THREAD,   "is held by")                                      \
    X(LOCK_RELEASE, LOCK,     THREAD,   "is wanted by others, and released by")            \
    X(LOCK_TAKEN,   LOCK,     NUMBER,   "is taken at last, after turns:")                  \
    X(CALL,         CALL,     HEX,      "is called with")                                  \
    X(CALL_DONE,    CALL,     ERROR,    "is done:")                                        \
    X(TRAP,         VECTOR,   PLACE,    "interrupts")                                      \
    X(TRAP_DONE,    VECTOR,   NONE,     "is served")                                       \
    X(IPI,          CPU,      VECTOR,   "is sent the interrupt")                           \
    X(FLUSH,        NUMBER,   HEX,      "pages are to be forgotten by CPUs")               \
    X(FLUSH_DONE,   NUMBER,   NONE,     "pages are forgotten")                             \
    X(PUT,          BUFFER,   NUMBER,   "gets an item; now it holds")                      \
    X(GET,          BUFFER,   NUMBER,   "gives an item; now it holds")                     \
    X(MESSAGE,      PID,      PID,      "sends a message to")                              \
    X(PROCESS,      PID,      PID,      "is created by")                                   \
    X(EXIT,         PID,      HEX,      "exits with status")                               \
    X(POINT,        NUMBER,   PLACE,    "is the schedule point where the seed disturbs")   \
    X(MARK,         THREAD,   FOLLOWS,  "marks:")                                          \
    X(LETTERS,      LETTERS,  LETTERS,  "")

/* The record begins with a CLOCK and with a BEGIN for each thread that exists.  A thread's name, 16
 * bytes, follows its BEGIN in two records NAME on the same CPU.  A program's MARK is followed by as
 * many records LETTERS as its text fills, 8 bytes each; nothing lies between them on that CPU. */
#define TRACE_LETTERS_PER_RECORD 8

#define TRACE_RECORDS_PER_CHUNK 128     /* a chunk is a part of a ring */
#define TRACE_CHUNKS_MAX        128     /* of one CPU */

#define TRACE_EVENT_NAME(name, subject, value, words) TRACE_##name,
enum trace_event { TRACE_EVENTS(TRACE_EVENT_NAME) NUM_TRACE_EVENTS };
#undef TRACE_EVENT_NAME

/* The time stamp counter's upper byte is left out: 56 bits last for months. */
struct trace_record {
    uint32_t cycles_low;
    uint32_t cycles_high_and_event;     /* time in the upper 24 bits, enum trace_event below */
    uint32_t subject, value;
};
