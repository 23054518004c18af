#!/usr/bin/env bash
# Installs what `make demo` and `make test` need beside Rust. Quick when everything is there.
set -euo pipefail
cd "$(dirname "$0")/.."

# Debian package, and what of ours needs it.
packages=(
    gcc g++ pkg-config      # C consumers of the two libraries, crates that build C
    libpcsclite-dev         # PC/SC client headers, for the pcsc crate
    pcscd vsmartcard-vpcd   # the real PC/SC service and its virtual reader
    util-linux iproute2     # unshare, nsenter, ip: a private pcscd for demo and tests
    openssl                 # independent check of signatures, certificates, requests
    opensc                  # pkcs11-tool, opensc-tool
    libp11-kit-dev          # a public PKCS#11 header, for C consumers
    softhsm2                # a second PKCS#11 module to compare with
    libbcprov-java libbcpkix-java libbcutil-java  # Bouncy Castle: certificates, CMS
    jq                      # the demo reads --json answers
    python3-venv            # home of the Python package gmssl
    valgrind                # memory checks of the C consumers
    shared-mime-info        # ships a real PDF, the demo's default file
)
# Any Java compiler will do; this one is Debian 12's.
command -v javac >/dev/null 2>&1 || packages+=(openjdk-17-jdk-headless)

venv="${CARGO_TARGET_DIR:-target}/venv"
gmssl_version=3.2.2

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

is_installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        fail "need root (or sudo) to install:$missing"
    fi
}

command -v cargo >/dev/null 2>&1 || fail "cargo not found; install Rust first (see rust-version in Cargo.toml)"

missing=""
if command -v dpkg-query >/dev/null 2>&1; then
    for package in "${packages[@]}"; do
        is_installed "$package" || missing+=" $package"
    done
else
    say "not a Debian system: install the equivalents of: ${packages[*]}"
fi

if [ -n "$missing" ]; then
    say "installing$missing"
    as_root apt-get update -qq
    # shellcheck disable=SC2086  # a list of package names, one word each
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

if ! "$venv/bin/python" -c 'import gmssl' 2>/dev/null; then
    say "Python environment with gmssl $gmssl_version in $venv"
    rm -rf "$venv"
    /usr/bin/python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "gmssl==$gmssl_version"
fi
