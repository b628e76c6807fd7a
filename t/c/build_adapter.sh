#!/bin/sh
#
# Copyright (C) the ngx_inbox authors
#
# Builds what runs the module's pure code without nginx:
#
#     t/c/build_adapter.sh        build/adapter/adapter, the command of the tests
#     t/c/build_adapter.sh ninth  build/adapter/ninth/adapter, with t/c/ninth
#     t/c/build_adapter.sh fuzz   build/adapter/fuzz_channels, .../fuzz_json too
#
# Both under AddressSanitizer and the undefined behaviour sanitizer, with every
# allocation from a pool one of its own, so that bounds inside pools are seen.
#
# NGINX_SRC: nginx's source (default: what tools/nginx-source fetches).  It is
# only read: when it is not configured, a copy under build/adapter is.

set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
out=$top/build/adapter
what=${1:-adapter}

mkdir -p "$out"
exec 9> "$out/lock"
flock 9

src=${NGINX_SRC:-$("$top/tools/nginx-source")}
copy=$out/$(basename "$src")

if [ ! -e "$src/objs/ngx_auto_config.h" ]; then

    if [ ! -e "$copy/objs/ngx_auto_config.h" ]; then
        rm -rf "$copy"
        cp -R "$src" "$copy"
        (
            cd "$copy"
            ./configure --with-compat --with-http_ssl_module \
                --without-http_rewrite_module --without-http_gzip_module
        ) > "$out/configure.log" 2>&1
    fi

    src=$copy
fi

warnings="-Wall -Wextra -Wno-unused-parameter -Werror"
common="-std=gnu11 -O1 -g -fno-omit-frame-pointer -DNGX_DEBUG_PALLOC=1"
common="$common -fno-sanitize-recover=undefined"

includes="-I$top/ngx_inbox_module -I$top/ngx_inbox_module/channels"
for dir in src/core src/event src/event/modules src/os/unix src/http \
           src/http/modules src/http/v2 objs
do
    includes="$includes -isystem $src/$dir"
done

nginx="src/core/ngx_palloc.c src/core/ngx_string.c src/core/ngx_array.c
       src/core/ngx_times.c src/os/unix/ngx_alloc.c src/os/unix/ngx_time.c"

ours="ngx_inbox_text.c ngx_inbox_json.c ngx_inbox_json_mend.c
      ngx_inbox_json_write.c
      ngx_inbox_crypt.c"


# compile COMPILER SANITIZERS DIR: objects of everything both builds share
compile() {
    mkdir -p "$3"

    for file in $nginx; do
        object "$1" "$2" "$src/$file" "$3" "-w"
    done

    for file in $ours; do
        object "$1" "$2" "$top/ngx_inbox_module/$file" "$3" "$warnings"
    done

    for file in "$top"/ngx_inbox_module/channels/*.c \
                "$top"/t/c/adapter/stubs.c
    do
        object "$1" "$2" "$file" "$3" "$warnings"
    done
}


# object COMPILER SANITIZERS FILE DIR FLAGS: anew when anything is younger
object() {
    target=$4/$(basename "$3" .c).o

    if [ -e "$target" ] && [ -z "$(find "$3" "$top/ngx_inbox_module" \
             "$top/t/c" \( -name '*.h' -o -path "$3" \) \
             -newer "$target" -print -quit)" ]
    then
        return
    fi

    # shellcheck disable=SC2086
    $1 $common $2 $5 $includes -c "$3" -o "$target"
}


libs=$(pkg-config --libs jansson libcrypto)

case $what in

ninth)
    # the command as it was built, with a registry of one line more
    sanitize=-fsanitize=address,undefined
    ninth=$out/ninth
    mkdir -p "$ninth/objs"

    sed -e 's/^\(extern .* ngx_inbox_\)generic;$/&\n\1pigeon;/' \
        -e 's/^    &ngx_inbox_generic,$/&\n    \&ngx_inbox_pigeon,/' \
        "$top/ngx_inbox_module/channels/ngx_inbox_channels.c" \
        > "$ninth/ngx_inbox_channels.c"

    cp "$out"/objs/*.o "$ninth/objs"

    for file in "$ninth/ngx_inbox_channels.c" \
                "$top/t/c/ninth/ngx_inbox_pigeon.c"
    do
        # shellcheck disable=SC2086
        ${CC:-gcc} $common $sanitize $warnings $includes -c "$file" \
            -o "$ninth/objs/$(basename "$file" .c).o"
    done

    # shellcheck disable=SC2086
    ${CC:-gcc} $sanitize -o "$ninth/adapter" "$ninth"/objs/*.o $libs
    ;;

adapter)
    sanitize=-fsanitize=address,undefined
    compile "${CC:-gcc}" "$sanitize" "$out/objs"

    for file in "$top"/t/c/adapter/*.c; do
        object "${CC:-gcc}" "$sanitize" "$file" "$out/objs" "$warnings"
    done

    # shellcheck disable=SC2086
    ${CC:-gcc} $sanitize -o "$out/adapter.new" "$out"/objs/*.o $libs
    mv "$out/adapter.new" "$out/adapter"
    ;;

fuzz)
    clang=${CLANG:-$(command -v clang-14 || command -v clang)}
    sanitize=-fsanitize=fuzzer-no-link,address,undefined
    compile "$clang" "$sanitize" "$out/fuzz"

    for file in resp notice upload_form; do
        object "$clang" "$sanitize" \
            "$top/ngx_inbox_module/ngx_inbox_$file.c" "$out/fuzz" "$warnings"
    done

    libs="$libs $(pkg-config --libs hiredis)"

    # what reads a file reads it from memory in its own target alone
    for name in channels json redis form; do
        case $name in
        form) objs=$(ls "$out"/fuzz/*.o) ;;
        *)    objs=$(ls "$out"/fuzz/*.o | grep -v upload_form) ;;
        esac

        # shellcheck disable=SC2086
        $clang $common $warnings $includes \
            -fsanitize=fuzzer,address,undefined -o "$out/fuzz_$name" \
            "$top/t/fuzz/${name}_fuzz.c" $objs $libs
    done
    ;;

*)
    echo "usage: t/c/build_adapter.sh [adapter|ninth|fuzz]" >&2
    exit 2
    ;;
esac
