/* Preloaded into QEMU by scripts/run --icount, so that one seed is one run.
 *
 * With -icount one thread runs all virtual CPUs in turn, for as many instructions as there are up
 * to the next timer.  But QEMU's main loop, another thread, runs timers too, each time that it
 * wakes: and it wakes at every timer, asks whether all CPUs are asleep, and moves the guest's
 * clock if so.  How far the CPUs have come by then is up to the host.  From QEMU 8.1 on, where
 * each CPU gets but a part of that time, this changes which CPU is the next.  And from 10.2 on the
 * thread that frees memory (call_rcu) ends a CPU's turn if it has waited for long.
 *
 * So the main loop is held back until the CPUs' thread sleeps, unless a file wakes it that is not
 * QEMU's own: then a program outside wants something.  And call_rcu stays where it would begin to
 * wait for the CPUs: what it would have freed is little.
 *
 * And QEMU's own TLBs shrink by the host's clock, if they were little used for 100 ms.  What a CPU
 * remembers of a mapping that was just taken away depends on that.  So for QEMU the time of day
 * stands still.
 *
 * All this holds by construction, on a busy host, too.  The options of QEMU have nothing for it;
 * rr=record refuses several CPUs.
 *
 * There is one limit.  Some versions end by the main loop, and CPUs that spin for ever would keep
 * it from that.  So after PATIENCE seconds of the CPUs' own time the main loop goes on, which is
 * said: such a run need not be the same another time. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum {
    FILES_MAX = 1024, POLLED_MAX = 64,
    PATIENCE = 30,                      /* seconds that the CPUs may run without a sleep */
    LOOK = 1,                           /* seconds between two looks at that */
    RCU_PAUSE = 10000,                  /* microseconds: its sleep between two looks */
};

static const struct timespec at_once = { 0, 0 };

static pthread_t main_thread;
static bool is_own[FILES_MAX];          /* the files by which QEMU's threads wake each other */
static struct timeval started;          /* the time of day */
static int bell = -1;                   /* rung when the CPUs' thread goes to sleep */

/* The CPUs' thread is the first one besides main that waits for a condition, and it waits for no
 * other one: for the start, and when all CPUs are halted.  [a] atomic */
static bool has_cpus;                   /* [a] the next two are set */
static pthread_t cpus_thread;
static pthread_cond_t *cpus_wake;       /* [a] */
static bool asleep;                     /* [a] */
static time_t slept_at;                 /* [a] when that was last, by the time that it has run */

static int (*real_wait)(pthread_cond_t *, pthread_mutex_t *);
static int (*real_signal)(pthread_cond_t *);
static int (*real_broadcast)(pthread_cond_t *);
static int (*real_ppoll)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);
static int (*real_eventfd)(unsigned, int);

/* Of the conditions' functions, glibc for x86 has older versions, too, which dlsym() may find. */
static void *real(const char *name)
{
    void *function = dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");

    return function ? function : dlsym(RTLD_NEXT, name);
}

__attribute__((constructor)) static void start(void)
{
    main_thread = pthread_self();
    started.tv_sec = time(NULL);
    real_wait = real("pthread_cond_wait");
    real_signal = real("pthread_cond_signal");
    real_broadcast = real("pthread_cond_broadcast");
    real_ppoll = real("ppoll");
    real_eventfd = real("eventfd");
    bell = real_eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (getenv("LOCKSTEP_TELL"))        /* scripts/run asks whether it was loaded at all */
        puts("lockstep");
}

/* The clock by which TLBs shrink; what waits does so by other clocks. */
int gettimeofday(struct timeval *now, void *zone)
{
    (void)zone;
    *now = started;
    return 0;
}

int eventfd(unsigned value, int flags)
{
    int file = real_eventfd(value, flags);

    if (file >= 0 && file < FILES_MAX)
        is_own[file] = true;
    return file;
}

/* --- when the CPUs' thread sleeps ------------------------------------------------------------ */

static bool is_asleep(void)
{
    return __atomic_load_n(&asleep, __ATOMIC_SEQ_CST);
}

static void set_asleep(bool value)
{
    __atomic_store_n(&asleep, value, __ATOMIC_SEQ_CST);
}

