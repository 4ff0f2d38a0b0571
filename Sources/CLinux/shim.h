// Linux calls that Swift's Glibc module does not export or cannot call: epoll, eventfd, accept4, gathered writes.
#ifndef CLINUX_SHIM_H
#define CLINUX_SHIM_H

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <malloc.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

// Declared only under _GNU_SOURCE, which would make the system's types differ from those of Swift's Glibc module.
extern int accept4(int, struct sockaddr *restrict, socklen_t *restrict, int);

// Each call returns -errno on failure, so that nothing can run between the call and the reading of errno.

static inline long linux_result(long result) { return result >= 0 ? result : -(long)errno; }

static inline int linux_epoll_create(void) { return (int)linux_result(epoll_create1(EPOLL_CLOEXEC)); }

// operation: 0 add, 1 modify, 2 delete.
static inline int linux_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
    static const int operations[3] = {EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_DEL};
    struct epoll_event event = {.events = events, .data = {.u64 = token}};
    return (int)linux_result(epoll_ctl(epoll, operations[operation], descriptor, &event));
}

enum { LINUX_EVENTS_PER_WAIT = 256 };

// What one wait found. epoll_event is packed on x86_64, which Swift cannot express: its parts are asked for one by one.
typedef struct {
    struct epoll_event list[LINUX_EVENTS_PER_WAIT];
} linux_events;

static inline int linux_epoll_wait(int epoll, linux_events *found, int milliseconds) {
    return (int)linux_result(epoll_wait(epoll, found->list, LINUX_EVENTS_PER_WAIT, milliseconds));
}

// index is below what linux_epoll_wait returned.
static inline uint64_t linux_event_token(const linux_events *found, int index) { return found->list[index].data.u64; }
static inline uint32_t linux_event_flags(const linux_events *found, int index) { return found->list[index].events; }

enum {
    LINUX_READABLE = EPOLLIN,
    LINUX_WRITABLE = EPOLLOUT,
    LINUX_PEER_FINISHED = EPOLLRDHUP,
    LINUX_HUNG_UP = EPOLLHUP,
    LINUX_FAILED = EPOLLERR,
};

static inline int linux_eventfd(void) { return (int)linux_result(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)); }

static inline int linux_stream_socket(int family) {
    return (int)linux_result(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

static inline int linux_accept(int listener, struct sockaddr_storage *address) {
    socklen_t length = sizeof *address;
    return (int)linux_result(accept4(listener, (struct sockaddr *)address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

static inline long linux_receive(int descriptor, void *bytes, size_t count) {
    return linux_result(recv(descriptor, bytes, count, 0));
}

static inline long linux_send(int descriptor, const void *bytes, size_t count) {
    return linux_result(send(descriptor, bytes, count, MSG_NOSIGNAL));
}

// Three parts leave in one call: what was pending, the content, and what closes its chunk.
static inline long linux_send_parts(
    int descriptor, const void *first, size_t firstCount, const void *second, size_t secondCount, const void *third,
    size_t thirdCount) {
    struct iovec parts[3] = {
        {(void *)first, firstCount}, {(void *)second, secondCount}, {(void *)third, thirdCount}};
    struct msghdr message;
    memset(&message, 0, sizeof message);
    message.msg_iov = parts;
    message.msg_iovlen = 3;
    return linux_result(sendmsg(descriptor, &message, MSG_NOSIGNAL));
}

static inline int linux_set_option(int descriptor, int level, int option, int value) {
    return (int)linux_result(setsockopt(descriptor, level, option, &value, sizeof value));
}

// The soft limit becomes the hard one; returns what holds then, 0 where it can't be known.
static inline long linux_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    if (limit.rlim_cur < limit.rlim_max) {
        struct rlimit raised = {.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
    }
    return limit.rlim_cur > INT32_MAX ? INT32_MAX : (long)limit.rlim_cur;
}

// Of what comes for a listening socket the filter drops each segment with SYN (RFC 9293 §3.1: byte 13 of the TCP header,
// where a socket filter begins), so no handshake begins; those under way are completed.
static inline int linux_drop_connection_requests(int listener) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x02, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, 0xFFFFFFFF),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
    return (int)linux_result(setsockopt(listener, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
}

// One datagram to a Unix socket; `path` is shorter than sun_path. Waits at most `seconds` for room.
static inline long linux_send_datagram(
    const uint8_t *path, size_t pathCount, const void *bytes, size_t count, int seconds) {
    struct sockaddr_un address;
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path, path, pathCount);
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -(long)errno;
    struct timeval patience = {.tv_sec = seconds, .tv_usec = 0};
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    // The length tells an abstract name's end: it has no NUL of its own.
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + pathCount);
    long result = linux_result(
        sendto(descriptor, bytes, count, MSG_NOSIGNAL, (struct sockaddr *)&address, length));
    close(descriptor);
    return result;
}

// Closing then resets the connection: the peer can't take what it has for the whole.
static inline void linux_reset_on_close(int descriptor) {
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

static inline int64_t linux_clock(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}
static inline int64_t linux_monotonic(void) { return linux_clock(CLOCK_MONOTONIC); }
static inline int64_t linux_realtime(void) { return linux_clock(CLOCK_REALTIME); }

// This process leaves no core: its memory holds secrets. The hard limit stays, so that its owner may still ask for one.
static inline void linux_leave_no_core(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_CORE, &limit) != 0) return;
    limit.rlim_cur = 0;
    setrlimit(RLIMIT_CORE, &limit);
}

// Two connected stream sockets, closed by exec from their first moment on.
static inline int linux_socket_pair(int *ends) {
    return (int)linux_result(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
}

// Readable once the process has ended, and closed by exec (Linux 5.3).
extern long syscall(long, ...);
static inline int linux_process_descriptor(pid_t process) {
    return (int)linux_result(syscall(SYS_pidfd_open, process, 0));
}

// The process, or with 0 the calling thread, gets what the others leave over. To give way can't be refused.
static inline void linux_give_way(pid_t process) { setpriority(PRIO_PROCESS, process, 19); }

// How many processors the process may run on; 0 where that can't be known.
static inline int linux_allowed_processors(void) {
    unsigned long bits[128] = {0};
    long size = linux_result(syscall(SYS_sched_getaffinity, 0, sizeof bits, bits));
    int count = 0;
    for (long index = 0; index * (long)sizeof *bits < size; index++) count += __builtin_popcountl(bits[index]);
    return count;
}

// A plain C variable, which Swift would have to take for shared memory that anybody may change.
extern char **environ;
static inline char **linux_environment(void) { return environ; }

#endif
