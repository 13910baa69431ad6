# Sourced by the quick start and the checks: what the machine must have before Swift can build.

# Name by name, with what needs it; the README says the same.
system_packages=(
    libsqlite3-dev         # the store
    libcurl4-openssl-dev   # Foundation's HTTP client
    libopenblas-dev        # linear algebra of the solver
    zlib1g-dev             # gzip bodies and files
    libjs-dygraphs         # charts of the page
    librsvg2-bin           # plots as PNG (rsvg-convert)
    curl                   # what a training job posts its logs with
    ca-certificates        # fetching the Swift packages
    git                    # fetching the Swift packages
)

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }

# Stops with a sentence when Swift is missing or too old.
require_swift() {
    if ! command -v swift >/dev/null; then
        echo "Swift is missing: install Swift 6.3 or newer from https://www.swift.org/install and run this again." >&2
        exit 2
    fi
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    if [ "$(printf '%s\n6.3\n' "$version" | sort -V | head -n 1)" != 6.3 ]; then
        echo "Swift $version is too old: install Swift 6.3 or newer from https://www.swift.org/install and run this again." >&2
        exit 2
    fi
}

# Installs the system packages that are not there yet; without apt or root, names them and stops.
require_system_packages() {
    local missing=() name
    for name in "${system_packages[@]}"; do
        if ! dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'install ok installed'; then
            missing+=("$name")
        fi
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if ! command -v apt-get >/dev/null; then
        echo "These packages are missing, and there is no apt-get to install them with: ${missing[*]}" >&2
        exit 2
    fi
    if [ "$(id -u)" -ne 0 ]; then
        echo "These packages are missing: ${missing[*]}" >&2
        echo "Install them as root and run this again: apt-get install ${missing[*]}" >&2
        exit 2
    fi
    say "Installing ${missing[*]}"
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
}

# What people run: the quick start, the Dockerfile. The import check keeps the layers honest.
build_flags=(-c release --explicit-target-dependency-import-check error)

# The same optimised code for the tests, testable, in a folder of its own: neither build spoils the other.
test_flags=("${build_flags[@]}" -Xswiftc -enable-testing --scratch-path .build/tests)