static bool is_cpus_thread(void)
{
    pthread_t self = pthread_self();

    if (!__atomic_load_n(&has_cpus, __ATOMIC_SEQ_CST) && !pthread_equal(self, main_thread)) {
        cpus_thread = self;
        __atomic_store_n(&has_cpus, true, __ATOMIC_SEQ_CST);
    }
    return __atomic_load_n(&has_cpus, __ATOMIC_SEQ_CST) && pthread_equal(self, cpus_thread);
}

static time_t cpus_time(void)
{
    struct timespec time = { 0, 0 };
    clockid_t clock;

    if (pthread_getcpuclockid(cpus_thread, &clock) == 0)
        clock_gettime(clock, &time);
    return time.tv_sec;
}

/* Called with QEMU's big lock, which the main loop needs for all it does: so it cannot begin
 * before this thread does sleep. */
int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
    uint64_t ring = 1;

    if (!is_cpus_thread())
        return real_wait(condition, mutex);
    __atomic_store_n(&cpus_wake, condition, __ATOMIC_SEQ_CST);
    __atomic_store_n(&slept_at, cpus_time(), __ATOMIC_SEQ_CST);
    set_asleep(true);
    if (write(bell, &ring, sizeof ring) < 0) {
        /* It rings already. */
    }
    int error = real_wait(condition, mutex);
    set_asleep(false);
    return error;
}

/* The thread that wakes it holds the big lock; from here on it counts as awake. */
static void note_wake(const pthread_cond_t *condition)
{
    if (condition == __atomic_load_n(&cpus_wake, __ATOMIC_SEQ_CST))
        set_asleep(false);
}

int pthread_cond_signal(pthread_cond_t *condition)
{
    note_wake(condition);
    return real_signal(condition);
}

int pthread_cond_broadcast(pthread_cond_t *condition)
{
    note_wake(condition);
    return real_broadcast(condition);
}

/* --- who is held back meanwhile -------------------------------------------------------------- */

/* By the time that the CPUs' thread has run, not by the host's: a busy host is no reason. */
static bool is_patient(void)
{
    static bool is_said;

    if (cpus_time() - __atomic_load_n(&slept_at, __ATOMIC_SEQ_CST) < PATIENCE)
        return true;
    if (!is_said)
        fprintf(stderr, "lockstep: the CPUs have run for %d s without a sleep: "
                        "not repeatable from here on\n", PATIENCE);
    is_said = true;
    return false;
}

/* Until the CPUs sleep or it is time to look (0), or a file that is not QEMU's own is ready or
 * patience is over (1); or an error (-1). */
static int hold(const struct pollfd *files, nfds_t count, const sigset_t *mask)
{
    const struct timespec look = { LOOK, 0 };
    struct pollfd others[POLLED_MAX + 1];
    uint64_t rings;

    for (nfds_t i = 0; i < count; i++) {
        int file = files[i].fd;
        others[i] = files[i];
        if (file >= 0 && file < FILES_MAX && is_own[file])
            others[i].fd = -1;
    }
    others[count] = (struct pollfd){ .fd = bell, .events = POLLIN };
    int ready = real_ppoll(others, count + 1, &look, mask);
    if (ready < 0)
        return -1;
    if (ready == 0)
        return is_patient() ? 0 : 1;
    if (ready != 1 || !others[count].revents)
        return 1;
    return read(bell, &rings, sizeof rings) < 0 ? 1 : 0;
}

int ppoll(struct pollfd *files, nfds_t count, const struct timespec *timeout,
          const sigset_t *mask)
{
    if (!__atomic_load_n(&has_cpus, __ATOMIC_SEQ_CST) || count > POLLED_MAX ||
        !pthread_equal(pthread_self(), main_thread))
        return real_ppoll(files, count, timeout, mask);
    for (;;) {
        while (!is_asleep()) {
            int reason = hold(files, count, mask);
            if (reason < 0)
                return -1;
            if (reason > 0)
                return real_ppoll(files, count, &at_once, mask);
        }
        int ready = real_ppoll(files, count, timeout, mask);
        if (ready < 0 || is_asleep())
            return ready;
    }
}

/* Only call_rcu sleeps for so long. */
void g_usleep(unsigned long microseconds)
{
    struct timespec time = { (time_t)(microseconds / 1000000),
                             (long)(microseconds % 1000000 * 1000) };

    while (microseconds == RCU_PAUSE && __atomic_load_n(&has_cpus, __ATOMIC_SEQ_CST))
        pause();
    nanosleep(&time, NULL);
}
