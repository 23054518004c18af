// The extension, the agent and ukey.js in Chromium. Usage: node signing.cjs SCENARIO
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const {
  BLANK, NONCE, PIN, agentProcess, base64, blankSite, blankStage, browser, checkout, file, inPage, only, run, stage, until, user,
} = require("./stage.cjs");

const PATIENCE = process.env.STAGE_VISIBLE === undefined ? 60_000 : 600_000; // people type slowly
/** The whole story on the demonstration platform; screenshots are for people. */
async function platform() {
  const operations = await story();
  for (const line of ["authenticate ok", "streamEnd ok", "listCertificates ok"]) {
    assert.ok(operations.includes(line), `${line} in ${operations}`);
  }
  pinIsNowhere();
}

/** The same for somebody who looks: says what happens, and leaves a visible browser open for a while. */
async function demonstration() {
  await story((what) => console.log(`  ${what}`));
}

async function story(say = () => {}) {
  const { origin, page, complaints, close } = await stage();
  const shots = process.env.STAGE_SHOTS ?? file("shots");
  fs.mkdirSync(shots, { recursive: true });
  const shot = (name) => page.screenshot({ path: path.join(shots, `${name}.png`), fullPage: true });
  const ready = () => page.waitForSelector("body[data-ready]");

  await page.goto(origin);
  await ready();
  await shot("1-login");
  assert.match(await page.textContent("#key"), /USBKEY/);
  const asked = user.windows().split("CONFIRM").length - 1;
  assert.equal(asked, process.env.STAGE_VISIBLE === undefined ? 1 : 0, "consent is asked once");

  user.types(PIN);
  await page.click("#log-in");
  await page.waitForSelector("#company:not(:empty)", { timeout: PATIENCE });
  await shot("2-logged-in");
  say("logged in with the key; the platform has checked the token");

  const tender = process.env.STAGE_TENDER ?? file("tender.pdf");
  if (!fs.existsSync(tender)) fs.writeFileSync(tender, Buffer.alloc(3_000_001, "tender "));
  await page.setInputFiles("#file", tender);
  user.types(PIN);
  await page.click("#hand-in");
  await page.waitForSelector("button.open", { timeout: PATIENCE });
  await shot("3-handed-in");
  say("tender signed, sealed to the own encryption certificate, and uploaded");
  assert.equal(await page.getAttribute("#step-send", "class"), "done");

  assert.deepEqual(await withoutSession(page), [401, 401]);

  user.types(PIN);
  await page.click("button.open");
  await page.waitForSelector("#tenders tr:has-text('已开标')", { timeout: PATIENCE });
  await shot("4-opened");
  say("tender opened with the key; the platform has checked the signature");
  await page.click("#language");
  await page.waitForSelector("#lines tr:nth-child(3)");
  assert.match(await page.textContent("#chosen"), new RegExp(path.basename(tender)), "the chosen file stays chosen");
  await shot("5-record-in-english");

  const stored = fs.readdirSync(file("tenders"));
  const opened = fs.readFileSync(file(`tenders/${stored.find((name) => name.endsWith(".opened"))}`));
  assert.deepEqual(opened, fs.readFileSync(tender), "what was opened is what was handed in");
  const sealed = fs.readFileSync(file(`tenders/${stored.find((name) => name.endsWith(".sealed"))}`));
  assert.equal(sealed.indexOf(opened.subarray(0, 16)), -1, "the platform holds no plain tender before the opening");

  assert.ok(user.audit().every((line) => line.origin === origin || line.origin.includes("extension.ukey")));
  assert.deepEqual(complaints.filter((text) => !text.includes("401")), []);
  if (process.env.STAGE_VISIBLE !== undefined) await page.waitForTimeout(15_000);
  await close();
  return user.audit().map((line) => `${line.operation} ${line.result}`);
}

