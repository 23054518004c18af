// Large files through the page, and what a page waits for. Usage: node large.cjs SCENARIO
"use strict";

const assert = require("node:assert/strict");
const crypto = require("node:crypto");
const fs = require("node:fs");
const { NONCE, PIN, agentProcess, base64, blankStage, descendants, file, inPage, only, run, user } = require("./stage.cjs");

const MIB = 1 << 20;
/** Most that the page may hold at any time beyond what it held before: pieces on their way, whatever the file's size. */
const HELD_LIMIT = 6 * MIB;
/** Most resident memory of the agent, in KiB. */
const AGENT_LIMIT = 64 * 1024;

/** One line of /proc/PID/status, in KiB. */
function memory(id, line) {
  const status = fs.readFileSync(`/proc/${id}/status`, "utf8");
  return Number(new RegExp(`^${line}:\\s+(\\d+) kB$`, "m").exec(status)[1]);
}

/** What the processes of pages and extension take beyond what they took at this call, at most, in KiB. */
function renderersFromNow() {
  const renderers = descendants().filter((process) => process.arguments.join(" ").includes("--type=renderer")).map(({ id }) => id);
  for (const id of renderers) fs.writeFileSync(`/proc/${id}/clear_refs`, "5"); // forgets the peak so far
  const before = new Map(renderers.map((id) => [id, memory(id, "VmRSS")]));
  return () => Math.max(...renderers.map((id) => memory(id, "VmHWM") - before.get(id)));
}

