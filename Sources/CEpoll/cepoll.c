#define _GNU_SOURCE
#include "cepoll.h"

#include <malloc.h>

static int control(int poller, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data = {.u64 = token}};
    return epoll_ctl(poller, operation, descriptor, &event);
}

int cepoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int cepoll_add(int poller, int descriptor, uint32_t events, uint64_t token) {
    return control(poller, EPOLL_CTL_ADD, descriptor, events, token);
}

int cepoll_modify(int poller, int descriptor, uint32_t events, uint64_t token) {
    return control(poller, EPOLL_CTL_MOD, descriptor, events, token);
}

int cepoll_create_counter(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int cepoll_accept(int listener, struct sockaddr *address, socklen_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

void cepoll_tune_memory(void) {
    // Each arena keeps what its busiest moment took; a few are enough for a few threads.
    mallopt(M_ARENA_MAX, 4);
    // Fixed: by itself the threshold rises to 32 MiB, and freed bodies below it stay in the heap.
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    mallopt(M_TRIM_THRESHOLD, 4 << 20);
}

void cepoll_release_memory(void) { malloc_trim(0); }