/** What the platform tells somebody without the session's cookie. */
function withoutSession(page) {
  return page.evaluate(async () => {
    const paths = ["api/tenders", "api/tenders/1/sealed"];
    return Promise.all(paths.map(async (path) => (await fetch(path, { credentials: "omit" })).status));
  });
}

/** The PIN is in no file that browser or agent wrote. */
function pinIsNowhere() {
  const needle = Buffer.from(PIN);
  const wide = Buffer.from(PIN, "utf16le");
  const look = (at) => {
    for (const entry of fs.readdirSync(at, { withFileTypes: true })) {
      const inner = path.join(at, entry.name);
      if (entry.isDirectory()) look(inner);
      else if (entry.isFile()) {
        const content = fs.readFileSync(inner);
        assert.ok(!content.includes(needle) && !content.includes(wide), `the PIN is in ${inner}`);
      }
    }
  };
  for (const place of ["profile", "state", "tenders"]) if (fs.existsSync(file(place))) look(file(place));
}

/** Everything of ukey.js, with results left in files for judges. */
async function library() {
  const { origin, page, close } = await blankStage();
  const status = await inPage(page, (ukey) => ukey.status());
  assert.equal(status.tokens, 1);
  assert.ok(status.methods.includes("sign"));
  assert.equal(user.windows().includes("CONFIRM"), false, "status asks nobody");

  const signer = await only(page, "sign");
  const recipient = await only(page, "encrypt");
  assert.equal(signer.pairId, recipient.pairId);
  fs.writeFileSync(file("signer.der"), Buffer.from(base64(signer.der), "base64"));

  const message = "the tender, 投标文件\n";
  fs.writeFileSync(file("tender.txt"), message);
  for (const [format, name] of [["der", "bare.sig"], ["cms", "gm.p7s"], ["pkcs7", "rfc.p7s"]]) {
    user.types(PIN);
    const signed = await inPage(page, (ukey, [data, certId, format]) => ukey.sign({ data }, { certId, format }), [message, signer.id, format]);
    assert.ok(signed.signature, JSON.stringify(signed));
    fs.writeFileSync(file(name), Buffer.from(base64(signed.signature), "base64"));
  }
  user.types(PIN);
  const token = await inPage(page, (ukey, [nonce, certId]) => ukey.authenticate(nonce, { certId }), [NONCE, signer.id]);
  assert.equal(token.format, "ukey-auth:1.0");
  fs.writeFileSync(file("token.json"), JSON.stringify({ origin, nonce: NONCE, token }));

  const checked = await inPage(page, async (ukey, { message, certificate, signature, sealedTo, pin }) => {
    const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const good = await ukey.verify({ certificate: bytes(certificate), data: message, signature: bytes(signature) });
    const bad = await ukey.verify({ certificate: bytes(certificate), data: `${message}!`, signature: bytes(signature) });
    const random = [await ukey.random(32), await ukey.random(32)];
    const sealed = await ukey.encrypt(message, { recipients: [bytes(sealedTo)] });
    return { good: good.valid, bad: bad.valid, random: random.map((r) => [...r].join()), sealed: [...sealed] };
  }, { message, certificate: base64(signer.der), signature: fs.readFileSync(file("bare.sig"), "base64"), sealedTo: base64(recipient.der) });
  assert.equal(checked.good, true);
  assert.equal(checked.bad, false);
  assert.notEqual(checked.random[0], checked.random[1]);
  user.types(PIN);
  const opened = await inPage(page, (ukey, sealed) => ukey.decrypt(new Uint8Array(sealed)), checked.sealed);
  assert.equal(Buffer.from(Object.values(opened)).toString(), message);

  // The largest message with its content: answers come near the 1 MiB that browsers take from a native host.
  const attached = async (ukey, { certId, size }) => {
    const { signature } = await ukey.sign({ data: new Uint8Array(size).fill(7) }, { certId, format: "cms", detached: false });
    const { valid, data } = await ukey.verify({ signature });
    return { valid, size: data.length };
  };
  user.types(PIN);
  assert.deepEqual(await inPage(page, attached, { certId: signer.id, size: 512 * 1024 }), { valid: true, size: 512 * 1024 });
  const tooLarge = await inPage(page, attached, { certId: signer.id, size: 512 * 1024 + 1 });
  assert.equal(tooLarge.code, "ERR_UKEY_TOO_LARGE");

  user.types("11111111", "22222222", "33333333");
  const wrong = await inPage(page, (ukey, id) => ukey.checkPin(id), signer.id);
  assert.equal(wrong.code, "ERR_UKEY_PIN_INCORRECT");
  assert.equal(wrong.retriesLeft, 7);
  await close();
  pinIsNowhere();
}

