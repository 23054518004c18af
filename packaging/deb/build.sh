#!/usr/bin/env bash
# Makes the Debian packages from what `make build` has built.
#
#   build.sh FOLDER [BUILD]    packages go to FOLDER; BUILD is the folder with programs and
#                              libraries (default: release of the target folder)
#
# ukey      libraries, programs, registration with p11-kit, udev rules, man pages, completions
# ukey-agent  signing in the browser: the agent, its registration with browsers, the packed extension
# ukey-sim  the token in software and a unit that runs it, for demonstrations only
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
out=${1:?folder for the packages}
build=${2:-${CARGO_TARGET_DIR:-$top/target}/release}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$top/Cargo.toml" | head -n 1)
architecture=$(dpkg --print-architecture)
triplet=$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || gcc -print-multiarch)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
umask 022

# put MODE FILE PATH: a file of the package
put() { install -D -m "$1" "$2" "$root$3"; }

# put_program NAME, put_library NAME PATH: without what only debuggers want
put_program() { put 755 "$build/$1" "/usr/bin/$1"; strip "$root/usr/bin/$1"; }
put_library() { put 644 "$build/$1" "$2/$1"; strip --strip-unneeded "$root$2/$1"; }

# needs NAME...: dependencies on the packages whose libraries the files are linked to
needs() {
    mkdir -p "$stage/shlibs/debian"
    printf 'Source: ukey\n\nPackage: ukey\nArchitecture: any\n' >"$stage/shlibs/debian/control"
    (cd "$stage/shlibs" && dpkg-shlibdeps -O --ignore-missing-info "$@" 2>/dev/null) |
        sed -n 's/^shlibs:Depends=//p'
}

# generate NAME: man pages and completions of a program that writes its own
generate() {
    local name=$1 program=$build/$1 man=$root/usr/share/man/man1
    mkdir -p "$man"
    "$program" man-pages "$man" >/dev/null
    gzip -9n "$man"/*.1
    "$program" completions bash >"$stage/bash"
    "$program" completions zsh >"$stage/zsh"
    "$program" completions fish >"$stage/fish"
    put 644 "$stage/bash" "/usr/share/bash-completion/completions/$name"
    put 644 "$stage/zsh" "/usr/share/zsh/vendor-completions/_$name"
    put 644 "$stage/fish" "/usr/share/fish/vendor_completions.d/$name.fish"
}

# Files for the browsers. The host manifests are not conffiles: they name a program, and go with it.
browser_files() {
    local web=$top/tools/ukey-agent/web packed=$stage/extension
    put_program ukey-agent
    "$build/ukey-agent" install --system --root "$root" --program /usr/bin/ukey-agent >/dev/null
    "$top/packaging/extension/pack.sh" "$packed" >/dev/null
    put 644 "$packed/ukey-extension.zip" /usr/share/ukey/extension/ukey-extension.zip
    put 644 "$packed/ukey-extension.xpi" /usr/share/ukey/extension/ukey-extension.xpi
    for script in ukey.js ukey.classic.js ukey.d.ts ukey-sof.js; do
        put 644 "$web/$script" "/usr/share/ukey/web/$script"
    done
    for policy in chromium-policy firefox-policies; do
        put 644 "$top/packaging/extension/$policy.json" "/usr/share/doc/ukey-agent/examples/$policy.json"
    done
}

documents() {
    put 644 "$here/copyright" "/usr/share/doc/$1/copyright"
    gzip -9nc "$top/CHANGELOG.md" >"$stage/changelog.gz"
    put 644 "$stage/changelog.gz" "/usr/share/doc/$1/changelog.gz"
}

# finish NAME DEPENDS DESCRIPTION: the package itself; RECOMMENDS from the environment
finish() {
    local size
    size=$(du -sk "$root" | cut -f 1)
    mkdir -p "$root/DEBIAN"
    cat >"$root/DEBIAN/control" <<-END
	Package: $1
	Version: $version
	Architecture: $architecture
	Maintainer: ukey maintainers <maintainers@users.noreply.invalid>
	Installed-Size: $size
	Depends: $2
	Recommends: $RECOMMENDS
	Section: utils
	Priority: optional
	Description: $3
	END
    (cd "$root" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | sort -z |
        xargs -0 md5sum) >"$stage/md5sums"
    install -m 644 "$stage/md5sums" "$root/DEBIAN/md5sums"
    if [ -e "$here/$1.postrm" ]; then install -m 755 "$here/$1.postrm" "$root/DEBIAN/postrm"; fi
    mkdir -p "$out"
    dpkg-deb --root-owner-group --build "$root" "$out/${1}_${version}_$architecture.deb" >/dev/null
    echo "$out/${1}_${version}_$architecture.deb"
}

root=$stage/ukey
put_library libukey_pkcs11.so "/usr/lib/$triplet/pkcs11"
put_library libukey_skf.so "/usr/lib/$triplet"
put_program ukey-admin
put_program ukey-ca
put 644 "$here/ukey.module" /usr/share/p11-kit/modules/ukey.module
put 644 "$here/70-ukey.rules" /usr/lib/udev/rules.d/70-ukey.rules
put 644 "$here/50-ukey-group.rules" /usr/share/doc/ukey/examples/50-ukey-group.rules
generate ukey-admin
documents ukey
RECOMMENDS='pcscd, p11-kit' finish ukey \
    "$(needs "$root/usr/bin/ukey-admin" "$root/usr/lib/$triplet/pkcs11/libukey_pkcs11.so")" \
    "middleware for Chinese USBKEYs
 PKCS#11 and SKF (GM/T 0016) libraries for tokens with SM2 and RSA keys, the
 operator's program ukey-admin, and ukey-ca, a small certification authority."

root=$stage/ukey-agent
browser_files
generate ukey-agent
documents ukey-agent
RECOMMENDS='pinentry-qt | pinentry-gtk2 | pinentry-gnome3, pcscd' finish ukey-agent \
    "$(needs "$root/usr/bin/ukey-agent")" \
    "signing in the browser with USBKEYs
 The agent that Chromium, Chrome, Edge and Firefox start for the ukey extension, its
 registration with them, the extension itself, and ukey.js for web pages."

root=$stage/ukey-sim
put_program ukey-sim
put 644 "$here/ukey-sim.service" /usr/lib/systemd/system/ukey-sim.service
documents ukey-sim
RECOMMENDS='vsmartcard-vpcd' finish ukey-sim "$(needs "$root/usr/bin/ukey-sim")" \
    "USBKEY in software, for demonstrations
 A token of GM/T 0017 on an image file, served to PC/SC through vsmartcard's
 virtual reader. Its keys are in a file: nothing to bid with."
