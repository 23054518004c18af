// Several at once: tabs, browsers, and a token that comes and goes. Usage: node together.cjs SCENARIO
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { BLANK, PIN, base64, blankStage, checkout, file, inPage, only, run, until, user } = require("./stage.cjs");

const ROUNDS = 4;
const windowsOf = (origin) => user.windows().split("\n").filter((line) => line.startsWith("SETDESC") && line.includes(origin)).length;
const pinWindows = () => user.windows().split("\n").filter((line) => line === "GETPIN").length;
const signedFor = (origin) => user.audit().filter((line) => line.operation === "sign" && line.origin === origin).map((line) => line.result);

/** Another site in another tab of the same browser. */
async function secondTab(context, origin) {
  const other = origin.replace("bid.", "other.");
  const page = await context.newPage();
  const library = fs.readFileSync(path.join(checkout, "tools/ukey-agent/web/ukey.js"), "utf8");
  await page.route(`${other}/**`, (route) => {
    const isLibrary = route.request().url().endsWith("/ukey/ukey.js");
    return route.fulfill(isLibrary ? { contentType: "text/javascript", body: library } : { contentType: "text/html", body: "<title>other</title>" });
  });
  await page.goto(`${other}/${BLANK}`);
  return { other, page };
}

/** Signs one thing after the other; each is checked against what was asked. */
async function signsSeveral(ukey, { who, certId, rounds }) {
  const [own] = await ukey.listCertificates({ usage: "sign" });
  const valid = [];
  for (let i = 0; i < rounds; i++) {
    const data = `${who} ${i}`;
    const { signature } = await ukey.sign({ data }, { certId, format: "der", description: data });
    valid.push((await ukey.verify({ certificate: own.der, data, signature })).valid);
  }
  return valid;
}

/** Two sites in two tabs sign at the same time: one window after the other, each with its own site, and nothing lost. */
async function twoTabs() {
  const { origin, page, context, close } = await blankStage();
  const { other, page: second } = await secondTab(context, origin);
  const { id: certId } = await only(page, "sign");
  await only(second, "sign");
  const consents = [windowsOf(origin), windowsOf(other)];
  assert.deepEqual(consents, [1, 1], "each site asks for its own consent");

  user.types(...Array(2 * ROUNDS).fill(`SLOW:${PIN}`));
  const signs = (tab, who) => inPage(tab, signsSeveral, { who, certId, rounds: ROUNDS });
  const valid = await Promise.all([signs(page, "first"), signs(second, "second")]);
  assert.deepEqual(valid, [Array(ROUNDS).fill(true), Array(ROUNDS).fill(true)]);
  assert.equal(pinWindows(), 2 * ROUNDS);
  assert.deepEqual([windowsOf(origin) - 1, windowsOf(other) - 1], [ROUNDS, ROUNDS]);
  assert.deepEqual([signedFor(origin), signedFor(other)], [Array(ROUNDS).fill("ok"), Array(ROUNDS).fill("ok")]);
  assert.ok(!user.windows().includes("OVERLAP"));

  // A tab that is closed while its request waits for the other's window never gets a window.
  user.types(`LATER:${PIN}`, PIN);
  const first = inPage(page, (ukey, id) => ukey.sign({ data: "kept" }, { certId: id, format: "der" }).then(() => "signed"), certId);
  await until("the first tab's window", () => pinWindows() === 2 * ROUNDS + 1);
  await inPage(second, (ukey, id) => {
    ukey.sign({ data: "closed" }, { certId: id, format: "der" }).catch(() => {});
    // What is sent behind it, on the same way, has come: so it has.
    return new Promise((resolve) => {
      addEventListener("message", ({ data }) => data?.ukey === "answer" && data.id === "behind" && resolve());
      setTimeout(() => postMessage({ ukey: "request", id: "behind", method: "no such method", params: {} }, "*"));
    });
  }, certId);
  await second.close();
  fs.writeFileSync(file("go"), "");
  assert.equal(await first, "signed");
  await until("the closed tab's end is written down", () => signedFor(other).length === ROUNDS + 1);
  assert.equal(signedFor(other).at(-1), "ERR_UKEY_USER_CANCELLED");
  assert.equal(pinWindows(), 2 * ROUNDS + 1);
  await close();
}

/** Chromium's half of two browsers on one token; the other half is tests/python/firefox_signing.py. */
async function besideFirefox() {
  const { page, close } = await blankStage();
  const signer = await only(page, "sign");
  fs.writeFileSync(file("chromium-ready"), "");
  await until("Firefox is ready", () => fs.existsSync(file("firefox-ready")), 120_000);
  for (let i = 0; i < ROUNDS; i++) {
    const signed = await inPage(page, (ukey, [id, data]) => ukey.sign({ data }, { certId: id, format: "der" }), [signer.id, `chromium ${i}`]);
    assert.ok(signed.signature, JSON.stringify(signed));
    fs.writeFileSync(file(`chromium-${i}.sig`), Buffer.from(base64(signed.signature), "base64"));
  }
  fs.writeFileSync(file("signer.der"), Buffer.from(base64(signer.der), "base64"));
  await close();
}

/** The token is pulled while the PIN window is open (whoever runs this does it), and put back. */
async function pulledToken() {
  const { page, close } = await blankStage();
  const signer = await only(page, "sign");
  await page.evaluate(async () => {
    const { ukey } = await import("/ukey/ukey.js");
    window.seen = [];
    ukey.on("tokenchange", () => ukey.status().then(({ tokens }) => window.seen.push(tokens)));
  });
  const seen = (tokens) => page.waitForFunction((tokens) => window.seen.includes(tokens), tokens, { timeout: 60_000 });
  const sign = () => inPage(page, (ukey, id) => ukey.sign({ data: "x" }, { certId: id, format: "der" }), signer.id);

  user.types("HANG"); // nobody types: what ends the window is the token
  const signed = sign();
  await until("the PIN window is open", () => pinWindows() === 1);
  fs.writeFileSync(file("pull"), "");
  await until("the token is out", () => fs.existsSync(file("pulled")), 60_000);
  assert.equal((await signed).code, "ERR_UKEY_TOKEN_REMOVED");
  await seen(0);
  assert.equal((await sign()).code, "ERR_UKEY_NO_TOKEN");

  fs.writeFileSync(file("insert"), "");
  await until("the token is in", () => fs.existsSync(file("inserted")), 60_000);
  await seen(1);
  const { triesLeft, maxTries } = await inPage(page, (ukey, id) => ukey.pinTries(id), signer.id);
  assert.equal(triesLeft, maxTries, "no try was spent");
  user.types(PIN);
  const again = await sign();
  assert.ok(again.signature, JSON.stringify(again));
  const results = user.audit().filter((line) => line.operation === "sign").map((line) => line.result);
  assert.deepEqual(results, ["ERR_UKEY_TOKEN_REMOVED", "ERR_UKEY_NO_TOKEN", "ok"]);
  await close();
}

run({ twoTabs, besideFirefox, pulledToken });