/** What must not work. */
async function refusals() {
  const { origin, page, context, close } = await blankStage();
  const signer = await only(page, "sign");
  const code = async (body, given) => (await inPage(page, body, given)).code;

  // An answer that does not come through ukey.js, to send what it would not.
  const raw = (on, method, params) => on.evaluate(([method, params]) => new Promise((resolve) => {
    const id = Math.random().toString(36);
    addEventListener("message", ({ data }) => data?.ukey === "answer" && data.id === id && resolve(data.error?.code ?? "ok"));
    setTimeout(() => resolve("silence"), 1500);
    postMessage({ ukey: "request", id, method, params, origin: "https://bank.example.cn", lang: "en" }, "*");
  }), [method, params]);
  assert.equal(await raw(page, "status", {}), "ok");
  assert.equal(await raw(page, "checkPin", { certId: signer.id, pin: "12345678" }), "ERR_UKEY_PIN_IN_REQUEST");
  assert.equal(await raw(page, "checkPin", { certId: signer.id, deep: [{ passWd: "x" }] }), "ERR_UKEY_PIN_IN_REQUEST");
  assert.equal(await raw(page, "loadLibrary", { path: "/tmp/x.so" }), "ERR_UKEY_UNSUPPORTED");
  assert.equal(await raw(page, "status", { origin: "https://bank.example.cn" }), "ERR_UKEY_BAD_PARAMS");
  const label = Buffer.from("UKEY-AUTH-V1\0").toString("base64");
  assert.equal(await raw(page, "sign", { data: label, how: { certId: signer.id, format: "der" } }), "ERR_UKEY_FORBIDDEN_DATA");
  assert.equal(await code((ukey, id) => ukey.authenticate("c2hvcnQ=", { certId: id }), signer.id), "ERR_UKEY_BAD_PARAMS");

  const cyclic = await page.evaluate(() => new Promise((resolve) => {
    const params = {};
    params.self = params;
    addEventListener("message", ({ data }) => data?.ukey === "answer" && data.id === "cyclic" && resolve(data.error?.code));
    postMessage({ ukey: "request", id: "cyclic", method: "status", params }, "*");
  }));
  assert.equal(cyclic, "ERR_UKEY_BAD_PARAMS");

  // A page in a frame has no content script; nor has one without https.
  await page.evaluate((source) => { document.body.innerHTML = `<iframe src="${source}"></iframe><iframe sandbox="allow-scripts" src="${source}"></iframe>`; }, `${origin}/${BLANK}?frame`);
  await until("both frames are there", () => page.frames().length === 3);
  for (const frame of page.frames().slice(1)) {
    await frame.waitForLoadState();
    assert.equal(await raw(frame, "status", {}), "silence");
  }
  const plain = await context.newPage();
  await plain.route("http://plain.example.cn/*", (route) => route.fulfill({ contentType: "text/html", body: "<title>plain</title>" }));
  await plain.goto("http://plain.example.cn/");
  assert.equal(await raw(plain, "status", {}), "silence");
  await plain.close();

  // A flood: one is done, a few wait, the rest is told so at once.
  user.types("HANG");
  const flood = await page.evaluate(async (id) => {
    const { ukey } = await import("/ukey/ukey.js");
    const stop = new AbortController();
    const codes = [];
    const asked = Array.from({ length: 12 }, () => ukey.checkPin(id, { signal: stop.signal }).catch((error) => codes.push(error.code)));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const early = [...codes];
    stop.abort();
    await Promise.all(asked);
    return early;
  }, signer.id);
  assert.ok(flood.length >= 7 && flood.every((c) => c === "ERR_UKEY_BUSY"), JSON.stringify(flood));

  // Another extension with the same code is not let in by the browser.
  await close();
  const stranger = file("stranger");
  fs.cpSync(path.join(checkout, "tools/ukey-agent/extension"), stranger, { recursive: true });
  const manifest = JSON.parse(fs.readFileSync(path.join(stranger, "manifest.json")));
  delete manifest.key;
  fs.writeFileSync(path.join(stranger, "manifest.json"), JSON.stringify(manifest));
  const second = await blankStage({ name: "second", extension: stranger });
  const refused = await inPage(second.page, (ukey) => ukey.status());
  assert.equal(refused.code, "ERR_UKEY_NO_AGENT");
  await second.close();
  const results = new Set(user.audit().map((line) => line.result));
  for (const line of ["ERR_UKEY_FORBIDDEN_DATA", "ERR_UKEY_BAD_PARAMS"]) assert.ok(results.has(line), [...results].join());
}

