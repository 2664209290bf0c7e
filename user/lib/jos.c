/* What JOS's programs call (inc/lib.h), on the rest of the library. */
#include "env.h"
#include "ipc.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

#include "jos_priv.h"

const char *binaryname = "<unknown>";

/* --- errors --- */

enum { BAD_ENV = 2, INVAL, NO_MEM, NO_FREE_ENV, FAULT, NOT_RECEIVING, UNSPECIFIED = 1 };

int jos_error(int error)
{
    switch (error) {
    case E_SUCC:
        return 0;
    case E_INVAL_PID:
        return -BAD_ENV;
    case E_INVAL_ADDR:
    case E_INVAL_ARG:
        return -INVAL;
    case E_MEM:
    case E_EXCEEDS_QUOTA:
        return -NO_MEM;
    case E_INVAL_CHILD_ID:
    case E_MAX_NUM_CHILDEN_REACHED:
        return -NO_FREE_ENV;
    case E_IPC_NOT_RECV:
        return -NOT_RECEIVING;
    default:
        return -UNSPECIFIED;
    }
}

/* --- the program's begin and end --- */

void umain(int argc, char **argv) __attribute__((weak));

/* For programs that have an umain instead. */
__attribute__((weak)) int main(int argc, char **argv)
{
    if (argc > 0)
        binaryname = argv[0];
    umain(argc, argv);
    return EXIT_SUCCESS;
}

void jos_exit(void)
{
    exit(EXIT_SUCCESS);
}

/* --- text --- */

/* Nothing is kept from call to call: a page-fault handler may print in the middle of one. */
struct text {
    struct printf_sink sink;
    size_t length;
    char buffer[256];
};

static void write_text(struct text *text)
{
    sys_puts(text->buffer, text->length);
    text->length = 0;
}

static void put(struct printf_sink *sink, char character)
{
    struct text *text = container_of(sink, struct text, sink);

    text->buffer[text->length++] = character;
    if (text->length == sizeof(text->buffer))
        write_text(text);
}

int vcprintf(const char *format, va_list arguments)
{
    struct text text = { .sink = { put } };
    int length = vprintf_sink(&text.sink, format, arguments);

    write_text(&text);
    return length;
}

int cprintf(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = vcprintf(format, arguments);
    va_end(arguments);
    return length;
}

void cputchar(int character)
{
    char text = (char)character;

    sys_puts(&text, 1);
}

int jos_getchar(void)
{
    return getchar();
}

void jos_cputs(const char *text, size_t length)
{
    while (length > 0) {
        size_t piece = MIN(length, (size_t)PUTS_MAX);
        sys_puts(text, piece);
        text += piece, length -= piece;
    }
}

int jos_cgetc(void)
{
    int character = 0;

    return sys_cgetc(&character) == E_SUCC ? character : 0;
}

/* One line, so that it stays together. */
static void complain(const char *what, const char *file, int line, const char *format,
                     va_list arguments)
{
    char text[200];

    vsnprintf(text, sizeof(text), format, arguments);
    cprintf("[%08x] user %s in %s at %s:%d: %s\n", getpid(), what, binaryname, file, line, text);
}

void jos_panic(const char *file, int line, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain("panic", file, line, format, arguments);
    va_end(arguments);
    exit(EXIT_FAILURE);
}

void jos_warn(const char *file, int line, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain("warning", file, line, format, arguments);
    va_end(arguments);
}

/* --- system calls --- */

int sys_getenvid(void)
{
    return getpid();
}

void jos_yield(void)
{
    yield();
}

int jos_env_destroy(int env)
{
    return jos_error(sys_env_destroy(env));
}

int jos_env_set_status(int env, int status)
{
    return jos_error(sys_env_set_status(env, (unsigned)status));
}

int jos_env_set_trapframe(int env, const struct trapframe *frame)
{
    int error = sys_env_set_trapframe(env, frame);

    return error == E_INVAL_ADDR ? -FAULT : jos_error(error);
}

int jos_env_set_pgfault_upcall(int env, void (*upcall)(void))
{
    return jos_error(sys_env_set_pgfault_upcall(env, upcall));
}

int jos_page_alloc(int env, void *page, unsigned perm)
{
    return jos_error(sys_page_alloc(env, (uintptr_t)page, perm));
}

int jos_page_map(int from, void *page, int to, void *to_page, unsigned perm)
{
    return jos_error(sys_page_map(from, (uintptr_t)page, to, (uintptr_t)to_page, perm));
}

int jos_page_unmap(int env, void *page)
{
    return jos_error(sys_page_unmap(env, (uintptr_t)page));
}

int jos_ipc_try_send(int to, uint32_t value, void *page, unsigned perm)
{
    return jos_error(sys_ipc_try_send(to, value, page ? page : NO_PAGE, perm));
}

/* --- the library --- */

int jos_fork(void)
{
    int child = fork();

    return child < 0 ? jos_error(-child) : child;
}

int jos_sfork(void)
{
    int child = sfork();

    return child < 0 ? jos_error(-child) : child;
}

void jos_set_pgfault_handler(void (*handler)(struct UTrapframe *fault))
{
    int error = set_pgfault_handler(handler);

    if (error != E_SUCC)
        jos_panic(__FILE__, __LINE__, "set_pgfault_handler: error %d", error);
}

void jos_ipc_send(int to, uint32_t value, void *page, unsigned perm)
{
    ipc_send(to, value, page, perm);
}

int32_t jos_ipc_recv(int *from, void *page, int *perm)
{
    return ipc_recv(from, page, perm);
}

int jos_ipc_find_env(enum env_type type)
{
    return ipc_find_env(type);
}
