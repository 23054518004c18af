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
    dpkg-dev fakeroot       # make deb, and trying its packages
    python3-venv            # home of the Python packages that tests use
    gnutls-bin              # p11tool, gnutls-cli
    libengine-pkcs11-openssl  # OpenSSL's engine pkcs11
    libnss3-tools           # modutil, certutil, tstclnt
    openssh-client libwrap0 # ssh, and a library of sshd
    firefox-esr             # a browser that lists the token's certificates
    chromium                # a browser that signs with the token
    fonts-noto-cjk          # its pages are Chinese
    xvfb xdotool pinentry-qt  # a real PIN window that a test types into
    valgrind                # memory checks of the C consumers
    libjna-java             # an SKF client in Java
    shared-mime-info        # ships a real PDF, the demo's default file
)
# Any Java compiler will do; this one is Debian 12's.
command -v javac >/dev/null 2>&1 || packages+=(openjdk-17-jdk-headless)

command -v npm >/dev/null 2>&1 || packages+=(nodejs npm libnode-dev)

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
venv=$target/venv
# Other people's PKCS#11 clients that are no Debian packages, and their own tests.
clients=$target/clients

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

# Python: a judge of our signatures, two clients, and what runs their tests.
python_packages=(gmssl==3.2.2 python-pkcs11==0.10.1 PyKCS11==1.5.20 asn1crypto==1.5.1 pytest==9.2.0
    cryptography==50.0.2 parameterized==0.9.0)
if ! "$venv/bin/python" -c \
    'import asn1crypto, cryptography, gmssl, parameterized, pkcs11, PyKCS11, pytest' 2>/dev/null; then
    say "Python environment with ${python_packages[*]} in $venv"
    rm -rf "$venv"
    /usr/bin/python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary \
        "${python_packages[@]}" 'setuptools>=77' setuptools-scm cython
fi

# unpack_tests PACKAGE==VERSION FOLDER: of a Python package's source, the folder with the tests
unpack_tests() {
    [ -d "$clients/$2" ] && return
    say "tests of $1 in $clients/$2"
    rm -rf "$clients/download"
    "$venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
        --no-build-isolation --dest "$clients/download" "$1"
    mkdir "$clients/download/unpacked"
    tar -xzf "$clients"/download/*.tar.gz -C "$clients/download/unpacked" --strip-components 1
    mkdir -p "$(dirname "$clients/$2")"
    mv "$clients/download/unpacked/$(basename "$2")" "$clients/$2"
    rm -rf "$clients/download"
}
mkdir -p "$clients"
unpack_tests "${python_packages[1]}" python-pkcs11/tests
unpack_tests "${python_packages[2]}" pykcs11/test

node_packages=(pkcs11js@2.1.7 graphene-pk11@2.3.6 playwright-core@1.64.1)
if [ ! -d "$clients/node/node_modules/graphene-pk11" ] || [ ! -d "$clients/node/node_modules/playwright-core" ]; then
    say "${node_packages[*]} in $clients/node"
    npm install --silent --no-audit --no-fund --prefix "$clients/node" "${node_packages[@]}"
fi

# The crate skf-rs brings tests and examples that any SKF library can be put under: built here, run by our tests.
skf_rs=0.8.1
if [ ! -x "$clients/skf-rs/device_test" ]; then
    say "tests of skf-rs $skf_rs in $clients/skf-rs"
    rm -rf "$clients/download"
    mkdir -p "$clients/download/src" "$clients/skf-rs"
    printf '[package]\nname = "download"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\nskf-rs = "=%s"\n[workspace]\n' \
        "$skf_rs" >"$clients/download/Cargo.toml"
    : >"$clients/download/src/lib.rs"
    source=$(cargo metadata --format-version 1 --manifest-path "$clients/download/Cargo.toml" |
        jq -r '.packages[] | select(.name == "skf-rs") | .manifest_path')
    cp -r "$(dirname "$source")" "$clients/download/skf-rs"
    printf '\n[workspace]\n' >>"$clients/download/skf-rs/Cargo.toml"
    for what in 'build --examples' 'test --no-run --test *'; do
        # shellcheck disable=SC2086  # two or three words
        (set -f; CARGO_TARGET_DIR=$clients/download/target cargo $what --quiet --locked \
            --manifest-path "$clients/download/skf-rs/Cargo.toml" --message-format json) |
            jq -r 'select(.executable) | [.target.name, .executable] | @tsv' |
            while IFS=$'\t' read -r name program; do cp "$program" "$clients/skf-rs/$name"; done
    done
    rm -rf "$clients/download"
fi

# Unpacked, not installed: the package would start a service that nobody asked for.
if [ ! -x /usr/sbin/sshd ] && [ ! -x "$clients/openssh-server/usr/sbin/sshd" ] &&
    command -v dpkg-query >/dev/null 2>&1; then
    say "sshd in $clients/openssh-server"
    rm -rf "$clients/download"
    mkdir "$clients/download"
    (cd "$clients/download" && apt-get download -qq openssh-server 2>/dev/null)
    dpkg -x "$clients"/download/openssh-server_*.deb "$clients/openssh-server"
    rm -rf "$clients/download"
fi

# The crate's own tests are in its package, as source; built as a workspace of their own.
if [ ! -d "$clients/cryptoki" ]; then
    say "tests of the crate cryptoki in $clients/cryptoki"
    manifest=$(cargo metadata --format-version 1 --locked 2>/dev/null |
        jq -r '.packages[] | select(.name == "cryptoki") | .manifest_path')
    rm -rf "$clients/build" "$clients/download"
    cp -r "$(dirname "$manifest")" "$clients/build"
    chmod -R u+w "$clients/build"
    printf '\n[workspace]\n' >>"$clients/build/Cargo.toml"
    mkdir "$clients/download"
    (cd "$clients/build" && CARGO_TARGET_DIR=target cargo test --quiet --no-run \
        --test basic --test allowed_mechanisms --message-format json) |
        jq -r 'select(.executable != null) | "\(.target.name)\t\(.executable)"' |
        while IFS=$'\t' read -r name executable; do
            mv "$executable" "$clients/download/$name"
        done
    rm -rf "$clients/build"
    mv "$clients/download" "$clients/cryptoki"
fi
