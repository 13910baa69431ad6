#!/usr/bin/env bash
# All of Isoloss on real logs: install, build, serve, import the logs of this folder, fit a law on
# some of them, and predict a schedule that the fit never saw.
#
#   sample-runs/quickstart.sh           then keeps serving, with curl lines to try
#   sample-runs/quickstart.sh --stop    stops the server at the end
#   sample-runs/quickstart.sh --fresh   forgets the logs and fits of earlier quick starts first
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Tests/packages.sh

stop=false
state=.build/quickstart
for argument in "$@"; do
    case "$argument" in
        --stop) stop=true ;;
        --fresh) rm -rf "$state" ;;
        *)
            sed -n '5,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
            exit 2
            ;;
    esac
done

require_swift
require_system_packages
# A token for another server is none for this one.
unset ISOLOSS_TOKEN

say "Building (the first time takes some minutes)"
swift build "${build_flags[@]}" --product isoloss
isoloss=$(swift build "${build_flags[@]}" --show-bin-path)/isoloss

say "Starting the server on a free port"
mkdir -p "$state"
"$isoloss" serve --database "$state/isoloss.db" --port 0 >"$state/serve.out" 2>"$state/serve.log" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true' EXIT
url=
for _ in $(seq 100); do
    url=$(sed -n 's/^listening on \(http.*\)$/\1/p' "$state/serve.out")
    [ -n "$url" ] && break
    kill -0 "$server" 2>/dev/null || { cat "$state/serve.log" "$state/serve.out" >&2; exit 1; }
    sleep 0.1
done
[ -n "$url" ] || { cat "$state/serve.log" "$state/serve.out" >&2; exit 1; }
echo "$url, database $state/isoloss.db"

say "Importing the logs in sample-runs/"
"$isoloss" import sample-runs --server "$url"

say "Fitting the LR-annealing law on the runs with role train"
study=king-james-330k
held_out=cosine_4000
"$isoloss" fit --server "$url" --law lr-annealing --study "$study" --output "$state/fit.json" --force
fit=$(grep -o '"id" *: *"[^"]*"' "$state/fit.json" | head -n 1 | cut -d'"' -f4)

say "Predicting $held_out, whose schedule the fit never saw"
"$isoloss" predict --server "$url" --fit "$fit" --run "$held_out" --every 250

say "Predicted against measured"
"$isoloss" score --server "$url" --fit "$fit" --runs "$held_out"

say "And all the runs that the fit never saw"
"$isoloss" score --server "$url" --fit "$fit" --study "$study"

if $stop; then
    say "Stopping the server"
    exit 0
fi

say "Serving at $url until Ctrl-C. Try:"
cat <<LINES
curl '$url/v1/runs?study=$study'
curl '$url/v1/fits/$fit'
curl '$url/v1/fits/$fit/curve?schedule=warmup:300@3e-3,hold:2700,sqrt:1000@1e-4&every=500&interval'
curl '$url/v1/fits/$fit/score?runs=$held_out'
curl '$url/v1/laws'
LINES
wait "$server"
