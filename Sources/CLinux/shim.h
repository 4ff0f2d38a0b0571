// Linux calls that Swift's Glibc module does not export: epoll, eventfd, accept4.
#ifndef CLINUX_SHIM_H
#define CLINUX_SHIM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

// accept4 is declared only under _GNU_SOURCE, which the module's importer does not set.
extern int accept4(int, struct sockaddr *restrict, socklen_t *restrict, int);

static inline int linux_accept4(int listener, struct sockaddr *address, socklen_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

// The macros below are cast expressions, which Swift cannot import.
enum {
    LINUX_EPOLLIN = EPOLLIN,
    LINUX_EPOLLOUT = EPOLLOUT,
    LINUX_EPOLLRDHUP = EPOLLRDHUP,
    LINUX_EPOLLHUP = EPOLLHUP,
    LINUX_EPOLLERR = EPOLLERR,
    LINUX_SOCK_STREAM = SOCK_STREAM,
    LINUX_SOCK_NONBLOCK = SOCK_NONBLOCK,
    LINUX_SOCK_CLOEXEC = SOCK_CLOEXEC,
    LINUX_MSG_NOSIGNAL = MSG_NOSIGNAL,
    LINUX_MSG_PEEK = MSG_PEEK,
    LINUX_EFD_NONBLOCK = EFD_NONBLOCK,
    LINUX_EFD_CLOEXEC = EFD_CLOEXEC,
};

#endif
