/* What the files of this layer share. */
#pragma once

#include "init/boot_info_priv.h"

/* Starts the other CPUs; CPUs that do not answer are reported and left out.  `expected`: the
 * boot option cpus=N, 0 if absent; if there is another number of CPUs, a warning says so. */
void smp_start(unsigned expected);
