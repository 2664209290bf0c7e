/* Where kernel stacks lie (pcpu.h); for assembly, too. */
#pragma once

#define KSTACK_SLOT     0x4000          /* each stack has an aligned slot of its own; */
#define THREAD_AREA     1024            /* its last bytes are the struct thread's */
