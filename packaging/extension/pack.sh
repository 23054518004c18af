#!/usr/bin/env bash
# Packs the browser extension as it is released: without the pages of http://localhost, which only
# developers need. The same files give the same bytes.
#
#   pack.sh FOLDER [KEY.pem]
#
# ukey-extension.zip   for Chromium, Chrome and Edge: to load unpacked, or for a store
# ukey-extension.xpi   for Firefox: to be signed by addons.mozilla.org, or installed by policy
# ukey-extension.crx   with KEY, whose public half is in the manifest; needs chromium
# update.xml           with KEY: what a policy's update address serves beside the .crx
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../../tools/ukey-agent/extension" && pwd)
out=${1:?folder for the packages}
key=${2:-}
mkdir -p "$out"
out=$(realpath "$out")
stage=$(mktemp -d)
# Helpers of Chromium may still write into their profile for a moment after it has ended.
clean() { for _ in 1 2 3 4 5 6 7 8 9; do rm -rf "$stage" 2>/dev/null && return; sleep 1; done; }
trap clean EXIT
umask 022

cp -r "$source" "$stage/extension"
python3 - "$stage/extension" "$out" <<'END'
import json, pathlib, sys, zipfile
source, out = map(pathlib.Path, sys.argv[1:])
manifest = source / "manifest.json"
told = json.loads(manifest.read_text())
for script in told["content_scripts"]:
    script["matches"] = [match for match in script["matches"] if match.startswith("https:")]
manifest.write_text(json.dumps(told, indent=2) + "\n")

def pack(path, leave_out):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(p for p in source.rglob("*") if p.is_file()):
            content = file.read_bytes()
            if file == manifest:
                content = json.dumps({k: v for k, v in told.items() if k not in leave_out}, indent=2).encode()
            entry = zipfile.ZipInfo(str(file.relative_to(source)), (2020, 1, 1, 0, 0, 0))
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)

pack(out / "ukey-extension.zip", ())
# Firefox takes its id from browser_specific_settings; "key" is Chromium's.
pack(out / "ukey-extension.xpi", ("key",))
END
echo "$out/ukey-extension.zip"
echo "$out/ukey-extension.xpi"

if [ -n "$key" ]; then
    id=$(openssl pkey -in "$key" -pubout -outform DER | openssl dgst -sha256 -r | cut -c 1-32 | tr '0-9a-f' 'a-p')
    spki=$(openssl pkey -in "$key" -pubout -outform DER | base64 -w 0)
    grep -qF "\"$spki\"" "$stage/extension/manifest.json" ||
        echo "$key is not the key of manifest.json: the agent does not know the extension $id" >&2
    version=$(sed -n 's/^ *"version": "\(.*\)",\?$/\1/p' "$stage/extension/manifest.json")
    chromium --headless=new --no-sandbox --user-data-dir="$stage/profile" \
        --pack-extension="$stage/extension" --pack-extension-key="$key" >/dev/null 2>&1 || true
    [ -s "$stage/extension.crx" ] || { echo 'chromium did not pack the extension' >&2; exit 1; }
    install -m 644 "$stage/extension.crx" "$out/ukey-extension.crx"
    cat >"$out/update.xml" <<-END
	<?xml version="1.0" encoding="UTF-8"?>
	<gupdate xmlns="http://www.google.com/update2/response" protocol="2.0">
	  <app appid="$id"><updatecheck codebase="${UPDATE_BASE:-https://intranet.example.cn/ukey}/ukey-extension.crx" version="$version"/></app>
	</gupdate>
	END
    echo "$out/ukey-extension.crx"
    echo "$out/update.xml"
fi
