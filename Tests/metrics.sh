#!/usr/bin/env bash
# /metrics under Debian's own Prometheus: the format, the alert rules, and a scrape that is asked back.
#
#   Tests/metrics.sh    exit 1 on a miss
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Tests/packages.sh
require_swift
system_packages+=(prometheus)
require_system_packages

swift build "${build_flags[@]}" --product isoloss
isoloss=$(swift build "${build_flags[@]}" --show-bin-path)/isoloss
folder=$(mktemp -d)
processes=()
finish() {
    for process in "${processes[@]}"; do kill "$process" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$folder"
}
trap finish EXIT
unset ISOLOSS_TOKEN

# Waits up to 20 s for a command to succeed, and says what did not come.
await() {
    local what=$1
    shift
    for _ in $(seq 100); do
        if "$@" >/dev/null 2>&1; then return; fi
        sleep 0.2
    done
    echo "missed: $what" >&2
    exit 1
}

say "Alert rules"
promtool check rules sample-runs/prometheus/alerts.yml
(cd sample-runs/prometheus && promtool test rules alerts.test.yml)

say "Format"
"$isoloss" serve --port 0 --database "$folder/isoloss.db" >"$folder/serve.out" 2>"$folder/serve.err" &
processes+=($!)
await "a server" grep -q listening "$folder/serve.out"
server=$(sed -n 's/^listening on //p' "$folder/serve.out")
"$isoloss" import sample-runs/*.csv --server "$server" >/dev/null
curl -sf "$server/metrics" | tee "$folder/metrics.txt" | promtool check metrics
count=$(grep -c '^isoloss_run_loss{' "$folder/metrics.txt")
echo "$count losses of runs, $(wc -l <"$folder/metrics.txt") lines"

say "Scrape"
sed "s|127.0.0.1:8080|${server#http://}|; s/15s/1s/; /rule_files/d" \
    sample-runs/prometheus/prometheus.yml >"$folder/prometheus.yml"
prometheus --config.file="$folder/prometheus.yml" --storage.tsdb.path="$folder/tsdb" \
    --web.listen-address=127.0.0.1:0 --log.level=info >"$folder/prometheus.log" 2>&1 &
processes+=($!)
await "Prometheus" grep -q 'Listening on' "$folder/prometheus.log"
address=$(sed -n 's/.*msg="Listening on".* address=\([0-9.:]*\).*/\1/p' "$folder/prometheus.log" | head -n 1)
scraped() {
    curl -sf "http://$address/api/v1/query" --data-urlencode 'query=count(isoloss_run_loss)' |
        grep -q "\"$count\""
}
await "the $count losses in Prometheus, at $address" scraped
say "Prometheus has all $count"