/** The page goes away while the PIN window is open: no signature. */
async function navigation() {
  const { origin, page, close } = await blankStage();
  const signer = await only(page, "sign");
  user.types("HANG", PIN);
  page.evaluate(async (id) => {
    const { ukey } = await import("/ukey/ukey.js");
    await ukey.sign({ data: "x" }, { certId: id, format: "der" });
  }, signer.id).catch(() => {});
  await until("the PIN window is open", () => user.windows().includes("GETPIN"));
  await page.goto(`${origin}/${BLANK}?elsewhere`);
  await until("the end is written down", () => user.audit().some((line) => line.operation === "sign"));
  const lines = user.audit().filter((line) => line.operation === "sign");
  assert.deepEqual(lines.map((line) => line.result), ["ERR_UKEY_USER_CANCELLED"]);
  // The next request works, with the PIN that was not typed.
  const checked = await inPage(page, (ukey, id) => ukey.checkPin(id).then(() => "fine"), signer.id);
  assert.equal(checked, "fine");

  // The page gives up while a file is on its way, more often than the agent has room for files: none is left behind.
  const windows = user.windows().length;
  const gaveUp = await inPage(page, async (ukey, certId) => {
    const tender = new Blob([new Uint8Array(8 << 20)]);
    const codes = [];
    for (let i = 0; i < 6; i++) {
      const stop = new AbortController();
      const options = { certId, format: "der", signal: stop.signal, onProgress: () => stop.abort() };
      codes.push(await ukey.sign({ file: tender }, options).then(() => "signed", (error) => error.code));
    }
    return codes;
  }, signer.id);
  assert.deepEqual(gaveUp, Array(6).fill("ERR_UKEY_USER_CANCELLED"));
  assert.equal(user.windows().length, windows, "no window for a file that did not come to its end");
  await close();
}

/** No consent, no names; no extension, no agent: each has its own code. */
async function absences() {
  user.agrees(false);
  const { page, close } = await blankStage();
  const denied = await inPage(page, (ukey) => ukey.listCertificates());
  assert.equal(denied.code, "ERR_UKEY_CONSENT_DENIED");
  await close();

  const without = await blankStage({ name: "no-agent", agent: false });
  const noAgent = await inPage(without.page, (ukey) => ukey.status());
  assert.equal(noAgent.code, "ERR_UKEY_NO_AGENT");
  await without.close();

  const empty = file("empty-extension");
  fs.mkdirSync(empty);
  fs.writeFileSync(path.join(empty, "manifest.json"), JSON.stringify({ manifest_version: 3, name: "empty", version: "1" }));
  const bare = await blankStage({ name: "no-extension", extension: empty });
  const noExtension = await inPage(bare.page, (ukey) => ukey.status());
  assert.equal(noExtension.code, "ERR_UKEY_NO_EXTENSION");
  await bare.close();
}

