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

# seeds: requests without their header, and the platform's answers; for the
# channels behind the byte that chooses one: its place among those that have a
# webhook
mkdir -p "$out/seeds/channels" "$out/seeds/json" "$out/seeds/redis"

# what Redis says: a file of answers each, behind the size of the pieces
for file in "$top"/t/fuzz/redis/*; do
    { printf '\003'; cat "$file"; } > "$out/seeds/redis/$(basename "$file")"
done

number=0

for kind in telegram viber facebook instagram whatsapp vk webhook; do
    byte=$(printf '\\%03o' "$number")
    number=$((number + 1))

    for file in "$top/t/fixtures/$kind"/*/request \
                "$top/t/fixtures/$kind"/*/answer.json
    do
        seed=$kind-$(basename "$(dirname "$file")")

        case $file in
        *request) sed '1,/^$/d' "$file" > "$out/seeds/json/$seed" ;;
        *)        cp "$file" "$out/seeds/json/$seed" ;;
        esac

        # shellcheck disable=SC2059
        { printf "$byte"; cat "$out/seeds/json/$seed"; } \
            > "$out/seeds/channels/$seed"
    done
done

for name in channels json redis; do
    mkdir -p "$out/corpus/$name"
    "$out/fuzz_$name" -max_total_time="$seconds" -max_len=4096 -timeout=5 \
        -rss_limit_mb=1024 -print_final_stats=1 \
        -dict="$top/t/fuzz/channels.dict" -artifact_prefix="$out/$name-" \
        "$out/corpus/$name" "$out/seeds/$name"
done
