// The agent's loopback channel, for browsers without the extension. Usage: node loopback.cjs SCENARIO
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { PIN, agentServes, blankStage, file, inPage, run, user } = require("./stage.cjs");

/** The loopback channel: a listed site signs, once the browser's own gate is open; another one does not. */
async function loopback() {
  const empty = file("empty-extension");
  fs.mkdirSync(empty);
  fs.writeFileSync(path.join(empty, "manifest.json"), JSON.stringify({ manifest_version: 3, name: "empty", version: "1" }));
  const { origin, page, context, close } = await blankStage({ extension: empty, publicSite: true });
  const server = await agentServes(origin);
  const ask = (page) => inPage(page, (ukey, url) => {
    ukey.useAgent(url);
    return ukey.status();
  }, `ws://127.0.0.1:${server.port}`);
  // Chromium's own gate (Local Network Access) is shut for a page of the Internet, until it is opened.
  assert.equal((await ask(page)).code, "ERR_UKEY_NO_AGENT");
  await context.grantPermissions(["local-network-access"], { origin });
  await page.reload();
  assert.equal((await ask(page)).tokens, 1);
  const listed = await inPage(page, async (ukey, url) => {
    ukey.useAgent(url);
    return ukey.listCertificates({ usage: "sign" });
  }, `ws://127.0.0.1:${server.port}`);
  user.types(PIN);
  const signed = await inPage(page, async (ukey, { url, id }) => {
    ukey.useAgent(url);
    return ukey.sign({ data: "x" }, { certId: id, format: "der" });
  }, { url: `ws://127.0.0.1:${server.port}`, id: listed[0].id });
  assert.ok(signed.signature, JSON.stringify(signed));
  // Here it is the page that sends a file's pieces.
  user.types(PIN);
  const opened = await inPage(page, async (ukey, url) => {
    ukey.useAgent(url);
    const [{ der }] = await ukey.listCertificates({ usage: "encrypt" });
    const tender = new Blob([new Uint8Array(1_300_001).map((_, i) => i)]);
    const told = [];
    const sealed = await ukey.encrypt(tender, { recipients: [der], onProgress: (done) => told.push(done) });
    const opened = new Uint8Array(await (await ukey.decrypt(sealed)).arrayBuffer());
    return { told, size: opened.length, same: opened.every((byte, i) => byte === (i & 255)) };
  }, `ws://127.0.0.1:${server.port}`);
  assert.deepEqual(opened, { told: [524_288, 1_048_576, 1_300_001], size: 1_300_001, same: true });
  assert.deepEqual([...new Set(user.audit().map((line) => line.channel))], ["loopback"]);
  assert.deepEqual([...new Set(user.audit().map((line) => line.origin))], [origin]);

  const other = origin.replace("bid.", "evil.");
  await context.grantPermissions(["local-network-access"], { origin: other });
  const lines = user.audit().length;
  await page.route(`${other}/**`, (route) => route.fulfill({ contentType: "text/html", body: "<title>evil</title>" }));
  await page.goto(other);
  const refused = await page.evaluate((url) => new Promise((resolve) => {
    const socket = new WebSocket(url);
    socket.onopen = () => resolve("open");
    socket.onerror = () => resolve("refused");
  }), `ws://127.0.0.1:${server.port}`);
  assert.equal(refused, "refused");
  const told = user.audit().slice(lines);
  assert.deepEqual(told.map(({ origin, result }) => [origin, result]), [[other, "ERR_UKEY_ORIGIN_DENIED"]]);
  await close();
}

/** Many calls of one page need one connection, and a page that comes while all seats are taken waits for one. */
async function crowd() {
  const { origin, page, context, close } = await blankStage({ extension: null, agent: false });
  await context.grantPermissions(["local-network-access"], { origin });
  const server = await agentServes(origin);
  const url = `ws://127.0.0.1:${server.port}`;
  const calls = await inPage(page, async (ukey, url) => {
    let sockets = 0;
    const Native = WebSocket;
    globalThis.WebSocket = function (url) {
      sockets += 1;
      return new Native(url);
    };
    const answers = [];
    for (let i = 0; i < 20; i += 1) {
      ukey.useAgent(url);
      answers.push(...(await Promise.all([ukey.status(), ukey.status()])));
    }
    globalThis.WebSocket = Native;
    return { sockets, tokens: answers.map(({ tokens }) => tokens) };
  }, url);
  assert.deepEqual(calls, { sockets: 1, tokens: Array(40).fill(1) }, JSON.stringify(calls));

  const told = await page.evaluate(async (url) => {
    const opened = [];
    const come = () => new Promise((resolve) => {
      const socket = new WebSocket(url);
      socket.onopen = () => resolve(socket);
      socket.onerror = () => resolve(null);
    });
    for (let socket = await come(); socket !== null && opened.length < 100; socket = await come()) opened.push(socket);
    const waits = come();
    setTimeout(() => opened[0].close(), 200);
    return { pages: opened.length, late: (await waits) !== null };
  }, url);
  assert.ok(told.pages >= 8 && told.pages < 100, JSON.stringify(told));
  assert.equal(told.late, true, "a seat that is left is for the page that waits");
  const results = user.audit().map(({ operation, result }) => `${operation} ${result}`);
  assert.ok(results.includes("connect ERR_UKEY_BUSY"), String(results));
  await close();
}

run({ loopback, crowd });
