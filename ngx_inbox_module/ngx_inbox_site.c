
/*
 * Copyright (C) the ngx_inbox authors
 *
 * A table of rules, a function for each kind of value.  What is null or not
 * there is never wrong.  Hours are read by ngx_inbox_hours.c.
 */

#include "ngx_inbox_site.h"
#include "ngx_inbox_text.h"


/* characters of a line that a visitor is greeted with */
#define NGX_INBOX_SITE_LINE     2000
/* sites that one widget stands on */
#define NGX_INBOX_SITE_ORIGINS  50
#define NGX_INBOX_SITE_COLOR    (sizeof("#rrggbb") - 1)


static ngx_uint_t ngx_inbox_site_is_line(const ngx_inbox_json_t *value);
static ngx_uint_t ngx_inbox_site_is_color(const ngx_inbox_json_t *value);
static ngx_uint_t ngx_inbox_site_is_locale(const ngx_inbox_json_t *value);
static ngx_uint_t ngx_inbox_site_is_ask(const ngx_inbox_json_t *value);
static ngx_uint_t ngx_inbox_site_are_origins(const ngx_inbox_json_t *value);
static ngx_uint_t ngx_inbox_site_is_origin(const ngx_str_t *s);
static ngx_uint_t ngx_inbox_site_is_one_of(const ngx_inbox_json_t *value,
    const char **words);


static const ngx_inbox_site_rule_t  ngx_inbox_site_rules[] = {
    { "settings.origins",
      "must be an array of origins such as https://shop.example",
      ngx_inbox_site_are_origins },
    { "settings.greeting", "must be a text of at most 2000 characters",
      ngx_inbox_site_is_line },
    { "settings.away", "must be a text of at most 2000 characters",
      ngx_inbox_site_is_line },
    { "settings.color", "must be #rrggbb",
      ngx_inbox_site_is_color },
    { "settings.locale", "must be uk, ru or en", ngx_inbox_site_is_locale },
    { "settings.ask", "must be an array of name, email and phone",
      ngx_inbox_site_is_ask }
};


const ngx_inbox_site_rule_t *
ngx_inbox_site_fault(const ngx_inbox_json_t *settings)
{
    ngx_uint_t                    i, n;
    const ngx_inbox_json_t       *value;
    const ngx_inbox_site_rule_t  *rule;

    n = sizeof(ngx_inbox_site_rules) / sizeof(ngx_inbox_site_rules[0]);

    for (i = 0; i < n; i++) {
        rule = &ngx_inbox_site_rules[i];
        value = ngx_inbox_json_get(settings,
                                   rule->field + sizeof("settings.") - 1);

        if (!ngx_inbox_json_is_null(value) && !rule->is_good(value)) {
            return rule;
        }
    }

    return NULL;
}


static ngx_uint_t
ngx_inbox_site_is_line(const ngx_inbox_json_t *value)
{
    ngx_str_t  s;

    return ngx_inbox_json_string(value, &s) == NGX_OK
           && ngx_inbox_text_chars(&s, NULL) <= NGX_INBOX_SITE_LINE;
}


static ngx_uint_t
ngx_inbox_site_is_color(const ngx_inbox_json_t *value)
{
    size_t     i;
    u_char     c;
    ngx_str_t  s;

    if (ngx_inbox_json_string(value, &s) != NGX_OK
        || s.len != NGX_INBOX_SITE_COLOR || s.data[0] != '#')
    {
        return 0;
    }

    for (i = 1; i < s.len; i++) {
        c = ngx_tolower(s.data[i]);

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return 0;
        }
    }

    return 1;
}


static ngx_uint_t
ngx_inbox_site_is_locale(const ngx_inbox_json_t *value)
{
    static const char  *words[] = { "uk", "ru", "en", NULL };

    return ngx_inbox_site_is_one_of(value, words);
}


static ngx_uint_t
ngx_inbox_site_is_ask(const ngx_inbox_json_t *value)
{
    size_t  i, n;

    static const char  *words[] = { "name", "email", "phone", NULL };

    n = ngx_inbox_json_size(value);

    if (!ngx_inbox_json_is_array(value) || n > 3) {
        return 0;
    }

    for (i = 0; i < n; i++) {
        if (!ngx_inbox_site_is_one_of(ngx_inbox_json_at(value, i), words)) {
            return 0;
        }
    }

    return 1;
}


static ngx_uint_t
ngx_inbox_site_is_one_of(const ngx_inbox_json_t *value, const char **words)
{
    ngx_str_t   s;
    ngx_uint_t  i;

    if (ngx_inbox_json_string(value, &s) != NGX_OK) {
        return 0;
    }

    for (i = 0; words[i] != NULL; i++) {
        if (ngx_strlen(words[i]) == s.len
            && ngx_strncmp(words[i], s.data, s.len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_inbox_site_are_origins(const ngx_inbox_json_t *value)
{
    size_t     i, n;
    ngx_str_t  s;

    n = ngx_inbox_json_size(value);

    if (!ngx_inbox_json_is_array(value) || n > NGX_INBOX_SITE_ORIGINS) {
        return 0;
    }

    for (i = 0; i < n; i++) {
        if (ngx_inbox_json_string(ngx_inbox_json_at(value, i), &s) != NGX_OK
            || !ngx_inbox_site_is_origin(&s))
        {
            return 0;
        }
    }

    return 1;
}


/* scheme and host, no path */

static ngx_uint_t
ngx_inbox_site_is_origin(const ngx_str_t *s)
{
    size_t  i, host;
    u_char  c;

    if (s->len > 8 && ngx_strncmp(s->data, "https://", 8) == 0) {
        host = 8;

    } else if (s->len > 7 && ngx_strncmp(s->data, "http://", 7) == 0) {
        host = 7;

    } else {
        return 0;
    }

    for (i = host; i < s->len; i++) {
        c = s->data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':'
              || c == '*' || c == '[' || c == ']'))
        {
            return 0;
        }
    }

    return 1;
}
