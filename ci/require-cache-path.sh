#!/usr/bin/env bash
# Fails, in one sentence, if the cache has a path that a kernel cannot be built and booted in: kbuild
# refuses blanks and colons and fails deep inside of % # $ ', virtme-ng shares no directory with other
# characters than these.
set -euo pipefail

usage=2 # The exit code of harness/errors.ts.
# Up to four times in the command line of a guest's kernel, which has 2047 bytes.
maximum_bytes=200
cache=${FLASH_CACHE:-$HOME/.cache/flash}

LC_ALL=C
for path in "$cache" "$(realpath -m -- "$cache")"; do
    if [[ $path == *[!A-Za-z0-9/._+-]* ]]; then
        why='has characters other than A-Z a-z 0-9 / . _ + -'
    elif ((${#path} > maximum_bytes)); then
        why="has ${#path} bytes, more than $maximum_bytes"
    else
        continue
    fi
    what="no kernel can be built and booted in the cache $path, since this path $why"
    echo "flash: $what: set FLASH_CACHE to another directory" >&2
    exit $usage
done
