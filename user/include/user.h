/* For programs written for xv6 (x86): its calls on Strata.  What else they include is here, too:
 * types.h, stat.h, fcntl.h, fs.h, param.h, traps.h, memlayout.h.
 *
 * Descriptors, pipes and processes are the library's: a table in pages that all share which have
 * been forked from one process.  exec() keeps the process, its id and its descriptors.
 *
 * Not as in xv6:
 *   - Files are those of the boot archive, in one directory, and can only be read: what would
 *     write to one, or make or remove one, returns -1.  "console" is the terminal.
 *   - Programs that do not include this header can be run by exec(), but print to the terminal,
 *     whatever their descriptors are.
 *   - Programs begin at 0x40000000 (VM_USERLO), where sbrk() begins, too; what is below is the
 *     kernel's.  Stack and heap have pages when they are touched; how many there are is the quota.
 *   - write() to a pipe that nobody can read from any more returns -1 at once.
 *   - kill() of a process that is not the caller's child, or a child's and so on, ends it when it
 *     calls the library next, or when one of its ancestors waits.
 *   - That a process was ended by a fault, its pipes and its parent learn within a tick.
 *   - Processes that wait for pipes, children or time look up at each tick: so that all of them
 *     wait for ever is not told as a deadlock.
 *   - A report of a fault, and ps, name the program that the process ran before exec().
 *   - sleep() of no or negative ticks returns at once.  Ids do not begin at 1.
 *   - printf() has C's conversions; %x has small letters, and %p has 0x. */
#pragma once

#include "lib/string.h"
#include "stat.h"
#include "types.h"

/* Other programs may have functions of these names of their own, and the library has some that
 * take other arguments. */
#define fork   xv6_fork
#define exit   xv6_exit
#define wait   xv6_wait
#define pipe   xv6_pipe
#define write  xv6_write
#define read   xv6_read
#define close  xv6_close
#define kill   xv6_kill
#define exec   xv6_exec
#define open   xv6_open
#define mknod  xv6_mknod
#define unlink xv6_unlink
#define fstat  xv6_fstat
#define link   xv6_link
#define mkdir  xv6_mkdir
#define chdir  xv6_chdir
#define dup    xv6_dup
#define sbrk   xv6_sbrk
#define sleep  xv6_sleep
#define uptime xv6_uptime
#define strcpy xv6_strcpy
#define strchr xv6_strchr
#define printf xv6_printf
#define gets   xv6_gets
#define atoi   xv6_atoi

/* --- processes: -1 if it fails --- */

int  fork(void);                        /* 0 in the child */
void exit(void) __attribute__((noreturn));
int  wait(void);                        /* the id of a child that has ended; -1: there is none */
int  kill(int pid);
int  getpid(void);
int  exec(char *path, char **argv);     /* returns only if it fails */
char *sbrk(int bytes);                  /* the old end of the heap, or (char *)-1 */
int  sleep(int ticks);                  /* of 10 ms */
int  uptime(void);                      /* in ticks, since boot */

/* --- descriptors: -1 if it fails --- */

int pipe(int descriptors[2]);           /* [0] to read from, [1] to write to */
int read(int descriptor, void *buffer, int size);   /* 0: the end */
int write(int descriptor, const void *buffer, int size);
int close(int descriptor);
int dup(int descriptor);
int open(const char *path, int mode);   /* fcntl.h */
int fstat(int descriptor, struct stat *stat);
int stat(const char *path, struct stat *out);

int chdir(const char *path);
int mknod(const char *path, short major, short minor);
int unlink(const char *path);
int link(const char *old, const char *new);
int mkdir(const char *path);

/* --- text and memory --- */

void  printf(int descriptor, const char *format, ...);
char *gets(char *buffer, int max);      /* a line of descriptor 0, with its end; "": none */
char *strcpy(char *to, const char *from);
char *strchr(const char *string, char character);   /* 0 is not found */
int   atoi(const char *text);
void *malloc(size_t size);
void  free(void *memory);
