
/*
 * Copyright (C) the ngx_inbox authors
 *
 * The functions of a channel on the command line:
 *
 *     adapter hook KIND LINE < request       verify, greet and parse
 *     adapter build KIND LINE < job          see job.c
 *     adapter judge KIND LINE < answer
 *     adapter channels                       what the registry holds
 *
 * LINE is a file: {"credentials":{...},"settings":{...},"origin":"..."}.
 * A request is what HTTP would bring: request line, headers, an empty line,
 * the body to the end of the file.  Only what is set is printed.
 */


#include "adapter.h"


typedef struct {
    ngx_str_t  head;            /* the header lines */
} adapter_request_t;


static ngx_int_t adapter_hook(adapter_t *a);
static ngx_int_t adapter_greet(adapter_t *a,
    const ngx_inbox_channel_t *channel, ngx_inbox_line_t *line,
    ngx_inbox_hook_t *hook, ngx_inbox_json_writer_t *w);
static ngx_int_t adapter_hook_read(adapter_t *a, ngx_inbox_hook_t *hook,
    adapter_request_t *request);
static ngx_str_t adapter_header(void *data, const char *name);
static void adapter_event(ngx_inbox_json_writer_t *w, ngx_inbox_event_t *e);

static ngx_int_t adapter_channels(adapter_t *a);
static void adapter_channel(ngx_inbox_json_writer_t *w,
    const ngx_inbox_channel_t *channel);

static ngx_int_t adapter_credential(void *data, ngx_str_t *key,
    ngx_inbox_json_t *v);


const adapter_mode_t  adapter_channel_modes[] = {
    { "hook", 2, adapter_hook },
    { "build", 2, adapter_build },
    { "judge", 2, adapter_judge },
    { "channels", 0, adapter_channels },
    { NULL, 0, NULL }
};


static const char *const  adapter_event_types[] = {
    "message", "edit", "delete", "reaction", "state", "receipt"
};


static ngx_int_t
adapter_hook(adapter_t *a)
{
    ngx_int_t                   rc;
    ngx_str_t                   kind, thanks;
    ngx_uint_t                  i, odd;
    ngx_array_t                *events;
    adapter_request_t           request;
    ngx_inbox_line_t            line;
    ngx_inbox_hook_t            hook;
    ngx_inbox_event_t          *e;
    ngx_inbox_json_writer_t     w;
    const ngx_inbox_channel_t  *channel;

    kind = adapter_arg(a, 0);
    channel = ngx_inbox_channel_find(&kind);

    if (channel == NULL || channel->verify == NULL
        || adapter_line(a, &line) != NGX_OK
        || adapter_hook_read(a, &hook, &request) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    ngx_inbox_json_begin(&w, a->pool);
    ngx_inbox_json_open(&w, '{');

    if (hook.method.len == 4
        && channel->verify(a->pool, &line, &hook) != NGX_OK)
    {
        ngx_inbox_json_key(&w, "error");
        ngx_inbox_json_raw(&w, "\"bad_signature\"}", 16);
        return adapter_finish(&w);
    }

    if (adapter_greet(a, channel, &line, &hook, &w) == NGX_DONE) {
        return adapter_finish(&w);
    }

    odd = 0;

    events = ngx_array_create(a->pool, 1, sizeof(ngx_inbox_event_t));
    if (events == NULL) {
        return NGX_ERROR;
    }

    rc = channel->parse(a->pool, &line, &hook, events, &odd);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc == NGX_DECLINED) {
        ngx_inbox_json_key(&w, "error");
        ngx_inbox_json_raw(&w, "\"bad_json\"}", 11);
        return adapter_finish(&w);
    }

    ngx_inbox_json_key(&w, "odd");
    ngx_inbox_json_put_int(&w, odd);
    ngx_inbox_json_key(&w, "events");
    ngx_inbox_json_open(&w, '[');

    e = events->elts;

    for (i = 0; i < events->nelts; i++) {
        adapter_event(&w, &e[i]);
    }

    ngx_inbox_json_close(&w, ']');

    if (channel->thank != NULL
        && channel->thank(a->pool, &hook, &thanks) == NGX_OK)
    {
        adapter_field(&w, "thanks", &thanks);
    }

    ngx_inbox_json_close(&w, '}');

    return adapter_finish(&w);
}


