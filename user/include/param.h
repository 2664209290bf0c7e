/* xv6's limits, as user.h keeps them. */
#pragma once

#define NPROC   64                      /* of the processes that fork from one, and it */
#define NCPU    64
#define NOFILE  16                      /* descriptors of a process */
#define NFILE   100                     /* opened by all of them together */
#define NDEV    10
#define ROOTDEV 1
#define MAXARG  32
