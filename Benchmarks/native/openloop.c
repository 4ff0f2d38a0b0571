// An open-loop HTTP/1.1 client: request k is due at start + k/rate, whatever became of the others. One that finds no free
// connection waits, and its delay still counts from when it was due, so a stall of the server shows in full
// ("coordinated omission" corrected). Every delay is kept, none is binned.
//
// openloop PORT CONNECTIONS RATE SECONDS < request ; prints one JSON object. The first tenth warms up and is not in the
// percentiles. Answers need Content-Length.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { head_capacity = 16384 };

struct connection {
    int fd;
    uint64_t due;        // of the request in flight, ns since start
    size_t number;       // of the request in flight
    size_t head_length;  // bytes of the answer's head so far; content is counted, not kept
    long content_left;   // -1 while the head is incomplete
    char head[head_capacity];
};

static char request[65536];
static size_t request_length;
static uint64_t start;
static double interval;
static size_t total, issued, finished, errors, warmup, recorded;
static uint64_t *delays;

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void fail(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t due_time(size_t number) { return start + (uint64_t)((double)number * interval); }

static void issue(struct connection *c) {
    c->number = issued;
    c->due = due_time(issued++);
    c->head_length = 0;
    c->content_left = -1;
    if (send(c->fd, request, request_length, MSG_NOSIGNAL) != (ssize_t)request_length) fail("send");
}

// Reads the head in place; -1 where it is not complete yet.
static void parse_head(struct connection *c) {
    c->head[c->head_length] = 0;
    char *end = strstr(c->head, "\r\n\r\n");
    if (end == NULL) {
        if (c->head_length >= head_capacity - 1) { errno = EMSGSIZE; fail("head"); }
        return;
    }
    *end = 0;
    if (strncmp(c->head, "HTTP/1.1 2", 10) != 0) errors++;
    char *length = strcasestr(c->head, "\r\nContent-Length:");
    if (length == NULL) { errno = EPROTO; fail("answer without Content-Length"); }
    c->content_left = strtol(length + 17, NULL, 10) - (long)(c->head_length - (size_t)(end + 4 - c->head));
}

// 1 when the answer is complete.
static int receive(struct connection *c) {
    static char discarded[1 << 18];
    for (;;) {
        int in_head = c->content_left < 0;
        char *target = in_head ? c->head + c->head_length : discarded;
        size_t room = in_head ? head_capacity - 1 - c->head_length : sizeof discarded;
        ssize_t n = recv(c->fd, target, room, 0);
        if (n < 0 && errno == EAGAIN) return 0;
        if (n <= 0) fail("the connection ended");
        if (in_head) {
            c->head_length += (size_t)n;
            parse_head(c);
        } else {
            c->content_left -= n;
        }
        if (c->content_left == 0) return 1;
        if ((size_t)n < room) return 0;
    }
}

static void record(const struct connection *c) {
    finished++;
    if (c->number >= warmup) delays[recorded++] = now() - c->due;
}

static int by_value(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static double quantile_ms(double share) {
    if (recorded == 0) return 0;
    size_t rank = (size_t)((double)recorded * share);
    return (double)delays[rank < recorded ? rank : recorded - 1] / 1e6;
}

static int open_connection(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

int main(int argc, char **argv) {
    if (argc != 5) { fputs("usage: openloop PORT CONNECTIONS RATE SECONDS < request\n", stderr); return 2; }
    int count = atoi(argv[2]);
    double rate = atof(argv[3]), seconds = atof(argv[4]);
    interval = 1e9 / rate;
    total = (size_t)(rate * seconds);
    warmup = total / 10;
    request_length = fread(request, 1, sizeof request, stdin);
    struct connection *connections = calloc((size_t)count, sizeof *connections);
    struct connection **idle = calloc((size_t)count, sizeof *idle);
    delays = calloc(total + 1, sizeof *delays);
    if (count < 1 || total == 0 || !connections || !idle || !delays) { errno = EINVAL; fail("arguments"); }
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);

    int epoll = epoll_create1(EPOLL_CLOEXEC), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event);
    int idle_count = 0, oldest = 0;  // a ring: the longest idle connection is used next, as independent clients would
    for (int i = 0; i < count; i++) {
        connections[i].fd = open_connection(atoi(argv[1]));
        event.data.ptr = &connections[i];
        epoll_ctl(epoll, EPOLL_CTL_ADD, connections[i].fd, &event);
        idle[idle_count++] = &connections[i];
    }

    start = now() + 1000000;
    uint64_t limit = start + (uint64_t)((seconds + 20) * 1e9);
    while (finished < total) {
        uint64_t time = now();
        if (time > limit) { errors += total - finished; break; }
        while (idle_count > 0 && issued < total && due_time(issued) <= time) {
            issue(idle[oldest]);
            oldest = (oldest + 1) % count;
            idle_count--;
        }
        if (idle_count > 0 && issued < total) {
            uint64_t next = due_time(issued);
            struct itimerspec at = {.it_value = {(time_t)(next / 1000000000u), (long)(next % 1000000000u)}};
            timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
        }
        struct epoll_event events[256];
        int ready = epoll_wait(epoll, events, 256, 1000);
        for (int i = 0; i < ready; i++) {
            struct connection *c = events[i].data.ptr;
            if (c == NULL) {
                uint64_t ticks;
                if (read(timer, &ticks, sizeof ticks) < 0 && errno != EAGAIN) fail("timer");
            } else if (receive(c)) {
                record(c);
                idle[(oldest + idle_count++) % count] = c;
            }
        }
    }
    double elapsed = (double)(now() - start) / 1e9;
    qsort(delays, recorded, sizeof *delays, by_value);
    printf("{\"requests\":%zu,\"rps\":%.1f,\"errors\":%zu,\"p50_ms\":%.4f,\"p99_ms\":%.4f,\"p999_ms\":%.4f,"
           "\"max_ms\":%.4f}\n", finished, (double)finished / elapsed, errors, quantile_ms(0.5), quantile_ms(0.99),
           quantile_ms(0.999), recorded ? (double)delays[recorded - 1] / 1e6 : 0.0);
    return 0;
}