/* NGX_DONE: it was a question, the answer is written; a GET is nothing else */
static ngx_int_t
adapter_greet(adapter_t *a, const ngx_inbox_channel_t *channel,
    ngx_inbox_line_t *line, ngx_inbox_hook_t *hook, ngx_inbox_json_writer_t *w)
{
    ngx_str_t  body;

    if (channel->greet != NULL
        && channel->greet(a->pool, line, hook, &body) == NGX_OK)
    {
        ngx_inbox_json_key(w, "greeting");
        ngx_inbox_json_put(w, &body);
        ngx_inbox_json_close(w, '}');
        return NGX_DONE;
    }

    if (hook->method.len == 4) {
        return NGX_DECLINED;
    }

    ngx_inbox_json_key(w, "error");
    ngx_inbox_json_raw(w, "\"forbidden\"}", 12);

    return NGX_DONE;
}


static ngx_int_t
adapter_hook_read(adapter_t *a, ngx_inbox_hook_t *hook,
    adapter_request_t *request)
{
    u_char  *p, *last, *line;

    ngx_memzero(hook, sizeof(ngx_inbox_hook_t));

    hook->data = request;
    hook->header = adapter_header;

    p = a->input.data;
    last = p + a->input.len;
    request->head.data = p;

    for ( ;; ) {
        line = p;
        p = ngx_strlchr(p, last, '\n');

        if (p == NULL) {
            return NGX_ERROR;
        }

        if (p == line) {
            break;
        }

        p++;
    }

    request->head.len = p - request->head.data;

    hook->body.data = p + 1;
    hook->body.len = last - (p + 1);

    p = request->head.data;
    last = p + request->head.len;

    hook->method.data = p;

    while (p < last && *p != ' ' && *p != '\n') {
        p++;
    }

    hook->method.len = p - hook->method.data;

    last = ngx_strlchr(p, last, '\n');
    p = ngx_strlchr(p, last, '?');

    if (p != NULL) {
        hook->args.data = p + 1;
        hook->args.len = ngx_strlchr(p, last, ' ') - (p + 1);
    }

    return NGX_OK;
}


static ngx_str_t
adapter_header(void *data, const char *name)
{
    adapter_request_t *request = data;

    u_char     *p, *last, *end;
    size_t      len;
    ngx_str_t   value = ngx_null_string;

    len = strlen(name);
    p = request->head.data;
    last = p + request->head.len;

    while (p < last) {
        end = ngx_strlchr(p, last, '\n');

        if (end == NULL) {
            break;
        }

        if ((size_t) (end - p) > len && p[len] == ':'
            && ngx_strncasecmp(p, (u_char *) name, len) == 0)
        {
            value.data = p + len + 1;

            while (value.data < end && *value.data == ' ') {
                value.data++;
            }

            value.len = end - value.data;
            break;
        }

        p = end + 1;
    }

    return value;
}


static void
adapter_event(ngx_inbox_json_writer_t *w, ngx_inbox_event_t *e)
{
    ngx_str_t  type;

    type.data = (u_char *) adapter_event_types[e->type];
    type.len = strlen(adapter_event_types[e->type]);

    ngx_inbox_json_open(w, '{');
    adapter_field(w, "type", &type);
    adapter_field(w, "user", &e->user);
    adapter_field(w, "message", &e->message);

    if (e->echo) {
        ngx_inbox_json_key(w, "echo");
        ngx_inbox_json_put_int(w, 1);
    }

    if (e->cropped) {
        ngx_inbox_json_key(w, "cropped");
        ngx_inbox_json_put_int(w, 1);
    }

    adapter_field(w, "name", &e->name);
    adapter_field(w, "username", &e->username);
    adapter_field(w, "phone", &e->phone);
    adapter_field(w, "email", &e->email);
    adapter_field(w, "avatar", &e->avatar);
    adapter_field(w, "text", &e->text);
    adapter_field(w, "reply_to", &e->reply_to);

    if (e->attachments) {
        adapter_attachments(w, e);
    }

    if (e->at) {
        ngx_inbox_json_key(w, "at");
        ngx_inbox_json_put_int(w, (int64_t) e->at);
    }

    adapter_field(w, "extra", &e->extra);
    ngx_inbox_json_close(w, '}');
}


