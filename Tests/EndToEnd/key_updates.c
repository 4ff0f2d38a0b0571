// key_updates HOST PORT COUNT: shakes hands by TLS 1.3, sends COUNT key updates and then a request; prints the beginning of
// what it reads. Python's TLS can't send key updates.
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int main(int count, char **arguments) {
    if (count != 4) return 64;
    signal(SIGPIPE, SIG_IGN);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[2]))};
    inet_pton(AF_INET, arguments[1], &address.sin_addr);
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    struct timeval patience = {.tv_sec = 20};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) return 1;
    SSL_CTX *rules = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(rules, TLS1_3_VERSION);
    SSL *tls = SSL_new(rules);
    SSL_set_fd(tls, descriptor);
    if (SSL_connect(tls) != 1) return 2;
    long sent = 0;
    for (long wanted = atol(arguments[3]); sent < wanted; sent++) {
        SSL_key_update(tls, SSL_KEY_UPDATE_NOT_REQUESTED);
        if (SSL_do_handshake(tls) != 1) break;
    }
    static const char request[] = "GET /version HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    char answer[64] = "";
    int length = 0;
    if (SSL_write(tls, request, sizeof request - 1) > 0) length = SSL_read(tls, answer, sizeof answer - 1);
    printf("%.*s\n", length > 0 ? (int)strcspn(answer, "\r") : 3, length > 0 ? answer : "end");
    return 0;
}
