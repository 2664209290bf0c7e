/* Error codes: what a system call returns in EAX, and what kernel functions return.
 * One list gives the numbers here and the texts in the library; 0 is success. */
#pragma once

#define ERRORS(X)                                                                       \
    X(E_SUCC,                       0, "success")                                       \
    X(E_MEM,                        1, "out of memory")                                 \
    X(E_INVAL_CALLNR,               2, "no such system call")                           \
    X(E_INVAL_ADDR,                 3, "bad address")                                   \
    X(E_INVAL_PID,                  4, "no such process or program")                    \
    X(E_INVAL_ARG,                  5, "invalid argument")                              \
    X(E_EXCEEDS_QUOTA,              6, "exceeds the quota")                             \
    X(E_MAX_NUM_CHILDEN_REACHED,    7, "the process has too many children")             \
    X(E_INVAL_CHILD_ID,             8, "no process id is left for the child")           \
    X(E_INVAL_BUFFER,               9, "no such buffer")                                \
    X(E_BUSY,                      10, "in use")                                        \
    X(E_TIMEOUT,                   11, "timed out")                                     \
    X(E_KILLED,                    12, "the process has been killed")                   \
    X(E_NO_CHILD,                  13, "no child to wait for")                          \
    X(E_INVAL_CPU,                 14, "no such CPU")                                   \
    X(E_NOT_FOUND,                 15, "not found")                                     \
    X(E_ELF_TRUNCATED,             16, "program file: truncated")                       \
    X(E_ELF_MAGIC,                 17, "program file: not an ELF file")                 \
    X(E_ELF_CLASS,                 18, "program file: not 32-bit little-endian")        \
    X(E_ELF_TYPE,                  19, "program file: not an executable")               \
    X(E_ELF_MACHINE,               20, "program file: not for the i386")                \
    X(E_ELF_HEADER,                21, "program file: bad header")                      \
    X(E_ELF_SEGMENT,               22, "program file: bad segment")                     \
    X(E_ELF_ADDRESS,               23, "program file: address outside the program area") \
    X(E_ELF_OVERLAP,               24, "program file: overlapping segments")            \
    X(E_ELF_ENTRY,                 25, "program file: entry point outside the code")    \
    X(E_ARCHIVE,                   26, "archive: damaged")                              \
    X(E_CHANGED,                   27, "the value is not the expected one")             \
    X(E_IPC_NOT_RECV,              28, "the process is not waiting for a message")      \
    X(E_BUFFER_KEPT,               29, "other processes keep the buffer for themselves")

#define ERROR_NUMBER(name, number, text) name = number,
enum error { ERRORS(ERROR_NUMBER) };
#undef ERROR_NUMBER
