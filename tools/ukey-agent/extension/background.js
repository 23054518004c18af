// Service worker: adds what the browser knows about the page and passes messages to the native agent.
// It decides nothing that the agent does not decide again, and keeps no secrets.
//
// A page's messages carry the page's origin, as the browser states it. Those of our own options page carry
// the word "extension" in its place, which no page's can.
"use strict";

const api = globalThis.browser ?? globalThis.chrome;
const HOST = "org.ukey.agent";
const PROTOCOL = 1;
const METHODS = new Set([
  "status", "listCertificates", "authenticate", "sign", "encrypt", "decrypt", "verify", "random",
  "checkPin", "changePin", "pinTries", "deviceInfo", "streamBegin", "streamWrite", "streamEnd", "streamAbort",
]);
// What the options page asks; pages cannot.
const MANAGEMENT = new Set(["status", "selfTest", "consents", "revokeConsent", "keepUnlocked", "auditTail"]);
const EXTENSION = "extension";
const OPTIONS = api.runtime.getURL("options.html");
const PIN_NAMES = new Set(["pin", "passwd", "password", "passcode"]);
const MAX_MESSAGE = 1024 * 1024;

let agent = null; // the native port, opened when first needed
let lastId = 0;
const waiting = new Map(); // our id -> {page, id, method}
const pages = new Map(); // page port -> Set of streams it began

function refuse(page, id, code, message) {
  page.postMessage({ ukey: "answer", id, error: { code, message } });
}

function hasPinField(value) {
  if (Array.isArray(value)) return value.some(hasPinField);
  if (value === null || typeof value !== "object") return false;
  return Object.entries(value).some(([name, inner]) => PIN_NAMES.has(name.toLowerCase()) || hasPinField(inner));
}

function agentPort() {
  if (agent !== null) return agent;
  const port = api.runtime.connectNative(HOST);
  port.onMessage.addListener(fromAgent);
  port.onDisconnect.addListener(() => {
    const reason = port.error?.message ?? api.runtime.lastError?.message ?? "";
    if (agent === port) agent = null;
    for (const [id, request] of waiting) {
      waiting.delete(id);
      refuse(request.page, request.id, "ERR_UKEY_NO_AGENT", `the agent is not installed or ended. ${reason}`.trim());
    }
    showPresence(0);
  });
  agent = port;
  return port;
}

function fromAgent(message) {
  if (message.event === "token-change") {
    for (const page of pages.keys()) page.postMessage({ ukey: "event", event: "tokenchange" });
    askPresence();
    return;
  }
  if (message.event !== undefined) return;
  const request = waiting.get(message.id);
  if (request === undefined) return;
  waiting.delete(message.id);
  if (request.page === null) {
    showPresence(message.result?.tokens ?? 0);
    return;
  }
  if (request.method === "streamBegin" && message.result) pages.get(request.page)?.add(message.result.stream);
  if (message.error) {
    request.page.postMessage({ ukey: "answer", id: request.id, error: message.error });
  } else {
    request.page.postMessage({ ukey: "answer", id: request.id, result: message.result });
  }
}

// Whether a message is short enough. A piece of a file is not written out for that: base64 stays as it is.
function fits({ method, params }) {
  const room = MAX_MESSAGE - 1024; // origin, id and so on
  if (method === "streamWrite" && typeof params.data === "string" && !/[^A-Za-z0-9+/=]/.test(params.data)) {
    return params.data.length < room;
  }
  return new TextEncoder().encode(JSON.stringify(params)).length < room;
}

function send(page, id, method, params, sender, lang) {
  const own = `x${++lastId}`;
  const message = { v: PROTOCOL, id: own, method, params, origin: sender.origin, lang: lang.slice(0, 16) };
  if (!fits(message)) {
    refuse(page, id, "ERR_UKEY_TOO_LARGE", "a message has at most 1 MiB");
    return;
  }
  waiting.set(own, { page, id, method });
  try {
    agentPort().postMessage(message);
  } catch (error) {
    waiting.delete(own);
    refuse(page, id, "ERR_UKEY_NO_AGENT", String(error?.message ?? error));
  }
}

