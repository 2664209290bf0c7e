/* The assertions of user-level code under test. */
#pragma once

#include "lib/assert.h"

#define assert(condition) KERN_ASSERT(condition)
