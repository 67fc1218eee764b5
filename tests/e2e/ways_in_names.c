/* SPDX-License-Identifier: Apache-2.0 */
/* Preloaded by ways-in.sh: a name server of our own. stream.aisstream.io and
 * ais.example.org are at 127.0.0.1, whose port 443 is $WAYS_IN_PORT; slow.example.org
 * takes four seconds to be not there. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                struct addrinfo **ret_list)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    void *found = dlsym(RTLD_NEXT, "getaddrinfo");
    memcpy(&real, &found, sizeof real);
    if (host != NULL && strcmp(host, "slow.example.org") == 0) {
        sleep(4);
        return EAI_NONAME;
    }
    if (host != NULL && (strcmp(host, "stream.aisstream.io") == 0 ||
                         strcmp(host, "ais.example.org") == 0))
        return real("127.0.0.1", service, hints, ret_list);
    return real(host, service, hints, ret_list);
}

int connect(int fd, const struct sockaddr *address, socklen_t n)
{
    int (*real)(int, const struct sockaddr *, socklen_t);
    void *found = dlsym(RTLD_NEXT, "connect");
    struct sockaddr_in in;
    memcpy(&real, &found, sizeof real);
    if (address->sa_family != AF_INET || n != sizeof in)
        return real(fd, address, n);
    memcpy(&in, address, sizeof in);
    if (in.sin_port == htons(443))
        in.sin_port = htons((uint16_t)atoi(getenv("WAYS_IN_PORT")));
    return real(fd, (const struct sockaddr *)&in, n);
}
