/* What user-level code under test does with instructions. */
#pragma once

#include "pcpu/x86.h"
