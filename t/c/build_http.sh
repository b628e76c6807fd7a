#!/bin/sh
#
# Copyright (C) the ngx_inbox authors
#
# Builds build/http_client/nginx: a small nginx with the test module around
# ngx_inbox_http linked in, under AddressSanitizer and the undefined behaviour
# sanitizer, every allocation from a pool one of its own.  Prints its path.
# (nginx's own sources offend against the latter, so that it goes on and the
# tests look for reports about our files.)
#
# NGINX_SRC: nginx's source (default: what tools/nginx-source fetches); it is
# copied and left as it was.

set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
out=$top/build/http_client

mkdir -p "$out"
exec 9> "$out/lock"
flock 9

sanitize="-fsanitize=address,undefined"
flags="-O1 -g -fno-omit-frame-pointer -DNGX_DEBUG_PALLOC=1 $sanitize"

if [ ! -e "$out/src/objs/Makefile" ] \
   || [ "$top/t/c/http_client/config" -nt "$out/src/objs/Makefile" ]
then
    src=${NGINX_SRC:-$("$top/tools/nginx-source")}

    rm -rf "$out/src"
    cp -R "$src" "$out/src"
    rm -rf "$out/src/objs"
    (
        cd "$out/src"
        ./configure --with-compat --with-debug --with-http_ssl_module \
            --with-poll_module --with-select_module \
            --without-http_rewrite_module --without-http_gzip_module \
            --without-http_proxy_module --without-http_fastcgi_module \
            --without-http_uwsgi_module --without-http_scgi_module \
            --without-http_grpc_module --without-http_memcached_module \
            --without-http_ssi_module --without-http_charset_module \
            --without-http_userid_module --without-http_geo_module \
            --without-http_map_module --without-http_split_clients_module \
            --without-http_autoindex_module --without-http_mirror_module \
            --without-http_browser_module --without-http_auth_basic_module \
            --without-http_upstream_zone_module \
            --with-cc-opt="$flags" \
            --with-ld-opt="$sanitize" \
            --add-module="$top/t/c/http_client"
    ) > "$out/configure.log" 2>&1
fi

make -C "$out/src" -f objs/Makefile binary > "$out/make.log" 2>&1 || {
    cat "$out/make.log" >&2
    exit 1
}

cp -f "$out/src/objs/nginx" "$out/nginx.new"
mv -f "$out/nginx.new" "$out/nginx"

echo "$out/nginx"
