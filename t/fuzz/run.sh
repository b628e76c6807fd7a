#!/bin/sh
#
# Copyright (C) the ngx_inbox authors
#
# Fuzzes each target for a while, half a minute unless told otherwise:
#
#     t/fuzz/run.sh [seconds]
#
# The seeds are the bodies of the fixtures.  What is found is kept under
# build/adapter/corpus, so that the next run goes on from there; an input that
# breaks a rule is left in build/adapter with its name on stderr.

set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
out=$top/build/adapter
seconds=${1:-30}

"$top/t/c/build_adapter.sh" fuzz

# seeds: requests without their header, and the platform's answers
mkdir -p "$out/seeds"

for request in "$top"/t/fixtures/telegram/*/request; do
    case=$(basename "$(dirname "$request")")
    sed '1,/^$/d' "$request" > "$out/seeds/$case"
done

for answer in "$top"/t/fixtures/telegram/*/answer.json; do
    cp "$answer" "$out/seeds/$(basename "$(dirname "$answer")")"
done

for name in telegram json; do
    mkdir -p "$out/corpus/$name"
    "$out/fuzz_$name" -max_total_time="$seconds" -max_len=4096 -timeout=5 \
        -rss_limit_mb=1024 -print_final_stats=1 \
        -dict="$top/t/fuzz/telegram.dict" -artifact_prefix="$out/$name-" \
        "$out/corpus/$name" "$out/seeds"
done
