// The extension as administrators install it: packed, served, and named in a policy. Usage: node policy.cjs SCENARIO
"use strict";

const assert = require("node:assert/strict");
const { execFileSync, spawnSync } = require("node:child_process");
const crypto = require("node:crypto");
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const { blankStage, checkout, file, inPage, run, until, user } = require("./stage.cjs");

/** A copy of the extension whose id has a private key that we know; the released one's is not in the repository. */
function withKeyOfOurs() {
  const { publicKey, privateKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
  const spki = publicKey.export({ type: "spki", format: "der" });
  const digest = crypto.createHash("sha256").update(spki).digest("hex").slice(0, 32);
  const id = [...digest].map((digit) => String.fromCharCode(97 + parseInt(digit, 16))).join("");
  fs.writeFileSync(file("key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
  for (const folder of ["packaging/extension", "tools/ukey-agent/extension"]) {
    fs.cpSync(path.join(checkout, folder), file(`copy/${folder}`), { recursive: true });
  }
  const manifest = file("copy/tools/ukey-agent/extension/manifest.json");
  const told = JSON.parse(fs.readFileSync(manifest));
  fs.writeFileSync(manifest, JSON.stringify({ ...told, key: spki.toString("base64") }, null, 2));
  return { id, version: told.version };
}

/** What the pages of an intranet are to Chromium: answers with the files of a folder. */
function intranet(folder) {
  const server = http.createServer((request, response) => {
    const asked = path.join(folder, path.basename(request.url.split("?")[0]));
    if (!fs.existsSync(asked)) return response.writeHead(404).end();
    const type = asked.endsWith(".crx") ? "application/x-chrome-extension" : "text/xml";
    return response.writeHead(200, { "Content-Type": type }).end(fs.readFileSync(asked));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** A Chromium that sees our folder as /etc/chromium, and nobody else does. */
function chromiumUnder(policy) {
  fs.mkdirSync(file("etc/policies/managed"), { recursive: true });
  fs.writeFileSync(file("etc/policies/managed/ukey.json"), JSON.stringify(policy));
  const program = file("chromium");
  fs.writeFileSync(program, `#!/bin/sh
[ "$(id -u)" = 0 ] || user=--map-root-user
exec unshare $user --mount sh -c 'mount --bind "$0" /etc/chromium && exec /usr/bin/chromium "$@"' '${file("etc")}' "$@"
`, { mode: 0o700 });
  return program;
}

/** Some containers refuse them; what is in the packages is looked at all the same. */
function mayHaveNamespaces() {
  const user = process.getuid() === 0 ? [] : ["--map-root-user"];
  return spawnSync("unshare", [...user, "--mount", "true"]).status === 0;
}

/** The manifest in a packed extension. */
function manifestIn(packed) {
  const script = "import sys, zipfile; sys.stdout.write(zipfile.ZipFile(sys.argv[1]).read('manifest.json').decode())";
  return JSON.parse(execFileSync("python3", ["-c", script, file(`packed/${packed}`)], { encoding: "utf8" }));
}

/** Packed, served and forced by policy it is there; and as its id is another one than the released extension's, the agent lets it do nothing. */
async function installed() {
  const { id, version } = withKeyOfOurs();
  const server = await intranet(file("packed"));
  const base = `http://127.0.0.1:${server.address().port}`;
  const pack = ["copy/packaging/extension/pack.sh", "packed", "key.pem"].map(file);
  const environment = { ...process.env, UPDATE_BASE: base };
  const made = execFileSync("bash", pack, { env: environment, encoding: "utf8" }).trim().split("\n").map((one) => path.basename(one));
  assert.deepEqual(made, ["ukey-extension.zip", "ukey-extension.xpi", "ukey-extension.crx", "update.xml"]);
  const update = fs.readFileSync(file("packed/update.xml"), "utf8");
  assert.ok(update.includes(`appid="${id}"`) && update.includes(`codebase="${base}/ukey-extension.crx" version="${version}"`), update);
  for (const [packed, hasKey] of [["ukey-extension.zip", true], ["ukey-extension.xpi", false]]) {
    const manifest = manifestIn(packed);
    assert.equal("key" in manifest, hasKey, packed);
    assert.deepEqual(manifest.content_scripts[0].matches, ["https://*/*"], "developers' pages are left out");
  }

  if (!mayHaveNamespaces()) {
    console.log("the browser's part is left out: this machine refuses mount namespaces");
    return;
  }
  // The shape of the policy is the documented one, with our id and address.
  const policy = JSON.parse(fs.readFileSync(path.join(checkout, "packaging/extension/chromium-policy.json")));
  const [forced] = policy.ExtensionInstallForcelist;
  policy.ExtensionInstallForcelist = [forced.replace(/^[a-p]{32};.*\/update\.xml$/, `${id};${base}/update.xml`)];
  assert.ok(policy.ExtensionInstallForcelist[0].startsWith(id));
  const { origin, page, close } = await blankStage({ extension: null, agent: id, executablePath: chromiumUnder(policy) });
  const status = async () => {
    await page.goto(origin + new URL(page.url()).pathname);
    return (await inPage(page, (ukey) => ukey.status())).code;
  };
  await until("the extension is installed", async () => (await status()) !== "ERR_UKEY_NO_EXTENSION");
  assert.equal(await status(), "ERR_UKEY_NO_AGENT");
  await close();
  server.close();
  assert.ok(user.audit().every((line) => line.result === "ERR_UKEY_ORIGIN_DENIED"), JSON.stringify(user.audit()));
}

run({ installed });
