// Preloaded into a server under valgrind: valgrind 3.19 changes the mask of sigsuspend(2) in place and crashes where it is
// read-only, as in libdispatch's main thread. So it gets a copy.
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int sigsuspend(const sigset_t *mask) {
    sigset_t copy = *mask;
    enum { kernel_set_bytes = 8 };
    return (int)syscall(SYS_rt_sigsuspend, &copy, kernel_set_bytes);
}
