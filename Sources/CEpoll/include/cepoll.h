// What Swift's Glibc module leaves out: epoll, eventfd, accept4 and the tuning of malloc.
#ifndef CEPOLL_H
#define CEPOLL_H

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

// Plain numbers, because C enumerators of an unnamed or bit-mask enum arrive in Swift as wrappers.
static const uint32_t cepoll_readable = EPOLLIN;
static const uint32_t cepoll_writable = EPOLLOUT;
static const uint32_t cepoll_broken = EPOLLERR | EPOLLHUP;
static const uint32_t cepoll_edge_triggered = EPOLLET;

// Each answers as the system call does: -1 and errno on failure. Descriptors close on exec.
int cepoll_create(void);
int cepoll_add(int poller, int descriptor, uint32_t events, uint64_t token);
int cepoll_modify(int poller, int descriptor, uint32_t events, uint64_t token);
int cepoll_create_counter(void);
// The accepted socket does not block.
int cepoll_accept(int listener, struct sockaddr *address, socklen_t *length);

// Makes freed memory return to the kernel; for a server, whose memory is a promise.
void cepoll_tune_memory(void);
// Gives free memory of all arenas back.
void cepoll_release_memory(void);

#endif
