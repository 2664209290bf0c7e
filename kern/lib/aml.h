/* One object of ACPI's byte code (AML): how the machine is switched off. */
#pragma once

#include "lib/types.h"

/* Finds the sleep types of the state S5, "soft off", in a block of byte code: the first two
 * elements of the package \_S5_ (ACPI 6.4, 7.4.2.6).  There is no interpreter, so the place is
 * found by its look: any package of that name that begins with two small constants counts.
 * E_NOT_FOUND: none. */
MUST_USE int aml_find_soft_off(const void *code, size_t size, uint8_t types[2]);
