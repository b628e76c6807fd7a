
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A site's chat widget as a channel.  There is no platform: visitors write
 * through the widget's own endpoints, which feed the same ingest as every
 * webhook, and they take their messages from us by polls.  So there is nothing
 * to verify or parse, nobody to talk to; the descriptor alone says what a site
 * has.
 */


#include "ngx_inbox_channel.h"


static const char  *ngx_inbox_site_credentials[] = {
    "identity_secret",
    NULL
};


const ngx_inbox_channel_t  ngx_inbox_site = {
    ngx_string("site"),                    /* kind */
    ngx_null_string,                       /* origin */
    ngx_inbox_site_credentials,            /* credentials */
    NULL,                                  /* generated */
    4096,                                  /* text limit */
    "chars",                               /* of that unit */
    0,                                     /* window */
    NULL,                                  /* wide */
    0,                                     /* wide window */
    NULL,                                  /* events */
    0,                                     /* links */
    NULL,                                  /* verify */
    NULL,                                  /* parse */
    NULL,                                  /* talks */
    ngx_null_string,                       /* thanks */
    NULL,                                  /* thank */
    NULL                                   /* greet */
};
