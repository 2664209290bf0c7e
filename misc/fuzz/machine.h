/* What both tables that tell of CPUs must leave in a machine. */
#pragma once

#include "abi/error.h"
#include "dev/machine_tables_priv.h"
#include "fuzz.h"

/* error: the parser's. */
static inline void require_machine(int error, const struct machine *machine)
{
    REQUIRE(error == 0 || error == E_NOT_FOUND || error == E_INVAL_ARG);
    REQUIRE(error ? machine->ncpus == 0 : machine->ncpus > 0 && machine->ncpus <= NUM_CPUS);
    REQUIRE(machine->nioapics <= MAX_IOAPICS);
}
