#!/usr/bin/env bash
# The whole story on one file: from a blank token to a signed and decrypted tender, each result
# checked by software that is not ours. Everything it makes stays under target/demo/.
#
#   make demo [FILE=path]
set -euo pipefail
cd "$(dirname "$0")/.."

release="$(realpath -m "${CARGO_TARGET_DIR:-target}")/release"
admin=$release/ukey-admin
module=$release/libukey_pkcs11.so
demo=$PWD/target/demo
container=tender
subject='C=CN,O=Demo Bidder Ltd,CN=Demo Bidder'
# GM/T 0009: the SM2 user ID of certificates, requests and messages
sm2_id=1234567812345678
# CKM_SM2_SM3_DER: SM2 with SM3, the signature as DER (docs/pkcs11-profile.md)
sm2_sm3_der=0xD54B0003

bold='' green='' red='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
    bold=$'\033[1m' green=$'\033[32m' red=$'\033[31m' plain=$'\033[0m'
fi

services=()
clean_up() {
    local status=$?
    # the token leaves before its reader does
    for ((i = ${#services[@]} - 1; i >= 0; i--)); do
        kill "${services[i]}" 2>/dev/null || true
        wait "${services[i]}" 2>/dev/null || true
    done
    exit "$status"
}
trap clean_up EXIT

number=0
# step TEXT COMMAND...: runs a step; one line if it works, everything it said if not
step() {
    local text=$1 started seconds
    shift
    number=$((number + 1))
    printf '%2d. %-62s ' "$number" "$text"
    started=$(date +%s%N)
    if "$@" >"$demo/step.log" 2>&1; then
        seconds=$(awk -v from="$started" -v to="$(date +%s%N)" 'BEGIN { printf "%.2f", (to - from) / 1e9 }')
        printf '%sok%s %6s s\n' "$green" "$plain" "$seconds"
    else
        printf '%sFAILED%s\n\n' "$red" "$plain"
        cat "$demo/step.log"
        exit 1
    fi
}

choose_file() {
    local candidate
    if [ -n "${FILE-}" ]; then
        [ -r "$FILE" ] || { printf 'demo: cannot read %s\n' "$FILE" >&2; exit 2; }
        tender=$(realpath "$FILE")
        return
    fi
    for candidate in /usr/share/doc/shared-mime-info/*.pdf /usr/share/doc/*/*.pdf; do
        if [ -r "$candidate" ]; then tender=$candidate; return; fi
    done
    printf 'demo: no PDF found under /usr/share/doc; say make demo FILE=path\n' >&2
    exit 2
}

# The environment in which our libraries and programs see the demo's token and nothing else.
isolate() {
    : >"$demo/ukey.toml"
    export UKEY_CONFIG=$demo/ukey.toml UKEY_PCSC=off
    unset UKEY_EMBEDDED UKEY_SERIAL UKEY_LOG UKEY_AUTH_KEY_FILE
}

# wait_for COMMAND: until it succeeds, at most 20 s
wait_for() {
    for ((i = 0; i < 400; i++)); do
        if "$1" >/dev/null 2>&1; then return; fi
        sleep 0.05
    done
    return 1
}

# Starts a pcscd of our own; false where it cannot run. Sets pcscd to its process id.
start_pcscd() {
    scripts/private-pcscd.sh run "$demo/pcsc" >"$demo/pcsc/pcscd.log" 2>&1 &
    pcscd=$!
    services+=("$pcscd")
    export PCSCLITE_CSOCK_NAME=$demo/pcsc/socket/pcscd.comm
    pcscd_settled() {
        opensc-tool --list-readers | grep -q 'Virtual PCD' || ! kill -0 "$pcscd" 2>/dev/null
    }
    wait_for pcscd_settled && kill -0 "$pcscd" 2>/dev/null
}

# Puts the token into pcscd's first reader.
insert_token() {
    scripts/private-pcscd.sh beside "$pcscd" "$release/ukey-sim" serve --slot "$demo/token.img" \
        >"$demo/pcsc/ukey-sim.log" 2>&1 &
    services+=($!)
    card_is_present() { opensc-tool --list-readers | grep -q ' Yes '; }
    if ! wait_for card_is_present; then
        printf 'demo: pcscd does not see the token:\n' >&2
        cat "$demo/pcsc/ukey-sim.log" >&2
        exit 1
    fi
}

start_token() {
    "$release/ukey-sim" create "$demo/token.img" >/dev/null
    if start_pcscd; then
        insert_token
        export UKEY_PCSC=on
        printf '%sToken%s   ukey-sim in a virtual reader of %s\n' "$bold" "$plain" \
            "$(pcscd --version | sed -n '1s/.*version \([0-9.]*[0-9]\).*/pcscd \1/p')"
        return
    fi
    unset PCSCLITE_CSOCK_NAME
    export UKEY_EMBEDDED=$demo/token.img
    printf '%sToken%s   embedded in each program, since pcscd cannot run here:\n        %s\n' \
        "$bold" "$plain" "$(tail -n 1 "$demo/pcsc/pcscd.log")"
}

make_pins() {
    (
        umask 077
        shuf -i 10000000-99999999 -n 1 >"$demo/so.pin"
        shuf -i 10000000-99999999 -n 1 >"$demo/user.pin"
    )
    export UKEY_PIN_SOURCE=file:$demo/user.pin UKEY_SO_PIN_SOURCE=file:$demo/so.pin
}

blank_is_listed() {
    "$admin" --json device list | jq -e '.ok and (.data.devices | length == 1)'
}

request_is_valid() {
    openssl req -verify -noout -vfyopt "distid:$sm2_id" -in "$demo/request.pem"
}

certificates_are_valid() {
    local usage
    for usage in sign encrypt; do
        "$admin" cert export --usage "$usage" --output "$demo/$usage.pem"
        openssl verify -vfyopt "distid:$sm2_id" -partial_chain -CAfile "$demo/ca/ca.pem" "$demo/$usage.pem"
    done
}

# pkcs11-tool knows nothing of SM2: it hands the mechanism number and the file to our library.
sign_by_pkcs11() {
    DEMO_PIN=$(<"$demo/user.pin") pkcs11-tool --module "$module" --login --pin env:DEMO_PIN \
        --sign --mechanism "$sm2_sm3_der" --id "$(signing_key_id)" \
        --input-file "$tender" --output-file "$demo/signature.der"
}

signing_key_id() {
    pkcs11-tool --module "$module" --list-objects --type pubkey 2>/dev/null |
        awk '/ID:/ { id = $2 } /Usage:.*verify/ { print id; exit }'
}

signature_is_valid() {
    openssl x509 -in "$demo/sign.pem" -noout -pubkey >"$demo/sign.pub"
    openssl pkeyutl -verify -rawin -digest sm3 -pkeyopt "distid:$sm2_id" \
        -pubin -inkey "$demo/sign.pub" -in "$tender" -sigfile "$demo/signature.der"
}

size_of() { numfmt --to=iec-i --suffix=B --format=%.1f "$(stat -Lc %s "$1")"; }

rm -rf "$demo"
mkdir -p "$demo/pcsc"
choose_file
isolate
printf '%sFile%s    %s (%s)\n' "$bold" "$plain" "$tender" "$(size_of "$tender")"
start_token
make_pins
echo

step 'blank token found' blank_is_listed
step 'token initialised: application, user PIN, SO PIN' \
    "$admin" device init --set-label 'Demo key' --yes
step 'SM2 signing key made in the token' \
    "$admin" key generate --container "$container"
step 'certificate request signed by the key' \
    "$admin" cert request --container "$container" --subject "$subject" --output "$demo/request.pem"
step 'request checked by OpenSSL' request_is_valid
step 'test CA issues both certificates, encryption key imported' \
    "$admin" enroll --ca "$demo/ca" --container "$container" --subject "$subject"
step 'both certificates checked by OpenSSL' certificates_are_valid
step 'file signed through libukey_pkcs11.so (by pkcs11-tool)' sign_by_pkcs11
step 'signature checked by OpenSSL' signature_is_valid
step 'file encrypted to the encryption certificate' \
    "$admin" encrypt "$tender" --recipient "$demo/encrypt.pem" --output "$demo/tender.enc"
step 'decrypted with the key in the token' \
    "$admin" decrypt "$demo/tender.enc" --output "$demo/tender.decrypted"
step 'decrypted file is byte-identical' cmp "$tender" "$demo/tender.decrypted"

rm -f "$demo/step.log"
printf '\n%sDone.%s Everything is in %s\n' "$bold" "$plain" "${demo#"$PWD/"}"
