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
  "streamFile",
]);
// What the options page asks; pages cannot.
const MANAGEMENT = new Set(["status", "selfTest", "consents", "revokeConsent", "keepUnlocked", "auditTail"]);
const EXTENSION = "extension";
const OPTIONS = api.runtime.getURL("options.html");
const PIN_NAMES = new Set(["pin", "passwd", "password", "passcode"]);
const MAX_MESSAGE = 1024 * 1024;
// A file's bytes in one read, in one message to the agent, and how many such messages are on their way at
// once. Measured: larger messages are slower, since browsers pass them between their processes another way.
const READ = 512 * 1024;
const PIECE = 256 * 1024;
const AHEAD = 8;
// How often the page is told how far its file is, in bytes.
const TOLD = 1024 * 1024;

let agent = null; // the native port, opened when first needed
let lastId = 0;
// our id -> {page, id, take}: a page's request, and what takes its {result} or {error}
const waiting = new Map();
const pages = new Map(); // page port -> Set of streams it began
const files = new Set(); // files on their way to the agent: {page, id, cancelled}

function tell(page, message) {
  try {
    page.postMessage(message);
  } catch {
    // It went away meanwhile.
  }
}

function refuse(page, id, code, message) {
  tell(page, { ukey: "answer", id, error: { code, message } });
}

function settle(own, outcome) {
  const request = waiting.get(own);
  if (request === undefined) return;
  waiting.delete(own);
  request.take(outcome);
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
    const error = { code: "ERR_UKEY_NO_AGENT", message: `the agent is not installed or ended. ${reason}`.trim() };
    for (const own of [...waiting.keys()]) settle(own, { error });
    showPresence(0);
  });
  agent = port;
  return port;
}

function fromAgent({ event, id, result, error }) {
  if (event === "token-change") {
    for (const page of pages.keys()) tell(page, { ukey: "event", event: "tokenchange" });
    askPresence();
  } else if (event === undefined) {
    settle(id, error ? { error } : { result });
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

// Passes a request to the agent. Cancelling the page's request `id` cancels this.
function post(page, id, method, params, { sender, lang = "", take }) {
  const own = `x${++lastId}`;
  waiting.set(own, { page, id, take });
  try {
    agentPort().postMessage({ v: PROTOCOL, id: own, method, params, origin: sender.origin, lang: lang.slice(0, 16) });
  } catch (error) {
    settle(own, { error: { code: "ERR_UKEY_NO_AGENT", message: String(error?.message ?? error) } });
  }
}

function send(page, id, method, params, sender, lang) {
  if (!fits({ method, params })) {
    refuse(page, id, "ERR_UKEY_TOO_LARGE", "a message has at most 1 MiB");
    return;
  }
  const take = (outcome) => {
    if (method === "streamBegin" && outcome.result) began(page, outcome.result.stream, sender);
    tell(page, { ukey: "answer", id, ...outcome });
  };
  post(page, id, method, params, { sender, lang, take });
}

function began(page, stream, sender) {
  const streams = pages.get(page);
  if (streams) streams.add(stream);
  else abort(stream, sender); // its page went away meanwhile
}

function abort(stream, sender) {
  if (agent === null) return;
  post(null, "", "streamAbort", { stream }, { sender, take() {} });
}

/** Reads a file into buffers that it is given; null where browsers have no such reader. */
function readerInto(file) {
  try {
    return file.stream().getReader({ mode: "byob" });
  } catch {
    return null;
  }
}

/**
 * The pieces of a file of `size` bytes for the agent. It is read one step ahead, into two buffers by turns: fresh
 * memory for each read took longer than all that is done with it.
 */
async function* pieces(reader, size) {
  const read = (buffer) => {
    const filled = reader.read(new Uint8Array(buffer), { min: READ });
    filled.catch(() => {}); // reported when its turn comes, if it does
    return filled;
  };
  let [next, spare] = [read(new ArrayBuffer(READ)), new ArrayBuffer(READ)];
  for (let at = 0; at < size; ) {
    const { value } = await next;
    if (!value?.length) throw new Error("the file has become shorter");
    next = read(spare);
    for (let from = 0; from < value.length; from += PIECE) {
      const piece = value.subarray(from, from + PIECE);
      yield { data: piece.toBase64(), end: at + from + piece.length };
    }
    at += value.length;
    spare = value.buffer;
  }
}

/**
 * `streamFile`: the page hands a whole file over, and its pieces go from here to the agent without coming
 * through the page. What comes out is one Blob. `taken` is false where browsers cannot do that.
 */
async function pushFile(page, id, { stream, file }, sender) {
  const reader = file instanceof Blob && Uint8Array.prototype.toBase64 ? readerInto(file) : null;
  if (reader === null) {
    tell(page, { ukey: "answer", id, result: { taken: false } });
    return;
  }
  const push = { page, id, cancelled: false };
  files.add(push);
  const out = [];
  const onTheirWay = []; // oldest first, as the agent answers them
  const arrive = async () => {
    const { end, answer } = onTheirWay.shift();
    const { result, error } = await answer;
    if (error) throw error;
    if (result.data) out.push(new Blob([Uint8Array.fromBase64(result.data)]));
    if (end % TOLD === 0 || end === file.size) tell(page, { ukey: "progress", id, done: end });
  };
  try {
    for await (const { data, end } of pieces(reader, file.size)) {
      if (onTheirWay.length === AHEAD) await arrive();
      if (push.cancelled) throw { code: "ERR_UKEY_USER_CANCELLED", message: "cancelled" };
      const answer = new Promise((take) => post(page, id, "streamWrite", { stream, data }, { sender, take }));
      onTheirWay.push({ end, answer });
    }
    while (onTheirWay.length > 0) await arrive();
    tell(page, { ukey: "answer", id, result: { taken: true, content: new Blob(out) } });
  } catch ({ code = "ERR_UKEY_BAD_PARAMS", message, data }) {
    // Without a code of ours it is the file that cannot be read, or is not as it was.
    tell(page, { ukey: "answer", id, error: { code, message, data } });
  } finally {
    files.delete(push);
    reader.cancel().catch(() => {}); // nobody wants the rest
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
  } else if (method === "streamFile") {
    pushFile(page, id, params, sender);
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
    for (const stream of streams) abort(stream, sender);
  });
});

function cancel(which) {
  for (const push of files) push.cancelled ||= which(push);
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
  const take = ({ result }) => showPresence(result?.tokens ?? 0);
  post(null, "", "status", {}, { sender: { origin: EXTENSION }, take });
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
  post(null, "", message.method, message.params ?? {}, { sender: { origin: EXTENSION }, take: answer });
  return true;
});

api.action?.onClicked?.addListener(() => api.runtime.openOptionsPage());
