// A real PIN window on a display of its own, typed into by xdotool. Usage: node window.cjs SCENARIO
"use strict";

const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const { PIN, base64, blankStage, file, inPage, only, run, until, user } = require("./stage.cjs");

const MESSAGE = "typed by hand, 手工输入\n";
const xdotool = (...given) => execFileSync("xdotool", given, { encoding: "utf8", timeout: 30_000, stdio: ["ignore", "pipe", "ignore"] }).trim();

/** Windows that the agent's program shows now. */
function shown() {
  try {
    return xdotool("search", "--onlyvisible", "--class", "pinentry").split("\n").filter(Boolean);
  } catch {
    return []; // none
  }
}

/** Waits for a window and lets its user do something; done when the window is gone. */
async function inWindow(what, ...actions) {
  await until(`the window: ${what}`, () => shown().length > 0, 60_000);
  const [id] = shown();
  await until(`the focus: ${what}`, () => {
    try {
      xdotool("windowfocus", "--sync", id);
      return xdotool("getwindowfocus") === id;
    } catch {
      return false; // still being drawn
    }
  });
  for (const action of actions) xdotool(...action);
  await until(`the end of the window: ${what}`, () => shown().length === 0);
}

/** Consent and PIN in pinentry's own windows; what comes out is judged by whoever runs this. */
async function typed() {
  const { origin, page, close } = await blankStage();
  const [signer] = await Promise.all([only(page, "sign"), inWindow("consent", ["key", "Tab", "space"])]);
  const sign = () => inPage(page, (ukey, [data, id]) => ukey.sign({ data }, { certId: id, format: "der" }), [MESSAGE, signer.id]);

  const [signed] = await Promise.all([sign(), inWindow("PIN", ["type", "--delay", "30", PIN], ["key", "Return"])]);
  assert.ok(signed.signature, JSON.stringify(signed));
  fs.writeFileSync(file("typed.txt"), MESSAGE);
  fs.writeFileSync(file("typed.sig"), Buffer.from(base64(signed.signature), "base64"));
  fs.writeFileSync(file("signer.der"), Buffer.from(base64(signer.der), "base64"));

  const [refused] = await Promise.all([sign(), inWindow("PIN, unwanted", ["key", "Escape"])]);
  assert.equal(refused.code, "ERR_UKEY_USER_CANCELLED");

  await close();
  assert.deepEqual(user.audit().filter((line) => line.operation === "sign").map((line) => [line.origin, line.result]),
    [[origin, "ok"], [origin, "ERR_UKEY_USER_CANCELLED"]]);
}

run({ typed });
