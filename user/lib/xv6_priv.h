/* What the processes of an xv6 program share (user.h): all that descend by fork() from the one that
 * first used a descriptor or forked, whatever they exec().  They are a family; its table lies in
 * pages that all of them map (PTE_SHARE).
 *
 * One lock guards the table.  A process may be ended at any instruction, also while it has the
 * lock.  So each change that others may see is completed by writing one word, what can be counted
 * anew is counted anew whenever it changes, and whoever finds the lock's owner gone takes the
 * lock over and repairs.  SUBTLE: dead-owner */
#pragma once

#include "abi/info.h"
#include "fs.h"
#include "lib/types.h"
#include "param.h"
#include "thread.h"

enum {
    PIPES = NFILE / 2,
    PIPE_SIZE = 512,
    CONSOLE_SIZE = 256,
    TICK_US = 10000,
};

/* A descriptor holds the number of a file, or 0: so file 0 is none.  All fields are guarded by the
 * family's lock but [a], atomic. */
struct xv6_process {
    uint32_t pid;                       /* [a] 0: a free slot; MAKING: see xv6_family.c */
    uint32_t parent;
    uint32_t heap;                      /* where it begins: the kernel's notion, kept by exec */
    uint32_t killed;                    /* [a] it is to exit, or was killed */
    uint32_t leaving;                   /* it exits, and has no descriptors any more */
    uint8_t  descriptors[NOFILE];
};

enum xv6_type { XV6_DIRECTORY = 1, XV6_FILE, XV6_CONSOLE, XV6_PIPE };

struct xv6_node {                       /* what a path leads to */
    enum xv6_type type;
    uint32_t number, size;
    char     name[ARCHIVE_NAME_MAX];            /* in the archive */
};

struct xv6_file {                       /* what open() makes */
    uint32_t users;                     /* descriptors that hold it; 0: free */
    bool     readable, writable;
    uint32_t offset;
    uint32_t pipe;
    struct xv6_node node;
};

/* Bytes are counted from the beginning: byte n is in n % PIPE_SIZE.  `changes` counts whatever one
 * may wait for. */
struct xv6_pipe {
    uint8_t  readers, writers;          /* files */
    uint32_t taken, written;
    uint32_t changes;
    char     bytes[PIPE_SIZE];
};

/* Lines that were typed: complete up to `ready`, then the one that is being typed. */
struct xv6_console {
    uint32_t taken, ready, length;
    char     text[CONSOLE_SIZE];
};

struct xv6_family {
    uint32_t lock;                      /* [a] 0, or its owner's slot + 1; and LOCK_AWAITED */
    uint32_t events;                    /* [a] exits and kills */
    struct xv6_process processes[NPROC];
    struct xv6_file    files[NFILE + 1];
    struct xv6_pipe    pipes[PIPES];
    struct xv6_console console;
};

/* Places that programs do not use for anything else, near PRIVATE_PAGE. */
#define XV6_ORDERS 0xEF400000u          /* exec()'s */
#define XV6_FAMILY 0xEF500000u

#define family ((struct xv6_family *)XV6_FAMILY)

/* --- xv6_family.c --- */

/* The caller, with the family locked.  If it was killed, it does not return. */
struct xv6_process *xv6_enter(void);
void xv6_leave(void);

/* Releases the family until *word changes, or a tick has passed; afterwards, whatever was read
 * may be another. */
void xv6_await(const uint32_t *word);

/* Wakes all that wait for a change of the word, and changes it. */
void xv6_announce(uint32_t *word);

/* For each change of descriptors: what they hold is counted anew.  The family is locked. */
void xv6_recount(void);

/* Frees what processes that are gone have left, and ends children that others have killed. */
void xv6_tidy(void);

bool xv6_is_alive(uint32_t pid);

/* In a forked child: its slot is `self`. */
void xv6_become(struct xv6_process *self, uint32_t maker);

/* The slot of a child that `parent` is about to fork. */
uint32_t xv6_making(uint32_t parent);

/* Ends the caller: descriptors first. */
NORETURN void xv6_end(struct xv6_process *self);

/* --- xv6_memory.c --- */

/* May the program access `size` bytes there?  Stack and heap get their pages. */
enum xv6_access { XV6_READ, XV6_WRITE };
bool xv6_may(enum xv6_access access, const void *memory, int size);

/* The length of a string of less than `max` bytes that can be read, or -1. */
int xv6_length(const char *string, int max);

/* --- xv6_pipe.c: the family is locked, and may be another when they return --- */

int xv6_pipe_read(struct xv6_pipe *pipe, char *buffer, int size);
int xv6_pipe_write(struct xv6_pipe *pipe, const char *buffer, int size);

/* --- xv6_console.c: the same --- */

int xv6_console_read(char *buffer, int size);
int xv6_console_write(const char *buffer, int size);

/* --- xv6_node.c --- */

/* Where a path leads; false: nowhere. */
bool xv6_find(const char *path, struct xv6_node *node);

/* Reads from a file or directory; how many bytes, or -1. */
int xv6_node_read(const struct xv6_node *node, uint32_t offset, char *buffer, uint32_t size);

/* --- xv6_command.c --- */

/* The command line of these arguments, with its 0; its length, or -1: it is too long, or cannot be
 * read. */
int xv6_command(char *const *argv, char *buffer, int size);

/* --- xv6_exec_code.S --- */

/* A system call that exec() has made before the old program goes. */
struct xv6_order {
    uint32_t number;                    /* or XV6_JUMP: to b, with the stack at c */
    uint32_t b, c, d, s, t;
};

#define XV6_JUMP 0xFFFFFFFFu

extern const char xv6_exec_code[], xv6_exec_code_end[];
