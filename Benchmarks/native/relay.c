// The floor: passes bytes between each client and a connection of its own to the backend, and looks at none of them. What
// it costs is what any proxy costs on this kernel before it has done anything: two reads, two writes, and the waiting.
//
// relay epoll|io_uring PORT BACKEND_PORT ; one thread, until SIGTERM. With io_uring the kernel reads ahead into a ring of
// buffers (multishot) and all sends of a turn go in by one call, so that a turn is one system call whatever it moves.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#ifndef WITHOUT_IO_URING
#include <liburing.h>
#define HAS_IO_URING 1
#endif

enum { most_descriptors = 1 << 17, read_size = 131072 };

static int peers[most_descriptors];  // the other side of each descriptor; 0: none

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static struct sockaddr_in loopback(int port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void no_delay(int fd) {
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static int listen_on(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in address = loopback(port);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (void *)&address, sizeof address) || listen(fd, 8192)) fail("listen");
    return fd;
}

// Makes the client's connection to the backend.
static int pair(int client, int backend_port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = loopback(backend_port);
    if (fd < 0 || fd >= most_descriptors || client >= most_descriptors) fail("socket");
    if (connect(fd, (void *)&address, sizeof address)) fail("connect");
    no_delay(fd);
    no_delay(client);
    peers[client] = fd;
    peers[fd] = client;
    return fd;
}

static void end(int fd) {
    int peer = peers[fd];
    peers[fd] = 0;
    if (peer) {
        peers[peer] = 0;
        shutdown(peer, SHUT_RDWR);  // its own end follows
    }
    close(fd);
}

// All of it: who is slow here keeps everybody waiting, which the loads it is made for are not.
static void send_all(int fd, const char *bytes, ssize_t count) {
    while (count > 0) {
        ssize_t sent = send(fd, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) return;
        if (sent < 0) poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, 1000);
        else bytes += sent, count -= sent;
    }
}

static void watch(int epoll, int fd) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.fd = fd};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) fail("epoll_ctl");
}

static void relay_by_epoll(int listener, int backend_port) {
    static char bytes[read_size];
    struct epoll_event found[256];
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    watch(epoll, listener);
    for (;;) {
        int count = epoll_wait(epoll, found, 256, -1);
        for (int index = 0; index < count; index++) {
            int fd = found[index].data.fd;
            if (fd == listener) {
                int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
                if (client < 0) continue;
                watch(epoll, pair(client, backend_port));
                watch(epoll, client);
                continue;
            }
            ssize_t length = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
            if (length > 0 && peers[fd]) send_all(peers[fd], bytes, length);
            else if (length == 0 || (length < 0 && errno != EAGAIN)) end(fd);
        }
    }
}

#ifdef HAS_IO_URING
enum { buffer_count = 2048, buffer_size = 16384, group = 1 };
enum operation { accepting = 1, receiving, sending };

// What a completion is about.
static uint64_t tag(enum operation operation, int buffer, int fd) {
    return (uint64_t)operation << 56 | (uint64_t)buffer << 32 | (uint32_t)fd;
}

static struct io_uring_sqe *entry(struct io_uring *ring) {
    struct io_uring_sqe *sqe = io_uring_get_sqe(ring);
    while (!sqe) {
        io_uring_submit(ring);
        sqe = io_uring_get_sqe(ring);
    }
    return sqe;
}

static void receive(struct io_uring *ring, int fd) {
    struct io_uring_sqe *sqe = entry(ring);
    io_uring_prep_recv_multishot(sqe, fd, NULL, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = group;
    sqe->user_data = tag(receiving, 0, fd);
}

static void relay_by_io_uring(int listener, int backend_port) {
    struct io_uring ring;
    struct io_uring_params parameters = {
        .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE, .cq_entries = 32768};
    int result = io_uring_queue_init_params(4096, &ring, &parameters);
    if (result) errno = -result, fail("io_uring_queue_init");
    io_uring_register_ring_fd(&ring);
    struct io_uring_buf_ring *buffers;
    if (posix_memalign((void **)&buffers, 4096, buffer_count * sizeof(struct io_uring_buf))) fail("posix_memalign");
    struct io_uring_buf_reg registration = {
        .ring_addr = (uintptr_t)buffers, .ring_entries = buffer_count, .bgid = group};
    result = io_uring_register_buf_ring(&ring, &registration, 0);
    if (result) errno = -result, fail("io_uring_register_buf_ring");
    io_uring_buf_ring_init(buffers);
    char *memory = malloc((size_t)buffer_count * buffer_size);
    for (int number = 0; number < buffer_count; number++)
        io_uring_buf_ring_add(buffers, memory + (size_t)number * buffer_size, buffer_size, number, buffer_count - 1, number);
    io_uring_buf_ring_advance(buffers, buffer_count);
    io_uring_prep_multishot_accept(entry(&ring), listener, NULL, NULL, SOCK_CLOEXEC);
    ring.sq.sqes[(ring.sq.sqe_tail - 1) & *ring.sq.kring_mask].user_data = tag(accepting, 0, listener);
    for (;;) {
        io_uring_submit_and_wait(&ring, 1);
        struct io_uring_cqe *completion;
        unsigned head, seen = 0, returned = 0;
        io_uring_for_each_cqe(&ring, head, completion) {
            seen++;
            int fd = (int)(completion->user_data & 0xFFFFFFFF);
            int buffer = completion->user_data >> 32 & 0xFFFF;
            switch ((enum operation)(completion->user_data >> 56)) {
            case accepting:
                if (completion->res < 0) break;
                receive(&ring, pair(completion->res, backend_port));
                receive(&ring, completion->res);
                break;
            case receiving:
                if (completion->res == -ENOBUFS) {
                    receive(&ring, fd);
                    break;
                }
                if (completion->res <= 0) {
                    end(fd);
                    break;
                }
                buffer = completion->flags >> IORING_CQE_BUFFER_SHIFT;
                if (peers[fd]) {
                    // One at a time on each connection, since a request waits for its answer: so sends keep their order.
                    struct io_uring_sqe *sqe = entry(&ring);
                    io_uring_prep_send(
                        sqe, peers[fd], memory + (size_t)buffer * buffer_size, completion->res, MSG_NOSIGNAL | MSG_WAITALL);
                    sqe->user_data = tag(sending, buffer, fd);
                }
                if (!(completion->flags & IORING_CQE_F_MORE)) receive(&ring, fd);
                if (peers[fd]) break;
                // fall through: nobody is there for it
            case sending:
                io_uring_buf_ring_add(
                    buffers, memory + (size_t)buffer * buffer_size, buffer_size, buffer, buffer_count - 1, returned++);
                break;
            }
        }
        io_uring_cq_advance(&ring, seen);
        io_uring_buf_ring_advance(buffers, returned);
    }
}
#else
static void relay_by_io_uring(int listener, int backend_port) {
    (void)listener, (void)backend_port;
    fprintf(stderr, "built without liburing\n");
    exit(2);
}
#endif

int main(int count, char **words) {
    if (count != 4) return fprintf(stderr, "relay epoll|io_uring PORT BACKEND_PORT\n"), 64;
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    signal(SIGPIPE, SIG_IGN);
    int listener = listen_on(atoi(words[2]));
    if (strcmp(words[1], "io_uring") == 0) relay_by_io_uring(listener, atoi(words[3]));
    else relay_by_epoll(listener, atoi(words[3]));
}
