/* Numbers of system calls: Strata's, under JOS's names where JOS has the call. */
#pragma once

#include "abi/syscall.h"
