/* User memory: the only way to touch it. */
#pragma once

#include "abi/error.h"
#include "abi/layout.h"
#include "lib/types.h"

/* The only ways to touch user memory, that of the active space.  Any address and size: what the
 * program itself may not read, or write, gives E_INVAL_ADDR; the first part of the memory may have
 * been copied then.  Interrupts on, no spinlock held: a page may have to be filled first. */
MUST_USE int copy_from_user(void *to, uaddr_t from, size_t size);
MUST_USE int copy_to_user(uaddr_t to, const void *from, size_t size);

/* Copies a string with its terminating 0 and stores its length without it.  E_INVAL_ARG if it
 * does not end within `max` bytes. */
MUST_USE int copy_string_from_user(char *to, uaddr_t from, size_t max, size_t *length);

/* If a fault at *eip is one that the functions above provide for, changes *eip to where they go
 * on after it, and returns true.  For the page-fault handler: any other fault of the kernel at
 * a user address is a bug, even if there could be a page. */
bool usercopy_fixup(uint32_t *eip);