/** Processor time that browser and agent have had, in seconds. */
function processorTime() {
  const ticks = descendants().map(({ id }) => {
    const stat = fs.readFileSync(`/proc/${id}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, ticks) => sum + ticks, 0) / 100;
}

/** A page with a file of `size` bytes chosen by its user. */
async function pageWithFile(size) {
  const set = await blankStage();
  const tender = fs.openSync(file("large.bin"), "w");
  for (let left = size; left > 0; left -= MIB) fs.writeSync(tender, crypto.randomBytes(Math.min(left, MIB)));
  fs.closeSync(tender);
  await set.page.evaluate(() => document.body.append(Object.assign(document.createElement("input"), { type: "file", id: "file" })));
  await set.page.setInputFiles("#file", file("large.bin"));
  const signer = await only(set.page, "sign");
  const recipient = await only(set.page, "encrypt");
  fs.writeFileSync(file("signer.der"), Buffer.from(base64(signer.der), "base64"));
  return { ...set, signer, recipient };
}

/** What a bidder does with a tender; how long each took, and what was told about it meanwhile. */
const THINGS = {
  sign: async (ukey, { certId, looks }) => {
    const tender = document.getElementById("file").files[0];
    const watch = watching(looks);
    const start = performance.now();
    const { signature } = await ukey.sign({ file: tender }, { certId, format: "der", onProgress: watch.onProgress });
    return { milliseconds: performance.now() - start, told: await watch.told(), signature };
  },
  encrypt: async (ukey, { sealedTo, looks }) => {
    const der = Uint8Array.from(atob(sealedTo), (c) => c.charCodeAt(0));
    const watch = watching(looks);
    const start = performance.now();
    window.sealed = await ukey.encrypt(document.getElementById("file").files[0], { recipients: [der], onProgress: watch.onProgress });
    return { milliseconds: performance.now() - start, told: await watch.told(), size: window.sealed.size };
  },
  decrypt: async (ukey, { looks }) => {
    const watch = watching(looks);
    const start = performance.now();
    window.opened = await ukey.decrypt(window.sealed, { name: "large.bin.enc", onProgress: watch.onProgress });
    return { milliseconds: performance.now() - start, told: await watch.told() };
  },
  compare: async () => {
    const tender = document.getElementById("file").files[0];
    let equal = window.opened.size === tender.size;
    for (let at = 0; equal && at < tender.size; at += 1 << 22) {
      const [a, b] = await Promise.all([tender, window.opened].map(async (blob) => new Uint8Array(await blob.slice(at, at + (1 << 22)).arrayBuffer())));
      equal = a.every((byte, i) => byte === b[i]);
    }
    return equal;
  },
};

/** In the page: keeps what was told, and has somebody look at the page at each quarter. */
function watching(looks) {
  const told = [];
  const seen = [];
  const onProgress = (done, total) => {
    told.push(done);
    if (looks && done * 4 >= total * (seen.length + 1)) seen.push(window.look());
  };
  return { onProgress, told: () => Promise.all(seen).then(() => told) };
}

async function handlesTender({ page, signer, recipient }, size, { looks = false } = {}) {
  const given = { certId: signer.id, sealedTo: base64(recipient.der), looks };
  await page.evaluate((source) => (window.watching = (0, eval)(`(${source})`)), watching.toString());
  const took = {};
  user.types(PIN, PIN);
  for (const thing of ["sign", "encrypt", "decrypt"]) {
    const processor = processorTime();
    const done = await inPage(page, THINGS[thing], given);
    assert.ok(done.told, JSON.stringify(done));
    assert.ok(done.told.length >= size / MIB, `${thing} tells how far it is: ${done.told.length}`);
    assert.ok(done.told.every((bytes, i) => i === 0 || bytes > done.told[i - 1]), `${thing} goes on`);
    const whole = thing === "decrypt" ? took.sealed : size;
    assert.equal(done.told.at(-1), whole, `${thing} ends at the end`);
    if (done.signature) fs.writeFileSync(file("large.sig"), Buffer.from(base64(done.signature), "base64"));
    if (done.size) took.sealed = done.size;
    took[thing] = done.milliseconds;
    took[`${thing}Cpu`] = processorTime() - processor;
  }
  assert.ok(took.sealed > size);
  assert.equal(await inPage(page, THINGS.compare), true, "what was opened is what was sealed");
  return took;
}

/** A large file: what the page keeps hold of does not grow with it, nor does the agent. */
async function largeFile() {
  const size = 12 * MIB;
  const set = await pageWithFile(size);
  const cdp = await set.context.newCDPSession(set.page);
  await cdp.send("HeapProfiler.enable");
  const held = async () => {
    await cdp.send("HeapProfiler.collectGarbage");
    const { usedSize, backingStorageSize, embedderHeapUsedSize } = await cdp.send("Runtime.getHeapUsage");
    return usedSize + backingStorageSize + embedderHeapUsedSize;
  };
  const before = await held();
  let most = 0;
  let looks = 0;
  // At each quarter that the page is told of, so that there are as many looks on a fast machine as on a slow one.
  await set.page.exposeFunction("look", async () => {
    most = Math.max(most, (await held()) - before);
    looks += 1;
  });
  await handlesTender(set, size, { looks: true });
  assert.ok(looks >= 12, `${looks} looks at the page's memory`);
  assert.ok(most < HELD_LIMIT, `the page held ${most} bytes`);
  // That this would show: somebody who does keep the file in the page holds it.
  await set.page.evaluate(async () => (window.kept = await document.getElementById("file").files[0].arrayBuffer()));
  assert.ok((await held()) - before >= size, "a kept file shows");
  const agent = memory(agentProcess(), "VmHWM");
  assert.ok(agent < AGENT_LIMIT, `the agent took ${agent} KiB`);
  await set.close();
}

const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];

/** The figures of `ukey-bench browser`, as JSON. */
async function figures() {
  const size = Number(fs.readFileSync(file("mib"), "utf8")) * MIB;
  const set = await pageWithFile(size);
  const rounds = 101;
  user.types(...Array(rounds + 5).fill(PIN));
  const waits = (body) => inPage(set.page, body, { certId: set.signer.id, nonce: NONCE, rounds });
  const authenticate = await waits(async (ukey, { certId, nonce, rounds }) => {
    const times = [];
    for (let i = -5; i < rounds; i++) {
      const start = performance.now();
      await ukey.authenticate(nonce, { certId });
      if (i >= 0) times.push(performance.now() - start);
    }
    return times;
  });
  assert.equal(authenticate.length, rounds, JSON.stringify(authenticate));
  const list = await waits(async (ukey, { rounds }) => {
    const times = [];
    for (let i = -5; i < rounds; i++) {
      const start = performance.now();
      await ukey.listCertificates();
      if (i >= 0) times.push(performance.now() - start);
    }
    return times;
  });
  const renderers = renderersFromNow();
  const took = await handlesTender(set, size);
  const rate = (milliseconds) => size / 1e3 / milliseconds;
  console.log(JSON.stringify({
    authenticate: median(authenticate), list: median(list),
    sign: rate(took.sign), encrypt: rate(took.encrypt), decrypt: rate(took.decrypt),
    signCpu: took.signCpu, agentKib: memory(agentProcess(), "VmHWM"), pageKib: renderers(),
  }));
  await set.close();
}

run({ largeFile, figures });
