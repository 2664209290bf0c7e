/* The instructions that JOS's programs use. */
#pragma once

#include "inc/types.h"
#include <x86.h>                    /* not this one */
