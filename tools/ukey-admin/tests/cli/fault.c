/* Loaded before the C library: at the n-th moment when the program writes to a token's image or
 * makes something durable, the program is killed, or the token is pulled. Between two such moments
 * nothing changes that is there after the program, so that these are all the states that a fault
 * can leave.
 *
 * FAULT_AT    which moment, from 1
 * FAULT_PULL  image to pull at that moment, by renaming it to the same with ".pulled"; without it
 *             the program is killed
 * FAULT_MARK  file that is created when the moment comes
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static long moments;

static void moment(void)
{
    const char *at = getenv("FAULT_AT"), *pull = getenv("FAULT_PULL"), *mark = getenv("FAULT_MARK");
    char pulled[4096];

    if (!at || !mark || __sync_add_and_fetch(&moments, 1) != atol(at))
        return;
    close(open(mark, O_CREAT | O_WRONLY, 0600));
    if (!pull) {
        kill(getpid(), SIGKILL);
        pause();
    }
    snprintf(pulled, sizeof pulled, "%s.pulled", pull);
    if (rename(pull, pulled))
        abort();
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset)
{
    moment();
    return syscall(SYS_pwrite64, fd, bytes, count, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset)
{
    return pwrite64(fd, bytes, count, offset);
}

int fdatasync(int fd)
{
    moment();
    return syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
    moment();
    return syscall(SYS_fsync, fd);
}
