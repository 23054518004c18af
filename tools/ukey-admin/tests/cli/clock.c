/* Loaded before the C library: the wall clock is CLOCK_SHIFT seconds ahead, or behind if negative. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
    const char *shift = getenv("CLOCK_SHIFT");
    long result = syscall(SYS_clock_gettime, clock, now);

    if (!result && clock == CLOCK_REALTIME && shift)
        now->tv_sec += atol(shift);
    return (int)result;
}
