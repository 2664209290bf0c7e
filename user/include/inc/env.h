/* What an environment may see of environments: JOS's names for abi/env.h. */
#pragma once

#include "inc/types.h"

#define LOG2NENV        13
#define NENV            (1 << LOG2NENV)
#define ENVX(envid)     ((envid) & (NENV - 1))

enum { ENV_FREE, ENV_DYING, ENV_RUNNABLE, ENV_RUNNING, ENV_NOT_RUNNABLE };

enum EnvType { ENV_TYPE_USER };

struct Env {
    envid_t  env_id, env_parent_id;
    unsigned env_status;
    uint32_t env_runs;
    int      env_cpunum;
    enum EnvType env_type;
    void    *env_pgfault_upcall;
    uint32_t env_ipc_recving;
    uint32_t env_unused[8];
};

_Static_assert(sizeof(struct Env) == 64, "as the kernel's");
_Static_assert(offsetof(struct Env, env_cpunum) == 16, "as the kernel's");
_Static_assert(offsetof(struct Env, env_ipc_recving) == 28, "as the kernel's");
