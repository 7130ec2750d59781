/* The clock of a process: the machine's, and as many seconds more as the file says that CLOCK names.
   The monotonic clock is the machine's; libfaketime 0.9.10 cannot leave it alone (its
   clock_nanosleep, by which Python sleeps, then fails). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long none = 0;

static long offset(void) {
    static char known[4096];
    static volatile long *seconds = &none;
    const char *name = getenv("CLOCK");
    if (name == NULL)
        name = "";
    if (strncmp(name, known, sizeof known - 1) != 0) { /* a fork has been given its own */
        int file = open(name, O_RDONLY | O_CLOEXEC);
        void *there = file < 0 ? MAP_FAILED : mmap(NULL, sizeof none, PROT_READ, MAP_SHARED, file, 0);
        if (file >= 0)
            close(file);
        seconds = there == MAP_FAILED ? &none : there;
        strncpy(known, name, sizeof known - 1);
    }
    return *seconds;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*machine)(clockid_t, struct timespec *);
    if (machine == NULL)
        machine = dlsym(RTLD_NEXT, "clock_gettime");
    int result = machine(clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += offset();
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec time;
    (void)zone;
    int result = clock_gettime(CLOCK_REALTIME, &time);
    now->tv_sec = time.tv_sec;
    now->tv_usec = time.tv_nsec / 1000;
    return result;
}

time_t time(time_t *now) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    if (now != NULL)
        *now = time.tv_sec;
    return time.tv_sec;
}
