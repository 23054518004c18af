#!/usr/bin/env bash
# Installs the packages of FOLDER into an empty root, looks at what is there, and removes them again.
#
#   test.sh FOLDER
# shellcheck disable=SC2317  # most functions are called by name, by check
set -euo pipefail
packages=$(realpath "${1:?folder with the packages}")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
failed=0

# check WHAT COMMAND...: one line each
check() {
    local what=$1
    shift
    if "$@" >"$root/said" 2>&1; then
        printf 'ok      %s\n' "$what"
    else
        printf 'FAILED  %s\n' "$what"
        sed 's/^/        /' "$root/said"
        failed=1
    fi
    rm -f "$root/said"
}

in_root() {
    # The machine's own dpkg may be told to leave out manuals.
    fakeroot dpkg --root="$root" --force-not-root --force-depends --force-script-chrootless \
        --path-include='/usr/*' --log="$root/log" "$@"
}

there() { for path in "$@"; do [ -s "$root/$path" ] || { echo "$path"; return 1; }; done; }
library() { find "$root/usr/lib" -name "$1"; }
resolves() { ! ldd -r "$1" 2>&1 | grep -E 'not found|undefined symbol'; }
safe() { ! dpkg-deb --contents "$1" | grep -vE '^(d|-)r.xr.xr.x root/root|^-rw-r--r-- root/root|^drwxr-xr-x root/root'; }
knows_module() {
    local report
    # Without a key in sight the doctor is not content; this is about one of its findings.
    report=$(HOME=/nonexistent UKEY_PCSC=off "$root/usr/bin/ukey-admin" --json doctor \
        --root "$root" 2>/dev/null) || true
    grep -q '"code":"UK-D120"[^}]*"status":"ok"' <<<"$report" || { echo "$report"; return 1; }
}
manual() { gzip -dc "$root/usr/share/man/man1/$1.1.gz" | grep -q '^\.TH'; }
rule_names_class() { grep -q ':0b????:.*uaccess' "$root/usr/lib/udev/rules.d/70-ukey.rules"; }
manifests() {
    local folder
    for folder in etc/chromium etc/opt/chrome etc/opt/edge usr/lib/mozilla; do
        jq -e '.name == "org.ukey.agent" and .path == "/usr/bin/ukey-agent" and .type == "stdio"' \
            "$root/$folder/native-messaging-hosts/org.ukey.agent.json" || return 1
    done
    jq -e '.allowed_extensions == ["ukey@ukey.example"]' "$root/usr/lib/mozilla/native-messaging-hosts/org.ukey.agent.json"
}
# packed ARCHIVE EXPRESSION: what holds for the manifest of a packed extension
packed() { python3 -m zipfile -e "$root/usr/share/ukey/extension/$1" "$root/unpacked" && jq -e "$2" "$root/unpacked/manifest.json"; rm -r "$root/unpacked"; }
no_leftovers() {
    local left
    left=$(cd "$root" && find . -mindepth 1 ! -path './var*' ! -name log ! -name said)
    [ -z "$left" ] || { echo "$left"; return 1; }
}

mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates"
: >"$root/var/lib/dpkg/status"
for package in "$packages"/*.deb; do
    check "$(basename "$package"): owners and modes" safe "$package"
done
check 'installed' in_root --install "$packages"/*.deb
check 'programs, libraries and registration' there usr/bin/ukey-admin usr/bin/ukey-ca \
    usr/bin/ukey-sim usr/share/p11-kit/modules/ukey.module usr/lib/udev/rules.d/70-ukey.rules \
    usr/lib/systemd/system/ukey-sim.service usr/share/doc/ukey/copyright \
    usr/share/doc/ukey/examples/50-ukey-group.rules
check 'the PKCS#11 library resolves' resolves "$(library libukey_pkcs11.so)"
check 'the SKF library resolves' resolves "$(library libukey_skf.so)"
check 'the doctor finds the module registered' knows_module
check 'ukey-admin runs' "$root/usr/bin/ukey-admin" version
check 'ukey-ca runs' "$root/usr/bin/ukey-ca" --version
check 'ukey-sim runs' "$root/usr/bin/ukey-sim" --version
check 'manual of ukey-admin' manual ukey-admin
check 'manual of one command' manual ukey-admin-batch-run
check 'completion for bash' bash -n "$root/usr/share/bash-completion/completions/ukey-admin"
check 'udev rule' rule_names_class
check 'ukey-agent runs' "$root/usr/bin/ukey-agent" --version
check 'manual of ukey-agent' manual ukey-agent
check 'manual of its commands' manual ukey-agent-consent-keep-unlocked
check 'completion of ukey-agent' bash -n "$root/usr/share/bash-completion/completions/ukey-agent"
check 'the browsers are told of the agent' manifests
check 'the extension for Chromium, https pages only' packed ukey-extension.zip \
    '.key and ([.content_scripts[].matches[]] == ["https://*/*"])'
check 'the extension for Firefox' packed ukey-extension.xpi '.browser_specific_settings.gecko.id == "ukey@ukey.example" and (has("key") | not)'
check 'policies are examples only' there usr/share/doc/ukey-agent/examples/chromium-policy.json \
    usr/share/doc/ukey-agent/examples/firefox-policies.json
check 'nothing is in force for groups' test ! -e "$root/etc/polkit-1"
check 'removed' in_root --purge ukey ukey-agent ukey-sim
check 'nothing is left' no_leftovers
exit $failed
