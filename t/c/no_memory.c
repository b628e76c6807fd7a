
/*
 * Copyright (C) the ngx_inbox authors
 *
 * Preloaded into nginx by tests of short memory: allocations fail, in workers
 * alone.  The file that NO_MEMORY names has two numbers, which may change at
 * any time: one of so many fails; and the one that comes so many from now fails,
 * once, which makes that number 0.  0: none does.  Who falls says where in the
 * error log.
 */

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>


/* glibc's own, behind the names that are taken here */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t alignment, size_t size);


typedef struct {
    uint32_t  rate;
    uint32_t  countdown;
} trouble_t;


static volatile trouble_t  *trouble;
static pid_t                master;


/* the way to where a worker falls, on its standard error: nginx's error log */
static void
falls(int number)
{
    int    n;
    void  *way[64];

    n = backtrace(way, 64);
    backtrace_symbols_fd(way, n, STDERR_FILENO);

    signal(number, SIG_DFL);
    raise(number);
}


__attribute__((constructor))
static void
begin(void)
{
    int          fd;
    void        *p, *way[1];
    const char  *name;

    /* the first call loads what it needs, which is no work for a handler */
    (void) backtrace(way, 1);

    signal(SIGFPE, falls);
    signal(SIGSEGV, falls);
    signal(SIGBUS, falls);
    signal(SIGABRT, falls);

    name = getenv("NO_MEMORY");
    fd = (name != NULL) ? open(name, O_RDWR|O_CLOEXEC) : -1;

    if (fd == -1) {
        return;
    }

    p = mmap(NULL, sizeof(trouble_t), PROT_READ|PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);

    master = getpid();
    trouble = (p != MAP_FAILED) ? p : NULL;
}


static int
fails(void)
{
    uint32_t         n;
    static uint32_t  state;

    if (trouble == NULL || getpid() == master) {
        return 0;
    }

    n = trouble->countdown;

    if (n != 0) {
        trouble->countdown = n - 1;
        return n == 1;
    }

    n = trouble->rate;

    if (n == 0) {
        return 0;
    }

    if (state == 0) {
        state = (uint32_t) getpid() * 2654435761u | 1;
    }

    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;

    return state % n == 0;
}


void *
malloc(size_t size)
{
    if (fails()) {
        errno = ENOMEM;
        return NULL;
    }

    return __libc_malloc(size);
}


void *
calloc(size_t n, size_t size)
{
    if (fails()) {
        errno = ENOMEM;
        return NULL;
    }

    return __libc_calloc(n, size);
}


void *
realloc(void *p, size_t size)
{
    if (fails()) {
        errno = ENOMEM;
        return NULL;
    }

    return __libc_realloc(p, size);
}


int
posix_memalign(void **out, size_t alignment, size_t size)
{
    if (fails()) {
        return ENOMEM;
    }

    *out = __libc_memalign(alignment, size);

    return (*out != NULL) ? 0 : ENOMEM;
}
