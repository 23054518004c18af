// What the browser suites stand on: Chromium with the extension, the verifier behind an https front
// under the name of a real site, and the bidder's files. Everything is in the folder that the suite
// made, and ends with this process.
"use strict";

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const http = require("node:http");
const https = require("node:https");
const path = require("node:path");
const { chromium } = require("playwright-core");

const need = (name) => process.env[name] ?? (() => { throw new Error(`${name} is not set`); })();
const folder = need("STAGE_FOLDER"); // the bidder's
const checkout = need("STAGE_CHECKOUT");
const release = need("STAGE_RELEASE"); // folder of our programs
const EXTENSION_ID = "ifpaoghmfhbgikljlppljegoaoliglik";
const HOST = "org.ukey.agent";
const PIN = need("TEST_PIN");
const NONCE = Buffer.alloc(33, 7).toString("base64");
const BLANK = "blank.html"; // a page of the site without scripts of its own

const file = (name) => path.join(folder, name);
const user = {
  types: (...pins) => fs.writeFileSync(file("pins"), pins.map((pin) => `${pin}\n`).join("")),
  agrees: (yes) => fs.writeFileSync(file("confirm"), yes ? "yes" : "no"),
  windows: () => fs.readFileSync(file("windows"), "utf8"),
  audit: () => fs.readFileSync(file("state/ukey/agent/audit.jsonl"), "utf8").trim().split("\n").map(JSON.parse),
};

