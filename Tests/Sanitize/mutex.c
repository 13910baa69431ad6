// The two calls of Swift's Mutex that the thread sanitizer cannot see, told to it. Preloaded by
// Tests/sanitize.sh.
//
// A Mutex that nobody waits for is taken and given back by atomics in our own instrumented code. One
// that is contended goes through these functions of libswiftSynchronization, which is not
// instrumented: the sanitizer sees no order between the two threads, and reports whatever the lock
// guards as raced for, also that of `counter.withLock { $0 += 1 }`. Said here, it reports none of
// these, and goes on to report variables that no lock guards.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

// Null in programs without the sanitizer, such as the one that starts the tests.
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

static SWIFT void (*theirLock)(uint32_t thread, SELF);
static SWIFT void (*theirUnlock)(SELF);

__attribute__((constructor)) static void findTheirs(void) {
    theirLock = dlsym(RTLD_NEXT, LOCK);
    theirUnlock = dlsym(RTLD_NEXT, UNLOCK);
}

SWIFT void lockSlow(uint32_t thread, SELF) __asm__(LOCK);
SWIFT void lockSlow(uint32_t thread, SELF) {
    theirLock(thread, self);
    if (__tsan_acquire) __tsan_acquire(self);
}

SWIFT void unlockSlow(SELF) __asm__(UNLOCK);
SWIFT void unlockSlow(SELF) {
    if (__tsan_release) __tsan_release(self);
    theirUnlock(self);
}
