/* JOS's error numbers; its calls return them negative. */
#pragma once

enum {
    E_UNSPECIFIED = 1,
    E_BAD_ENV,                          /* no such environment, or not for the caller */
    E_INVAL,
    E_NO_MEM,
    E_NO_FREE_ENV,
    E_FAULT,
    E_IPC_NOT_RECV,
    E_EOF,
    MAXERROR
};