function originOf(sender) {
  // Firefox before 126 has no sender.origin; the URL of the top frame says the same.
  return sender.origin ?? (sender.url ? new URL(sender.url).origin : "null");
}

/** Passes a page's request to the agent, or says why not. */
function pass(page, { id, method, params, lang }, sender) {
  const lifecycle = page.sender.documentLifecycle;
  if (lifecycle !== undefined && lifecycle !== "active") {
    refuse(page, id, "ERR_UKEY_ORIGIN_DENIED", "the page is not the active one");
  } else if (!METHODS.has(method)) {
    refuse(page, id, "ERR_UKEY_UNSUPPORTED", "no such method");
  } else if (hasPinField(params)) {
    refuse(page, id, "ERR_UKEY_PIN_IN_REQUEST", "a PIN is typed into the agent's window, never sent by a page");
  } else {
    send(page, id, method, params, sender, lang ?? "");
  }
}

api.runtime.onConnect.addListener((page) => {
  const sender = { origin: originOf(page.sender) };
  if (page.name === "options") return;
  if (page.name !== "page" || page.sender.frameId !== 0) {
    page.disconnect();
    return;
  }
  pages.set(page, new Set());
  page.onMessage.addListener((message) => {
    const { kind, id } = message;
    if (kind === "cancel") {
      cancel((request) => request.page === page && request.id === id);
      return;
    }
    try {
      pass(page, message, sender);
    } catch {
      // Messages are structured clones, so params may go round in circles or down without end.
      refuse(page, id, "ERR_UKEY_BAD_PARAMS", "parameters are plain values");
    }
  });
  page.onDisconnect.addListener(() => {
    const streams = pages.get(page) ?? new Set();
    pages.delete(page);
    cancel((request) => request.page === page);
    for (const stream of streams) {
      send({ postMessage() {} }, "", "streamAbort", { stream }, sender, "");
    }
  });
});

function cancel(which) {
  for (const [own, request] of waiting) {
    if (which(request)) agent?.postMessage({ v: PROTOCOL, id: own, method: "cancel" });
  }
}

// The icon says whether a key is there.
function showPresence(tokens) {
  const name = tokens > 0 ? "present" : "absent";
  api.action?.setIcon({ path: { 32: `icons/${name}-32.png` } });
}

function askPresence() {
  const own = `x${++lastId}`;
  waiting.set(own, { page: null, id: "", method: "status" });
  agent?.postMessage({ v: PROTOCOL, id: own, method: "status", origin: EXTENSION });
}

// Whether a message is from our options page. A content script has our id too, but the address of its page.
function isOptionsPage(sender) {
  return sender.id === api.runtime.id && sender.frameId === 0 && sender.url?.split(/[?#]/)[0] === OPTIONS &&
    (sender.origin === undefined || OPTIONS === `${sender.origin}/options.html`);
}

// The options page asks the agent; web pages and content scripts cannot by this way.
api.runtime.onMessage.addListener((message, sender, answer) => {
  if (message?.kind !== "manage") return false;
  if (!isOptionsPage(sender) || !MANAGEMENT.has(message.method)) {
    answer({ error: { code: "ERR_UKEY_ORIGIN_DENIED", message: "for the options page only" } });
    return false;
  }
  const own = `x${++lastId}`;
  waiting.set(own, { page: { postMessage: answer }, id: "", method: message.method });
  try {
    const params = message.params ?? {};
    agentPort().postMessage({ v: PROTOCOL, id: own, method: message.method, params, origin: EXTENSION });
  } catch (error) {
    waiting.delete(own);
    answer({ error: { code: "ERR_UKEY_NO_AGENT", message: String(error?.message ?? error) } });
  }
  return true;
});

api.action?.onClicked?.addListener(() => api.runtime.openOptionsPage());
