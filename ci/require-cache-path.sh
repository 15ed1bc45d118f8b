#!/usr/bin/env bash
# Fails, in one sentence, if no kernel can be built in the cache because of its path: kbuild refuses
# blanks and colons, and make, the compiler and the guest's command line fail deep inside of others.
set -euo pipefail

usage=2 # The exit code of harness/errors.ts.
# Three times in the command line of a guest's kernel, which has 2047 bytes.
maximum_bytes=200
cache=${FLASH_CACHE:-$HOME/.cache/flash}

LC_ALL=C
for path in "$cache" "$(realpath -m -- "$cache")"; do
    if [[ $path == *[!A-Za-z0-9/._+@~-]* ]]; then
        why='has characters other than A-Z a-z 0-9 / . _ + @ ~ -'
    elif ((${#path} > maximum_bytes)); then
        why="has ${#path} bytes, more than $maximum_bytes"
    else
        continue
    fi
    echo "flash: no kernel can be built in the cache $path, since this path $why: set FLASH_CACHE to another directory" >&2
    exit $usage
done
