#!/bin/bash
#
# Copyright (C) the ngx_inbox authors
#
# Builds what t/park_*.t drive: parked polls with a test module around them.
#
#     t/c/build_park.sh           build/park/nginx, static, under the address
#                                 and the undefined behaviour sanitizer, every
#                                 allocation from a pool one of its own
#     t/c/build_park.sh dynamic   build/park-dynamic/*.so for the nginx that is
#                                 installed
#
# Prints the path of what it has built.
#
# NGINX_SRC: nginx's source for the static build (default: what
# tools/nginx-source fetches); it is copied and left as it was.  The dynamic
# one takes the headers of the package nginx-dev instead: a distribution's
# patches change structs, so a module that was built with upstream's headers
# is loaded and then reads wrong bits.

set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
dev=/usr/share/nginx/src
kind=${1:-static}

case $kind in
static)   out=$top/build/park ;;
dynamic)  out=$top/build/park-dynamic ;;
*)        echo "usage: t/c/build_park.sh [static|dynamic]" >&2; exit 2 ;;
esac

mkdir -p "$out"
exec 9> "$out/lock"
flock 9

# the feature tests leak by nature
export ASAN_OPTIONS=detect_leaks=0

warnings="-Wextra -Wno-unused-parameter"


configure_static() {
    local sanitize options

    sanitize="-fsanitize=address,undefined"
    options="-g -O1 -fno-omit-frame-pointer -DNGX_DEBUG_PALLOC=1 $warnings"
    options="$options $sanitize -fno-sanitize-recover=undefined"
    # nginx's own: NULL with a length of 0, words at odd places
    options="$options -fno-sanitize=nonnull-attribute,pointer-overflow"
    options="$options -fno-sanitize=alignment"

    rm -rf "$out/src"
    cp -R "${NGINX_SRC:-$("$top/tools/nginx-source")}" "$out/src"
    rm -rf "$out/src/objs"

    cd "$out/src"
    ./configure --prefix="$out" --with-compat --with-debug --with-threads \
        --with-http_ssl_module --with-http_v2_module \
        --with-http_realip_module --with-http_stub_status_module \
        --with-http_addition_module --with-poll_module \
        --with-cc-opt="$options" --with-ld-opt="$sanitize" \
        --builddir="$out/objs" --add-module="$top/t/c/park"
}


configure_dynamic() {
    cd "$dev"
    # shellcheck disable=SC1091
    . ./conf_flags
    ./configure --with-cc-opt="-g -O2 -fPIC $warnings" \
        "${NGX_CONF_FLAGS[@]}" \
        --builddir="$out/objs" --add-dynamic-module="$top/t/c/park"
}


build() {
    local source=$1 goal=$2 name=$3

    for file in "$top/t/c/park/config" "$0" "$source/src/core/nginx.h"; do
        if [ ! "$out/objs/Makefile" -nt "$file" ]; then
            rm -rf "$out/objs"
            ( "configure_$kind" ) > "$out/configure.log" 2>&1 || {
                tail -n 20 "$out/configure.log" >&2
                rm -rf "$out/objs"
                exit 1
            }
            break
        fi
    done

    nice make -C "$source" -f "$out/objs/Makefile" -j1 "$goal" \
        > "$out/make.log" 2>&1 || {
        tail -n 40 "$out/make.log" >&2
        exit 1
    }

    cp -f "$out/objs/$name" "$out/$name.new"
    mv -f "$out/$name.new" "$out/$name"
    echo "$out/$name"
}


if [ "$kind" = static ]; then
    build "$out/src" binary nginx

else
    build "$dev" modules ngx_inbox_park_test_module.so
fi
