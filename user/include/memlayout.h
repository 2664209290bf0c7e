/* xv6's memory layout, as far as it is Strata's: what user.h's programs may do ends here. */
#pragma once

#include "abi/layout.h"

#define KERNBASE VM_USERHI