/** The agent dies in the middle; the page is told, and the next call starts a new one. */
async function killedAgent() {
  const { page, close } = await blankStage();
  const signer = await only(page, "sign");
  user.types("HANG");
  const asked = inPage(page, (ukey, id) => ukey.checkPin(id), signer.id);
  await until("the PIN window is open", () => user.windows().includes("GETPIN"));
  process.kill(agentProcess(), "SIGKILL");
  assert.equal((await asked).code, "ERR_UKEY_NO_AGENT");
  assert.equal((await inPage(page, (ukey) => ukey.status())).tokens, 1);
  await close();
}

/** The options page: self-test, consents, the log and its verdict. Content scripts ask the same in vain. */
async function optionsPage() {
  const { origin, page, context, close } = await blankStage();
  await only(page, "sign");

  // In the world of the content script, which has the extension's id.
  const debug = await context.newCDPSession(page);
  const worlds = [];
  debug.on("Runtime.executionContextCreated", (event) => worlds.push(event.context));
  await debug.send("Runtime.enable");
  const world = worlds.find((one) => one.auxData.type === "isolated" && one.origin.startsWith("chrome-extension://"));
  const fromScript = async (method) => {
    const expression = `chrome.runtime.sendMessage({ kind: "manage", method: "${method}", params: {} })`;
    const reply = await debug.send("Runtime.evaluate", { expression, contextId: world.id, awaitPromise: true, returnByValue: true });
    return reply.result.value.error?.code;
  };
  for (const method of ["consents", "auditTail", "selfTest", "sign"]) {
    assert.equal(await fromScript(method), "ERR_UKEY_ORIGIN_DENIED", method);
  }
  const byPage = await inPage(page, () => new Promise((resolve) => {
    window.addEventListener("message", ({ data }) => data.ukey === "answer" && data.id === "m" && resolve(data.error.code));
    window.postMessage({ ukey: "request", id: "m", method: "consents", params: {} }, location.origin);
  }));
  assert.equal(byPage, "ERR_UKEY_UNSUPPORTED");

  const options = await context.newPage();
  await options.goto("chrome-extension://ifpaoghmfhbgikljlppljegoaoliglik/options.html");
  await options.waitForSelector("#audit:not([hidden]) tbody tr");
  assert.deepEqual(await options.$$eval("#steps li", (items) => items.map((item) => item.className)), Array(5).fill("ok"));
  const shots = process.env.STAGE_SHOTS ?? file("shots");
  fs.mkdirSync(shots, { recursive: true });
  await options.screenshot({ path: path.join(shots, "options.png"), fullPage: true });
  assert.equal(await options.textContent("#consents tbody td"), origin);
  assert.equal(await options.getAttribute("#verdict", "class"), "ok");
  assert.ok((await options.$$eval("#codes dt", (codes) => codes.length)) > 20);

  await options.selectOption("#consents select", "15");
  const consents = () => JSON.parse(fs.readFileSync(file("state/ukey/agent/consent.json"), "utf8"));
  await until("the choice is kept", () => consents().unlocked?.[origin] === 15);
  await options.click("#consents button");
  await options.waitForSelector("#no-consents:not([hidden])");
  assert.deepEqual(consents().origins, {});

  const log = file("state/ukey/agent/audit.jsonl");
  fs.writeFileSync(log, fs.readFileSync(log, "utf8").replace("listCertificates", "listCertificate5"));
  await options.click("#again");
  await options.waitForSelector("#verdict.fail");
  await options.screenshot({ path: path.join(shots, "options-broken.png"), fullPage: true });
  await close();
}

