#!/bin/sh
#
# Copyright (C) the ngx_inbox authors
#
# Builds what t/park_*.t drive: parked polls with a test module around them.
#
#     t/c/build_park.sh           build/park/nginx, static, under the address
#                                 and the undefined behaviour sanitizer, every
#                                 allocation from a pool one of its own
#     t/c/build_park.sh dynamic   build/park-dynamic/*.so for an nginx that is
#                                 --with-compat, as a distribution's is
#
# Prints the path of what it has built.  NGINX_SRC: nginx's source (default:
# what tools/nginx-source fetches); it is copied and left as it was.

set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
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
features="--with-compat --with-debug --with-threads --with-http_ssl_module
          --with-http_v2_module --with-http_realip_module
          --with-http_stub_status_module --with-http_addition_module
          --with-poll_module"

configure() {
    rm -rf "$out/src"
    cp -R "${NGINX_SRC:-$("$top/tools/nginx-source")}" "$out/src"
    rm -rf "$out/src/objs"

    # shellcheck disable=SC2086
    ( cd "$out/src" && ./configure --prefix="$out" $features "$@" ) \
        > "$out/configure.log" 2>&1
}

compile() {
    nice make -C "$out/src" -f objs/Makefile -j1 "$1" > "$out/make.log" 2>&1 \
    || {
        tail -n 40 "$out/make.log" >&2
        exit 1
    }

    cp -f "$out/src/objs/$2" "$out/$2.new"
    mv -f "$out/$2.new" "$out/$2"
    echo "$out/$2"
}

config=$top/t/c/park/config
[ "$out/src/objs/Makefile" -nt "$config" ] \
    && [ "$out/src/objs/Makefile" -nt "$0" ] || fresh=yes

if [ $kind = dynamic ]; then
    [ -z "${fresh-}" ] || configure --with-cc-opt="-g -O2 $warnings" \
                                    --add-dynamic-module="$top/t/c/park"
    compile modules ngx_inbox_park_test_module.so
    exit
fi

sanitize="-fsanitize=address,undefined"
options="-g -O1 -fno-omit-frame-pointer -DNGX_DEBUG_PALLOC=1 $warnings"
options="$options $sanitize -fno-sanitize-recover=undefined"
# nginx's own: pointers that are NULL with a length of 0, words at odd places
options="$options -fno-sanitize=nonnull-attribute,pointer-overflow,alignment"

[ -z "${fresh-}" ] || configure --with-cc-opt="$options" \
                                --with-ld-opt="$sanitize" \
                                --add-module="$top/t/c/park"
compile binary nginx
