#!/bin/sh
#
# Copyright (C) the ngx_inbox authors
#
# Fuzzes each target for a while, half a minute unless told otherwise:
#
#     t/fuzz/run.sh [seconds [target ...]]
#
# The parsers by themselves (channels, json, redis, form), then requests to a
# server under sanitizers (http).  What is found is kept under
# build/adapter/corpus, so that the next run goes on from there; an input that
# breaks a rule is left in build/adapter with its name on stderr.

set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
out=$top/build/adapter
seconds=${1:-30}

[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- channels json redis form http

"$top/t/c/build_adapter.sh" fuzz
"$top/t/fuzz/seeds.pl" "$out/seeds"

for name; do
    if [ "$name" = http ]; then
        "$top/tools/sanitized"
        FUZZ_SECONDS=$seconds TEST_NGINX=$top/build/nginx-sanitized \
            prove -v -I "$top/t/lib" "$top/t/http_fuzz.t"
        continue
    fi

    mkdir -p "$out/corpus/$name"
    "$out/fuzz_$name" -max_total_time="$seconds" -max_len=4096 -timeout=5 \
        -rss_limit_mb=1024 -print_final_stats=1 \
        -dict="$top/t/fuzz/channels.dict" -artifact_prefix="$out/$name-" \
        "$out/corpus/$name" "$out/seeds/$name"
done
