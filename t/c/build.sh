#!/bin/sh
#
# Copyright (C) the ngx_inbox authors
#
# Builds a private nginx with one of the test modules under t/c, sanitized:
#
#     t/c/build.sh redis_client      prints build/redis_client/nginx
#
# NGINX_SRC: nginx's source (default: what tools/nginx-source fetches).  It is
# only read; a copy under build/ is configured once and rebuilt when a file of
# ours has changed.  SANITIZE= builds without sanitizers, for measuring.

set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
name=${1:?usage: t/c/build.sh redis_client}
sanitize=${SANITIZE-address,undefined}
out=$top/build/$name
[ -n "$sanitize" ] || out=$out-plain

mkdir -p "$out"
exec 9> "$out/lock"
flock 9

src=$out/src
options="-g -O1 -fno-omit-frame-pointer -Wextra"

if [ -n "$sanitize" ]; then
    options="$options -fsanitize=$sanitize -fno-sanitize-recover=undefined"
    # nginx copies nothing from NULL and means it
    options="$options -fno-sanitize=nonnull-attribute"
    options="$options -DNGX_DEBUG_PALLOC=1"
fi

# the feature tests leak by nature
export ASAN_OPTIONS=detect_leaks=0

if [ ! -e "$src/objs/Makefile" ] \
   || [ "$top/t/c/$name/config" -nt "$src/objs/Makefile" ]
then
    rm -rf "$src"
    cp -R "${NGINX_SRC:-$("$top/tools/nginx-source")}" "$src"
    rm -rf "$src/objs"
    (
        cd "$src"
        ./configure --prefix="$out" --with-debug --with-poll_module \
            --with-cc-opt="$options" \
            --with-ld-opt="${sanitize:+-fsanitize=$sanitize}" \
            --without-pcre --without-http_rewrite_module \
            --without-http_gzip_module --without-http_proxy_module \
            --without-http_fastcgi_module --without-http_uwsgi_module \
            --without-http_scgi_module --without-http_grpc_module \
            --without-http_memcached_module --without-http_ssi_module \
            --without-http_charset_module --without-http_userid_module \
            --without-http_autoindex_module --without-http_geo_module \
            --without-http_map_module --without-http_mirror_module \
            --without-http_split_clients_module \
            --without-http_referer_module --without-http_browser_module \
            --add-module="$top/t/c/$name"
    ) > "$out/configure.log" 2>&1
fi

make -C "$src" -j1 > "$out/make.log" 2>&1 || {
    tail -n 40 "$out/make.log" >&2
    exit 1
}

cp -f "$src/objs/nginx" "$out/nginx"
echo "$out/nginx"