async function until(what, condition, limit = 60_000) {
  const deadline = Date.now() + limit;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The https front: hands requests to the verifier at `target`, headers unchanged. */
function front() {
  const options = { key: fs.readFileSync(file("tls.key")), cert: fs.readFileSync(file("tls.pem")) };
  const server = https.createServer(options, (request, response) => {
    const { method, url, headers } = request;
    const onward = http.request({ host: "127.0.0.1", port: server.target, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** Starts ukey-verifier for an origin; its process, and the port it took. */
function verifier(origin, site) {
  const given = ["serve", "--origin", origin, "--trust", file("trust"), "--revocation", "if-known", "--listen", "127.0.0.1:0"];
  const folders = ["--site", site, "--library", path.join(checkout, "tools/ukey-agent/web"), "--data", file("tenders")];
  return listens("ukey-verifier", [...given, ...folders]);
}

/** Starts a program of ours that says where it listens; the port. */
function listens(program, given) {
  const child = spawn(path.join(release, program), given, { stdio: ["ignore", "pipe", "inherit"] });
  process.on("exit", () => child.kill());
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${program} ended: ${code}`)));
    child.stdout.once("data", (line) => resolve({ child, port: Number(String(line).trim().split(":").pop()) }));
  });
}

/** The agent's loopback channel for one site. */
const agentServes = (origin) => listens("ukey-agent", ["serve", "--listen", "127.0.0.1:0", "--origin", origin]);

/** Writes the native messaging manifest where this profile looks. */
function registerAgent(profile, extensionId = EXTENSION_ID) {
  const hosts = path.join(profile, "NativeMessagingHosts");
  fs.mkdirSync(hosts, { recursive: true });
  const manifest = {
    name: HOST, description: "USBKEY signing agent", path: path.join(release, "ukey-agent"), type: "stdio",
    allowed_origins: [`chrome-extension://${extensionId}/`],
  };
  fs.writeFileSync(path.join(hosts, `${HOST}.json`), JSON.stringify(manifest));
}

/** Chromium with an unpacked extension (none for `extension: null`), on a profile of its own. */
function browser({ name = "profile", extension = path.join(checkout, "tools/ukey-agent/extension"), agent = true, ...options } = {}) {
  const profile = file(name);
  fs.mkdirSync(profile, { recursive: true });
  if (agent) registerAgent(profile, agent === true ? EXTENSION_ID : agent);
  const headless = process.env.STAGE_VISIBLE === undefined;
  // A policy's extensions are fetched in the background.
  const silence = "--disable-background-networking";
  return chromium.launchPersistentContext(profile, {
    executablePath: "/usr/bin/chromium",
    headless,
    ignoreHTTPSErrors: true,
    locale: "zh-CN",
    viewport: { width: 1000, height: 1100 },
    ...options,
    args: [
      ...(headless ? ["--headless=new"] : []),
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP *.example.cn 127.0.0.1",
      ...(extension === null ? [] : [silence, `--load-extension=${extension}`, `--disable-extensions-except=${extension}`]), ...(options.args ?? []),
    ],
    ignoreDefaultArgs: ["--headless", "--headless=old", "--disable-extensions", ...(extension === null ? [silence] : [])],
  });
}

/** Site, verifier and browser together. `host` is the name of the site. */
async function stage({ host = "bid.example.cn", site = path.join(checkout, "tests/platform"), ...options } = {}) {
  const server = await front();
  const origin = `https://${host}:${server.address().port}`;
  const service = await verifier(origin, site);
  server.target = service.port;
  // As if the site were on the Internet: what it may do with this machine's other ports is another matter then.
  const outside = `--ip-address-space-overrides=127.0.0.1:${server.address().port}=public`;
  const context = await browser({ ...options, args: options.publicSite ? [outside] : [] });
  const page = context.pages()[0] ?? (await context.newPage());
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  const close = async () => {
    await context.close();
    service.child.removeAllListeners("exit");
    service.child.kill();
    server.closeAllConnections();
    server.close();
  };
  return { origin, context, page, complaints, close };
}

/** A site with one empty page, so that nothing happens but what the test does. */
function blankSite() {
  const site = file("site");
  fs.mkdirSync(site, { recursive: true });
  fs.writeFileSync(path.join(site, BLANK), "<!doctype html><html lang=en><title>blank</title><body></body></html>");
  return site;
}

async function blankStage(options = {}) {
  const set = await stage({ site: blankSite(), bypassCSP: true, ...options });
  await set.page.goto(`${set.origin}/${BLANK}`);
  return set;
}

/** Calls ukey.js in a page: `body` is a function of the page with `ukey` and what is given. */
function inPage(page, body, given) {
  return page.evaluate(
    async ([source, given]) => {
      const { ukey } = await import("/ukey/ukey.js");
      try {
        return await (0, eval)(`(${source})`)(ukey, given);
      } catch (error) {
        return { code: error.code, message: String(error.message), retriesLeft: error.retriesLeft };
      }
    },
    [body.toString(), given],
  );
}

/** The certificate of the bidder for this use. */
async function only(page, usage) {
  const found = await inPage(page, (ukey, usage) => ukey.listCertificates({ usage }), usage);
  assert.equal(found.length, 1, JSON.stringify(found));
  return found[0];
}

/** Base64 of bytes as they come out of a page. */
const base64 = (bytes) => Buffer.from(Object.values(bytes)).toString("base64");

/** Processes that this one started, also by others: {id, arguments}. */
function descendants() {
  const parents = new Map();
  for (const id of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = fs.readFileSync(`/proc/${id}/stat`, "utf8");
      parents.set(Number(id), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch { /* it has ended */ }
  }
  const isOurs = (id) => id === process.pid || (id > 1 && isOurs(parents.get(id) ?? 0));
  return [...parents.keys()].filter((id) => id !== process.pid && isOurs(id)).flatMap((id) => {
    try {
      return [{ id, arguments: fs.readFileSync(`/proc/${id}/cmdline`, "utf8").split("\0") }];
    } catch {
      return [];
    }
  });
}

/** Process id of the agent that the browser started. */
function agentProcess() {
  const mine = descendants().filter(({ arguments: [program, argument] }) => program.endsWith("/ukey-agent") && argument.startsWith("chrome-extension:"));
  assert.equal(mine.length, 1, JSON.stringify(mine));
  return mine[0].id;
}

/** Runs the scenario that the first argument names, and says so when it was right. */
async function run(scenarios) {
  const scenario = scenarios[process.argv[2]];
  if (scenario === undefined) throw new Error(`no scenario ${process.argv[2]}`);
  try {
    await scenario();
    console.log("done");
    process.exit(0);
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}

module.exports = {
  BLANK, EXTENSION_ID, NONCE, PIN, agentProcess, agentServes, base64, blankSite, blankStage, browser, checkout, descendants, file, folder, inPage, only,
  registerAgent, run, stage, until, user,
};
