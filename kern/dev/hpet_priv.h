/* The high precision event timer. */
#pragma once

#include "lib/types.h"

/* The rate of a timer whose period its register gives in femtoseconds; 0 if that is no period it
 * may have. */
uint64_t hpet_rate(uint32_t femtoseconds);
