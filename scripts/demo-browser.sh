#!/usr/bin/env bash
# The demonstration platform in a real Chromium: log in with the key, hand in a sealed tender, open it.
# Screenshots go to target/demo/browser. VISIBLE=1 shows the browser and asks for the PIN in a real window.
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
release=$target/release
demo=$target/demo/browser
tender=$(realpath -m "${FILE:-/usr/share/doc/shared-mime-info/shared-mime-info-spec.pdf}")
[ -f "$tender" ] || tender=README.md
tender=$(realpath "$tender")

rm -rf "$demo"
mkdir -p "$demo/trust"

# A token of its own, and a user who is a script unless somebody looks.
export UKEY_CONFIG=$demo/ukey.toml UKEY_EMBEDDED=$demo/token.img UKEY_PCSC=off
export XDG_STATE_HOME=$demo/state XDG_RUNTIME_DIR=$demo
: >"$UKEY_CONFIG"
pin=$(printf '%010u' "$(od -An -N4 -tu4 /dev/urandom)")
export TEST_PIN=${pin}00
export TEST_SO_PIN=${pin}11
export UKEY_PIN_SOURCE=env:TEST_PIN UKEY_SO_PIN_SOURCE=env:TEST_SO_PIN
say() { printf '  %s\n' "$*"; }

echo "Bidding in the browser"
"$release/ukey-admin" device init --set-label 'Demo key' --yes >"$demo/setup.log" 2>&1
"$release/ukey-admin" enroll --ca "$demo/ca" --subject 'C=CN,O=示例建设有限公司,CN=示例建设有限公司' >>"$demo/setup.log" 2>&1
cp "$demo/ca/ca.pem" "$demo/trust/"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=bid.example.cn \
    -keyout "$demo/tls.key" -out "$demo/tls.pem" 2>>"$demo/setup.log"
say "token and certificates made in $demo"
if [ -n "${VISIBLE:-}" ]; then
    say "your PIN is $TEST_PIN"
    export STAGE_VISIBLE=1
else
    install -m 700 tests/browser/pinentry.sh "$demo/pinentry"
    export UKEY_PINENTRY=$demo/pinentry
fi
echo yes >"$demo/confirm"
: >"$demo/pins"
: >"$demo/windows"

NODE_PATH=$target/clients/node/node_modules STAGE_FOLDER=$demo STAGE_CHECKOUT=$PWD STAGE_RELEASE=$release \
    STAGE_SHOTS=$demo STAGE_TENDER=$tender node tests/browser/signing.cjs demonstration | grep -v '^done$'
XDG_STATE_HOME=$demo/state "$release/ukey-agent" audit verify | sed 's/^/  audit log: /'
say "screenshots: ${demo#"$PWD/"}/*.png"