void
adapter_attachments(ngx_inbox_json_writer_t *w, ngx_inbox_event_t *e)
{
    ngx_uint_t               i;
    ngx_inbox_attachment_t  *attachment;

    attachment = e->attachments->elts;

    ngx_inbox_json_key(w, "attachments");
    ngx_inbox_json_open(w, '[');

    for (i = 0; i < e->attachments->nelts; i++) {
        ngx_inbox_json_open(w, '{');

        adapter_field(w, "type", &attachment[i].type);
        adapter_field(w, "name", &attachment[i].name);
        adapter_field(w, "mime", &attachment[i].mime);

        if (attachment[i].size != -1) {
            ngx_inbox_json_key(w, "size");
            ngx_inbox_json_put_int(w, attachment[i].size);
        }

        adapter_field(w, "ref", &attachment[i].ref);
        ngx_inbox_json_close(w, '}');
    }

    ngx_inbox_json_close(w, ']');
}


static ngx_int_t
adapter_channels(adapter_t *a)
{
    ngx_uint_t               i;
    ngx_inbox_json_writer_t  w;

    ngx_inbox_json_begin(&w, a->pool);
    ngx_inbox_json_open(&w, '[');

    for (i = 0; ngx_inbox_channels[i]; i++) {
        adapter_channel(&w, ngx_inbox_channels[i]);
    }

    ngx_inbox_json_close(&w, ']');

    return adapter_finish(&w);
}


static void
adapter_channel(ngx_inbox_json_writer_t *w, const ngx_inbox_channel_t *channel)
{
    ngx_str_t    unit, name;
    const char **credential;

    unit.data = (u_char *) channel->text_unit;
    unit.len = strlen(channel->text_unit);

    ngx_inbox_json_open(w, '{');
    adapter_field(w, "kind", &channel->kind);
    adapter_field(w, "origin", &channel->origin);
    adapter_field(w, "text_unit", &unit);
    ngx_inbox_json_key(w, "text_limit");
    ngx_inbox_json_put_int(w, (int64_t) channel->text_limit);
    ngx_inbox_json_key(w, "window");
    ngx_inbox_json_put_int(w, (int64_t) channel->window);
    ngx_inbox_json_key(w, "hook");
    ngx_inbox_json_put_int(w, channel->verify && channel->parse);
    ngx_inbox_json_key(w, "polled");
    ngx_inbox_json_put_int(w, channel->talks == NULL);
    ngx_inbox_json_key(w, "credentials");
    ngx_inbox_json_open(w, '[');

    for (credential = channel->credentials; *credential; credential++) {
        name.data = (u_char *) *credential;
        name.len = strlen(*credential);
        ngx_inbox_json_put(w, &name);
    }

    ngx_inbox_json_close(w, ']');
    ngx_inbox_json_close(w, '}');
}


ngx_int_t
adapter_line(adapter_t *a, ngx_inbox_line_t *line)
{
    FILE              *in;
    ngx_int_t          rc;
    ngx_str_t          text, err;
    ngx_inbox_json_t  *v;

    ngx_memzero(line, sizeof(ngx_inbox_line_t));

    in = fopen(a->argv[1], "rb");
    if (in == NULL) {
        return NGX_ERROR;
    }

    rc = adapter_read(a->pool, in, &text);
    fclose(in);

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    v = ngx_inbox_json_parse(a->pool, &text, &err);
    if (v == NULL) {
        return NGX_ERROR;
    }

    line->kind = adapter_arg(a, 0);
    line->enabled = 1;
    (void) ngx_inbox_json_str(v, "title", &line->title);
    (void) ngx_inbox_json_str(v, "origin", &line->origin);

    if (ngx_inbox_json_get(v, "settings")) {
        (void) ngx_inbox_json_dump(a->pool, ngx_inbox_json_get(v, "settings"),
                                   &line->settings);
    }

    line->credentials = ngx_array_create(a->pool, 4, sizeof(ngx_keyval_t));
    if (line->credentials == NULL) {
        return NGX_ERROR;
    }

    return ngx_inbox_json_each(ngx_inbox_json_get(v, "credentials"),
                               adapter_credential, line->credentials);
}


static ngx_int_t
adapter_credential(void *data, ngx_str_t *key, ngx_inbox_json_t *v)
{
    ngx_keyval_t  *credential;

    credential = ngx_array_push(data);
    if (credential == NULL) {
        return NGX_ERROR;
    }

    credential->key = *key;

    return ngx_inbox_json_string(v, &credential->value);
}


void
adapter_field(ngx_inbox_json_writer_t *w, const char *key, const ngx_str_t *s)
{
    if (s->len == 0) {
        return;
    }

    ngx_inbox_json_key(w, key);
    ngx_inbox_json_put(w, s);
}
