/* For programs written for JOS's lab 4: its names, types and error numbers, on Strata.  Include
 * nothing else; user/include/env.h has the same for other programs.
 *
 * Not as in JOS:
 *   - All below 0x40000000 (UTEXT) is the kernel's.  A program that uses UTEXT, UTEMP and the like
 *     by name does not notice; one that writes an address such as 0xa00000 itself needs another.
 *   - An environment has a quota of pages, which can be used up (-E_NO_MEM).
 *   - Stack and heap have pages when they are touched, and uvpt shows them only then.  It shows
 *     PTE_A and PTE_D with every page.
 *   - thisenv shows no message: env_ipc_value, env_ipc_from and env_ipc_perm are what ipc_recv()
 *     returns, and no other program sees them.
 *   - panic(), and sys_cputs of what cannot be read, end the program with status 1.
 *   - Children hold an id until their parent waits (proc.h) or exits.
 *   - ENVX() of an environment is not its place in the order of creation; NENV is 8192.
 *   - Numbers of system calls are Strata's.  There is no file system, and no ENV_TYPE_FS. */
#pragma once

#include <stdarg.h>

#include "inc/env.h"
#include "inc/error.h"
#include "inc/memlayout.h"
#include "inc/mmu.h"
#include "inc/syscall.h"
#include "inc/trap.h"
#include "inc/types.h"
#include "lib/printf.h"
#include "lib/string.h"

/* The program begins here. */
void umain(int argc, char **argv);

extern const char *binaryname;
extern unsigned char end[];             /* of the program's image */

#define envs ((const volatile struct Env *)UENVS)

/* Always right, also after fork and sfork; what is assigned to it, as JOS programs do after a
 * fork of their own, is forgotten. */
#define thisenv ((const volatile struct Env *[]){ &envs[ENVX(sys_getenvid())] }[0])

/* The library's exit takes a status; JOS's does not. */
NORETURN void jos_exit(void);
#define exit jos_exit

/* --- text: %e is the name of an error number, as in JOS, not a double --- */

#define snprintf  jos_snprintf
#define vsnprintf jos_vsnprintf

int  cprintf(const char *format, ...);
int  vcprintf(const char *format, va_list arguments);
void cputchar(int character);
int  jos_getchar(void);                 /* waits for it */
int  snprintf(char *buffer, int size, const char *format, ...);
int  vsnprintf(char *buffer, int size, const char *format, va_list arguments);
#define getchar jos_getchar

long strtol(const char *text, char **end, int base);

/* --- what must not be --- */

NORETURN void jos_panic(const char *file, int line, const char *format, ...);
void jos_warn(const char *file, int line, const char *format, ...);

#define panic(...) jos_panic(__FILE__, __LINE__, __VA_ARGS__)
#define warn(...)  jos_warn(__FILE__, __LINE__, __VA_ARGS__)
#define assert(condition)                                                               \
    do {                                                                                \
        if (!(condition))                                                               \
            panic("assertion failed: %s", #condition);                                  \
    } while (0)
#define static_assert _Static_assert

/* --- system calls: they return 0 or more, or minus an error --- */

/* Library functions of these names, for other programs, return other errors and take other
 * arguments. */
#define sys_cputs                   jos_cputs
#define sys_cgetc                   jos_cgetc
#define sys_yield                   jos_yield
#define sys_exofork                 jos_exofork
#define sys_env_destroy             jos_env_destroy
#define sys_env_set_status          jos_env_set_status
#define sys_env_set_trapframe       jos_env_set_trapframe
#define sys_env_set_pgfault_upcall  jos_env_set_pgfault_upcall
#define sys_page_alloc              jos_page_alloc
#define sys_page_map                jos_page_map
#define sys_page_unmap              jos_page_unmap
#define sys_ipc_try_send            jos_ipc_try_send
#define sys_ipc_recv                jos_ipc_recv_page

void    sys_cputs(const char *text, size_t length);
int     sys_cgetc(void);
envid_t sys_getenvid(void);
int     sys_env_destroy(envid_t env);
void    sys_yield(void);
int     sys_env_set_status(envid_t env, int status);
int     sys_env_set_trapframe(envid_t env, struct Trapframe *frame);
int     sys_env_set_pgfault_upcall(envid_t env, void *upcall);
int     sys_page_alloc(envid_t env, void *page, int perm);
int     sys_page_map(envid_t from, void *page, envid_t to, void *to_page, int perm);
int     sys_page_unmap(envid_t env, void *page);
int     sys_ipc_try_send(envid_t to, uint32_t value, void *page, int perm);
int     jos_error(int error);

/* Returns twice, so it has to be part of the function that calls it. */
static inline __attribute__((always_inline)) envid_t sys_exofork(void)
{
    int error;
    envid_t child;

    __asm__ volatile("int %[vector]"
                     : "=a"(error), "=b"(child)
                     : "0"(SYS_exofork), [vector] "i"(T_SYSCALL)
                     : "memory", "cc");
    return error ? jos_error(error) : child;
}

/* --- the library --- */

#define fork                jos_fork
#define sfork               jos_sfork
#define set_pgfault_handler jos_set_pgfault_handler
#define ipc_send            jos_ipc_send
#define ipc_recv            jos_ipc_recv
#define ipc_find_env        jos_ipc_find_env

envid_t fork(void);
envid_t sfork(void);
void    set_pgfault_handler(void (*handler)(struct UTrapframe *fault));
void    _pgfault_upcall(void);
void    ipc_send(envid_t to, uint32_t value, void *page, int perm);
int32_t ipc_recv(envid_t *from, void *page, int *perm);
envid_t ipc_find_env(enum EnvType type);
