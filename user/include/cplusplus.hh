// The library's headers for C++ programs: `make run PROG=x.cpp` includes this one before the program,
// so that the functions in it are C's whatever else the program includes.
#pragma once

extern "C" {
#include "assert.h"
#include "check.h"
#include "env.h"
#include "errno.h"
#include "error.h"
#include "info.h"
#include "ipc.h"
#include "items.h"
#include "line.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "syscall.h"
#include "terminal.h"
#include "thread.h"
#include "usage.h"
}
