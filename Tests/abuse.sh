#!/usr/bin/env bash
# What a server survives: deadly inputs, costly requests, held bodies, starvation, locks, crowds, kills, damage.
#
#   Tests/abuse.sh                      build a release binary, run every row, print the table; 1 on a miss
#   Tests/abuse.sh crowd budget         only the rows whose names contain one of the words
#   ISOLOSS=path/to/isoloss Tests/abuse.sh     with a binary that is there already
#   Tests/abuse.sh --long               200 kills instead of 20, and longer loads
#
# It needs python3 alone, works in a temporary folder, and leaves nothing behind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ -z "${ISOLOSS:-}" ]; then
    swift build -c release --product isoloss >&2
    ISOLOSS=$(swift build -c release --show-bin-path)/isoloss
fi
# Each connection of the crowd takes a descriptor here, and one in the server.
ulimit -n "$(ulimit -H -n)"
exec python3 Tests/Abuse/abuse.py --binary "$ISOLOSS" "$@"
