/* Prototypes of jos.c's functions, in the library's own types: inc/lib.h has them in JOS's, and
 * both cannot be included at once. */
#pragma once

#include "abi/env.h"
#include "lib/printf.h"
#include "lib/types.h"

extern const char *binaryname;

enum { UNSPECIFIED = 1, BAD_ENV, INVAL, NO_MEM, NO_FREE_ENV, FAULT, NOT_RECEIVING };

int     jos_error(int error);
int     main(int argc, char **argv);
NORETURN void jos_exit(void);
int     cprintf(const char *format, ...) PRINTF_LIKE(1, 2);
int     vcprintf(const char *format, va_list arguments) PRINTF_LIKE(1, 0);
void    cputchar(int character);
int     jos_getchar(void);
void    jos_cputs(const char *text, size_t length);
int     jos_cgetc(void);
int     jos_snprintf(char *buffer, int size, const char *format, ...) PRINTF_LIKE(3, 4);
int     jos_vsnprintf(char *buffer, int size, const char *format, va_list arguments)
        PRINTF_LIKE(3, 0);
NORETURN void jos_panic(const char *file, int line, const char *format, ...) PRINTF_LIKE(3, 4);
void    jos_warn(const char *file, int line, const char *format, ...) PRINTF_LIKE(3, 4);
int     sys_getenvid(void);
void    jos_yield(void);
int     jos_env_destroy(int env);
int     jos_env_set_status(int env, int status);
int     jos_env_set_trapframe(int env, const struct trapframe *frame);
int     jos_env_set_pgfault_upcall(int env, void (*upcall)(void));
int     jos_page_alloc(int env, void *page, unsigned perm);
int     jos_page_map(int from, void *page, int to, void *to_page, unsigned perm);
int     jos_page_unmap(int env, void *page);
int     jos_ipc_try_send(int to, uint32_t value, void *page, unsigned perm);
int     jos_fork(void);
int     jos_sfork(void);
void    jos_set_pgfault_handler(void (*handler)(struct UTrapframe *fault));
void    jos_ipc_send(int to, uint32_t value, void *page, unsigned perm);
int32_t jos_ipc_recv(int *from, void *page, int *perm);
int     jos_ipc_find_env(enum env_type type);