/** A page of the platforms of today: global SOF_* functions with callbacks, numbers of the XTX profile. */
async function sofCallbacks() {
  const site = blankSite();
  fs.copyFileSync(path.join(checkout, "tests/browser/xtx-page.html"), path.join(site, "xtx.html"));
  // The page's script is inline, as on such platforms, so the service's policy has to stand back.
  const { origin, page, close } = await stage({ site, bypassCSP: true });
  user.types(PIN, PIN, PIN);
  await page.goto(`${origin}/xtx.html`);
  await page.waitForSelector("#log[data-done]", { timeout: 60_000 });
  const told = JSON.parse(await page.textContent("#log"));
  assert.match(told.list, /^ACME tenders\|\|[0-9a-f]{32}$/);
  assert.equal(told.commonName, "ACME tenders");
  assert.equal(told.organisation, "ACME");
  assert.match(told.notAfter, /^\d{14}$/);
  assert.equal(told.login, true);
  assert.equal(told.retries, 10);
  assert.equal(told.isLogin, true);
  assert.equal(Buffer.from(told.signature, "base64").length, 64, "raw r and s");
  assert.equal(told.verified, true);
  assert.equal(told.verifiedOther, false);
  assert.equal(told.messageVerified, true);
  assert.equal(told.original, "login random");
  assert.equal(told.random.length, 32);
  assert.equal(told.devices, 1);
  assert.ok(told.serial.length > 0);
  assert.equal(told.hard, "HARD");
  assert.equal(told.file, "");
  assert.equal(told.fileError, 0x0b000002);
  assert.equal(told.ctx, "mine");
  assert.equal(told.logout, true);
  assert.equal(user.windows().includes("00000000"), false, "the PIN that the page passed is nowhere");
  await close();
}

/** The same by promises, with the numbers of GM/T 0006. */
async function sofPromises() {
  const { page, close } = await blankStage();
  user.types(PIN, PIN, PIN);
  const told = await page.evaluate(async () => {
    const { createSof } = await import("/ukey/ukey-sof.js");
    const { ukeySof, names } = await new Promise((resolve) => {
      const script = Object.assign(document.createElement("script"), { src: "/ukey/ukey.classic.js" });
      script.onload = () => {
        const target = {};
        window.ukeySof.install(target, {});
        resolve({ ukeySof: window.ukeySof, names: Object.keys(target) });
      };
      document.head.append(script);
    });
    await ukeySof.ready;
    const sof = createSof({ loginReturn: "retry" });
    const [, certId] = (await sof.SOF_GetUserList()).split("||");
    const cert = await sof.SOF_ExportUserCert(certId);
    const exchange = await sof.SOF_ExportExChangeUserCert(certId);
    const sealed = await sof.SOF_EncryptData(exchange, "报价 100");
    return {
      names: names.sort().join(), own: Object.keys(sof).sort().join(), login: await sof.SOF_Login(certId, "00000000"),
      subject: await sof.SOF_GetCertInfo(cert, 0x31), sealed: sealed.length, opened: await sof.SOF_DecryptData(certId, sealed),
      symmetric: await createSof({ encryptData: "symmetric" }).SOF_EncryptData("a2V5", "报价 100"), der: await sof.SOF_SignData(certId, "x"), none: await sof.SOF_ExportUserCert("0".repeat(32)), error: await sof.SOF_GetLastError(),
    };
  });
  assert.equal(told.names, told.own, "the classic script names what the module has");
  assert.equal(told.login, 0);
  assert.equal(told.subject, "ACME tenders");
  assert.equal(told.opened, "报价 100");
  assert.equal(told.symmetric, "", "a page's own keys are nobody's business here");
  assert.equal(Buffer.from(told.der, "base64")[0], 0x30);
  assert.equal(told.none, "");
  assert.equal(told.error, 0x0b000310);
  await close();
}

run({ platform, library, refusals, navigation, absences, killedAgent, optionsPage, demonstration, sofCallbacks, sofPromises });
