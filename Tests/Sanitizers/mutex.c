// What ThreadSanitizer can't see of Swift's Mutex on Linux, told to it. Preloaded by `make sanitizer-tests`.
//
// A lock that is free is taken by an atomic exchange in our own code, which is instrumented. One that is not is waited for
// in libswiftSynchronization, which isn't: there the kernel passes it on (FUTEX_LOCK_PI), and everything that a mutex
// guards would look like a race. So both slow paths say what they are: taking and giving back the lock at that address.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

// Of the sanitizer's runtime, which only instrumented executables have.
void __tsan_acquire(void *address) __attribute__((weak));
void __tsan_release(void *address) __attribute__((weak));

// Methods of a type that has its value in place: the receiver comes as an address in the register of the context.
#define SWIFT __attribute__((swiftcall))
#define CONTEXT __attribute__((swift_context))

SWIFT void lock_slow(uint32_t thread, CONTEXT void *mutex) __asm__(LOCK_SLOW);
SWIFT void unlock_slow(CONTEXT void *mutex) __asm__(UNLOCK_SLOW);

SWIFT void lock_slow(uint32_t thread, CONTEXT void *mutex) {
    SWIFT void (*original)(uint32_t, CONTEXT void *) = dlsym(RTLD_NEXT, LOCK_SLOW);
    original(thread, mutex);
    if (__tsan_acquire) __tsan_acquire(mutex);
}

SWIFT void unlock_slow(CONTEXT void *mutex) {
    SWIFT void (*original)(CONTEXT void *) = dlsym(RTLD_NEXT, UNLOCK_SLOW);
    if (__tsan_release) __tsan_release(mutex);
    original(mutex);
}
