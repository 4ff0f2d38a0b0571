// Preloaded into a server: counts its heap calls in a file that the harness maps too, so they can be read at any moment
// without stopping the server. The counts of a process and of the processes it starts go together. glibc only.
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

// Order of the 64-bit counters in the file; `harness/guard/allocations.py` has the same.
enum { allocations, frees, bytes, counters };

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static _Atomic unsigned long long *shared;

__attribute__((constructor)) static void map_counters(void) {
    const char *path = getenv("COUNTALLOC_FILE");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0) return;
    void *mapped = mmap(NULL, counters * sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (mapped != MAP_FAILED) shared = mapped;
}

static void count(size_t size) {
    if (shared == NULL) return;
    atomic_fetch_add_explicit(&shared[allocations], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&shared[bytes], size, memory_order_relaxed);
}

void *malloc(size_t size) {
    count(size);
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count(number * size);
    return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
    count(size);
    return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
    count(size);
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count(size);
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    count(size);
    void *block = __libc_memalign(alignment, size);
    if (block == NULL) return ENOMEM;
    *result = block;
    return 0;
}

void free(void *block) {
    if (block != NULL && shared != NULL) atomic_fetch_add_explicit(&shared[frees], 1, memory_order_relaxed);
    __libc_free(block);
}
