/* Messages between processes: a word and, if wanted, a page.  A message passes when one process
 * sends and the other one receives; the one that comes first waits.  Senders are served in the
 * order in which they came.  If the other process ends, or no process has its id, the call fails
 * with E_INVAL_PID; errors are returned negative. syscall.h has the calls below these. */
#pragma once

#include "syscall.h"

/* Sends `value` to process `to`, and the page at `page`, unless that is NULL, with rights `perm`
 * (PTE_P | PTE_U and perhaps PTE_W, abi/env.h).  An error ends the program with a message. */
void ipc_send(int to, uint32_t value, const void *page, unsigned perm);

/* Receives a message of any process and returns its value.  A page that comes is mapped at
 * `page`, unless that is NULL.  `*from` is the sender, `*perm` the page's rights or 0; each
 * may be NULL.  If it fails: minus the error, and 0 in both. */
int32_t ipc_recv(int *from, void *page, int *perm);

/* The next message of process `from`; 0 or minus an error. */
int ipc_recv_from(int from, uint32_t *value);

/* Sends `value` to a server and waits for its answer; 0 or minus an error. */
int ipc_call(int server, uint32_t value, uint32_t *answer);

/* For servers: answers `client`, unless that is 0, and waits for the next message, of any process:
 * its sender, or minus an error.  If `client` does not wait any more, no answer was sent, and there
 * is nothing in `*request`. */
int ipc_reply_wait(int client, uint32_t answer, uint32_t *request);
