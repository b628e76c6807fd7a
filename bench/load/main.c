
/*
 * Copyright (C) the ngx_inbox authors
 *
 *     load rush ADDRESS TEMPLATE [-c connections] [-d seconds | -n requests]
 *                                [-r range] [-P pipeline] [-k replies]
 *                                [-s status]
 *     load once ADDRESS REQUESTS ANSWERS [-c connections]
 *     load park ADDRESS REQUESTS [-p processes] [-t] [-g]
 *
 * -k: the server is Redis, and answers each request with that many replies.
 * -t: TLS.  -g: gently, polls are opened as they are allowed.
 */

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "load.h"


typedef struct {
    load_rush_t  rush;
    uint64_t     range;
    size_t       processes;
    int          tls;
    int          gentle;
} main_options_t;


static void main_options(main_options_t *o, int argc, char **argv);
static void main_rush(main_options_t *o, char **argv);
static void main_park(main_options_t *o, char **argv);


int
main(int argc, char **argv)
{
    load_list_t     list;
    main_options_t  o;

    if (argc < 4) {
        load_die("usage: load rush|once|park ADDRESS FILE ...");
    }

    main_options(&o, argc, argv);
    load_peer_parse(&o.rush.peer, argv[2]);

    if (strcmp(argv[1], "rush") == 0) {
        main_rush(&o, argv);

    } else if (strcmp(argv[1], "once") == 0 && argc > 4) {
        load_list_read(&list, argv[3]);
        load_once(&o.rush.peer, &list, o.rush.connections, argv[4]);

    } else if (strcmp(argv[1], "park") == 0) {
        main_park(&o, argv);

    } else {
        load_die("no such way of loading: %s", argv[1]);
    }

    return 0;
}


static void
main_options(main_options_t *o, int argc, char **argv)
{
    int  c;

    memset(o, 0, sizeof(main_options_t));
    o->rush.connections = 64;
    o->rush.pipeline = 1;
    o->rush.status = 200;
    o->processes = 3;

    /* the words before the options stay where they are */
    optind = 4;

    while (optind < argc && argv[optind][0] != '-') {
        optind++;
    }

    while ((c = getopt(argc, argv, "c:d:n:r:P:k:s:p:tg")) != -1) {

        switch (c) {
        case 'c': o->rush.connections = strtoul(optarg, NULL, 10); break;
        case 'd': o->rush.seconds = strtod(optarg, NULL); break;
        case 'n': o->rush.count = strtoull(optarg, NULL, 10); break;
        case 'r': o->range = strtoull(optarg, NULL, 10); break;
        case 'P': o->rush.pipeline = strtoul(optarg, NULL, 10); break;
        case 'k': o->rush.replies = strtoul(optarg, NULL, 10); break;
        case 's': o->rush.status = atoi(optarg); break;
        case 'p': o->processes = strtoul(optarg, NULL, 10); break;
        case 't': o->tls = 1; break;
        case 'g': o->gentle = 1; break;
        default:  load_die("unknown option");
        }
    }
}


static void
main_rush(main_options_t *o, char **argv)
{
    if (o->rush.seconds <= 0 && o->rush.count == 0) {
        load_die("for how long? (-d or -n)");
    }

    o->rush.request = load_template_read(argv[3], o->range);
    load_rush(&o->rush);
}


static void
main_park(main_options_t *o, char **argv)
{
    load_park_t  park;

    memset(&park, 0, sizeof(park));
    park.peer = o->rush.peer;
    park.holders = o->processes;
    park.tls = o->tls;
    park.gentle = o->gentle;

    load_list_read(&park.list, argv[3]);
    load_park(&park);
}


uint64_t
load_now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}


void
load_die(const char *fmt, ...)
{
    va_list  args;

    fprintf(stderr, "load: ");

    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);

    fprintf(stderr, "\n");
    _exit(1);
}


void *
load_alloc(size_t size)
{
    void  *p;

    p = calloc(1, size ? size : 1);

    if (p == NULL) {
        load_die("no memory");
    }

    return p;
}


char *
load_file(const char *name, size_t *size)
{
    char  *p;
    FILE  *file;
    long   len;

    file = fopen(name, "rb");

    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        load_die("%s: %s", name, strerror(errno));
    }

    len = ftell(file);
    rewind(file);

    p = load_alloc(len + 1);

    if (fread(p, 1, len, file) != (size_t) len) {
        load_die("%s could not be read", name);
    }

    fclose(file);
    *size = len;

    return p;
}
