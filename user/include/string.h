/* Memory and string functions: the kernel's own source, compiled again for programs. */
#pragma once

#include "lib/string.h"
