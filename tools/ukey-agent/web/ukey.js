// ukey.js: use a USBKEY from a web page. ES module; `ukey.classic.js` is the same as a classic script.
//
//   import { ukey } from "./ukey.js";
//   const token = await ukey.authenticate(nonceFromYourServer);
//
// Everything that needs the key opens windows of the agent on the user's machine; a PIN is never seen
// by a page. See ukey.d.ts for types.

/** Bytes of a file that go to the agent in one message. */
const PIECE = 512 * 1024;
/** Pieces on their way at once, so that the browser's processes and the agent work side by side. */
const WINDOW = 4;
/** How long the extension may take to say that it is there, in milliseconds. */
const HELLO_TIMEOUT = 1000;

/** What failed: `code` for programs, `message` for people, `retriesLeft` where a PIN was wrong. */
export class UkeyError extends Error {
  constructor(code, message, retriesLeft) {
    super(message);
    this.name = "UkeyError";
    this.code = code;
    this.retriesLeft = retriesLeft;
  }
}

/** Base64 of bytes. */
export function toBase64(bytes) {
  if (bytes.toBase64) return bytes.toBase64(); // older browsers have no such method, and need many times as long
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

/** Bytes of base64. */
export function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function asBytes(data) {
  if (typeof data === "string") return new TextEncoder().encode(data);
  if (data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw new UkeyError("ERR_UKEY_BAD_PARAMS", "data is a string or bytes");
}

/** Calls under way, whatever carries them. A carrier has `ready()`, `post(message)` and `withdraw(id)`. */
class Calls {
  #pending = new Map();
  #last = 0;
  #tag = Math.random().toString(36).slice(2);
  listeners = new Set();
  /** Whether a whole file can be handed over, instead of its pieces. */
  takesFiles = false;

  progress({ id, done }) {
    this.#pending.get(id)?.onProgress?.(done);
  }

  settle({ id, error, result }) {
    const request = this.#pending.get(id);
    if (request === undefined) return;
    this.#pending.delete(id);
    if (error) request.reject(new UkeyError(error.code, error.message, error.data?.retriesLeft));
    else request.resolve(result);
  }

  failAll(code, message) {
    for (const id of this.#pending.keys()) this.settle({ id, error: { code, message } });
  }

  tell(event) {
    for (const listener of this.listeners) listener(event);
  }

  async call(method, params, { lang, timeoutMs, signal, onProgress } = {}) {
    await this.ready();
    const id = `${this.#tag}.${++this.#last}`;
    let timer;
    const cancel = (code, message) => {
      if (!this.#pending.has(id)) return;
      this.withdraw(id);
      this.settle({ id, error: { code, message } });
    };
    const wait = () => {
      clearTimeout(timer);
      if (timeoutMs) timer = setTimeout(() => cancel("ERR_UKEY_TIMEOUT", "no answer in time"), timeoutMs);
    };
    const onAbort = () => cancel("ERR_UKEY_USER_CANCELLED", "aborted by the page");
    try {
      return await new Promise((resolve, reject) => {
        this.#pending.set(id, { resolve, reject, onProgress: (done) => (wait(), onProgress?.(done)) });
        if (signal?.aborted) return onAbort();
        signal?.addEventListener("abort", onAbort);
        wait();
        this.post({ id, method, params, lang });
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
  }
}

/** The extension, by messages to its content script. */
class Extension extends Calls {
  #version = null;
  #greeted = null;

  constructor() {
    super();
    window.addEventListener("message", (event) => this.#receive(event));
  }

  #receive(event) {
    if (event.source !== window || event.origin !== window.location.origin) return;
    const data = event.data;
    if (data === null || typeof data !== "object") return;
    if (data.ukey === "hello") {
      this.takesFiles = data.takesFiles === true;
      this.#version = data.version;
    }
    if (data.ukey === "progress") this.progress(data);
    if (data.ukey === "event") this.tell(data.event);
    if (data.ukey === "disconnected") this.failAll("ERR_UKEY_NO_EXTENSION", "the extension was stopped");
    if (data.ukey === "answer") this.settle(data);
  }

  /** Version of the extension. */
  async ready() {
    if (!window.isSecureContext) {
      throw new UkeyError("ERR_UKEY_INSECURE_CONTEXT", "the USBKEY works on https pages only");
    }
    if (this.#version === null) {
      this.#greeted ??= this.#greet().finally(() => (this.#greeted = null));
      await this.#greeted;
    }
    return this.#version;
  }

  async #greet() {
    const deadline = performance.now() + HELLO_TIMEOUT;
    window.postMessage({ ukey: "hello?" }, window.location.origin);
    while (this.#version === null) {
      if (performance.now() > deadline) {
        throw new UkeyError("ERR_UKEY_NO_EXTENSION", "the ukey extension is not installed or not enabled");
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  post(message) {
    window.postMessage({ ukey: "request", ...message }, window.location.origin);
  }

  withdraw(id) {
    window.postMessage({ ukey: "cancel", id }, window.location.origin);
  }
}

/** The agent's loopback channel (`ukey-agent serve`), where the extension cannot be installed. */
class Loopback extends Calls {
  #socket = null;
  #opened = null;

  constructor(url) {
    super();
    this.url = url;
  }

  async ready() {
    this.#opened ??= this.#open();
    await this.#opened;
    return "";
  }

  #open() {
    const socket = (this.#socket = new WebSocket(this.url));
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.event === "token-change") this.tell("tokenchange");
      else if (message.event === undefined) this.settle(message);
    };
    return new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onclose = () => {
        this.#opened = null;
        reject(new UkeyError("ERR_UKEY_NO_AGENT", "the agent does not listen, or this site is not on its list"));
        this.failAll("ERR_UKEY_NO_AGENT", "the agent ended");
      };
    });
  }

  close() {
    this.#socket?.close();
  }

  post({ id, method, params, lang }) {
    const message = { v: 1, id, method, params };
    this.#socket.send(JSON.stringify(lang === undefined ? message : { ...message, lang }));
  }

  withdraw(id) {
    this.#socket.send(JSON.stringify({ v: 1, id, method: "cancel" }));
  }
}

let channel = null;
const carrier = () => (channel ??= new Extension());
const call = (method, params = {}, options = {}) => carrier().call(method, params, options);

/** Puts a blob through a stream of the agent; `take` gets what comes out, bytes or blobs. Returns the result. */
async function pump(begin, blob, options, take = () => {}) {
  const { stream } = await call("streamBegin", begin, options);
  try {
    if (!(await handOver(stream, blob, options, take))) await push(stream, blob, options, take);
    for (;;) {
      const { data, result } = await call("streamEnd", { stream }, options);
      if (data) await take(fromBase64(data));
      if (result !== null) return result;
    }
  } catch (error) {
    // It is gone already if the agent ended it.
    call("streamAbort", { stream }).catch(() => {});
    throw error;
  }
}

/** Gives the extension the whole blob at once, which sends its pieces. False where browsers cannot do that. */
async function handOver(stream, blob, options, take) {
  if (!carrier().takesFiles) return false;
  const onProgress = (done) => options.onProgress?.(done, blob.size);
  const { taken, content } = await call("streamFile", { stream, file: blob }, { ...options, onProgress });
  carrier().takesFiles = taken;
  if (content?.size) await take(content);
  return taken;
}

/** Sends a blob's pieces from here, several on their way at once. */
async function push(stream, blob, options, take) {
  const onTheirWay = []; // oldest first, as the agent answers them
  const arrive = async () => {
    const { end, answer } = onTheirWay.shift();
    const { data } = await answer;
    if (data) await take(fromBase64(data));
    options.onProgress?.(end, blob.size);
  };
  for (let at = 0; at < blob.size; at += PIECE) {
    const end = Math.min(at + PIECE, blob.size);
    const piece = new Uint8Array(await blob.slice(at, end).arrayBuffer());
    if (onTheirWay.length === WINDOW) await arrive();
    const answer = call("streamWrite", { stream, data: toBase64(piece) }, options);
    answer.catch(() => {}); // reported when its turn comes, or by an earlier one
    onTheirWay.push({ end, answer });
  }
  while (onTheirWay.length > 0) await arrive();
}

/** Collects what comes out, in pieces that the browser may keep on disk. */
class Collector {
  #parts = [];
  take = (bytes) => this.#parts.push(new Blob([bytes]));
  blob = () => new Blob(this.#parts);
}

function signature(result) {
  return {
    signature: fromBase64(result.signature),
    certificate: fromBase64(result.certificate),
    algorithm: result.algorithm,
  };
}

function how({ certId, format = "cms", detached, signedAttrs, description }, name) {
  const how = { certId, format };
  if (detached !== undefined) how.detached = detached;
  if (signedAttrs !== undefined) how.signedAttrs = signedAttrs;
  if (description !== undefined) how.description = description;
  if (name !== undefined) how.name = name;
  return how;
}

export const ukey = {
  /** Versions, how many tokens are plugged in, and what the agent can do. Asks nobody. */
  async status(options = {}) {
    const extension = await carrier().ready();
    return { extension, ...(await call("status", {}, options)) };
  },

  /** Certificates on all tokens. The user is asked once per site. */
  async listCertificates(filter = {}, options = {}) {
    const listed = await call("listCertificates", filter, options);
    return listed.map((certificate) => ({ ...certificate, der: fromBase64(certificate.der) }));
  },

  /** Logs in: a token for your server to check, bound to this site and to `nonce` (base64, at least 44 characters). */
  authenticate(nonce, { certId, ...options } = {}) {
    return call("authenticate", certId === undefined ? { nonce } : { nonce, certId }, options);
  },

  /** Signs {data}, {file, name}, or {digest, digestKind}. The user types the PIN each time. */
  async sign(input, { certId, format, detached, signedAttrs, description, ...options }) {
    const chosen = { certId, format, detached, signedAttrs, description };
    if (input.file !== undefined) {
      const name = input.name ?? input.file.name;
      const begin = { operation: "sign", size: input.file.size, how: how(chosen, name) };
      return signature(await pump(begin, input.file, options));
    }
    if (input.digest !== undefined) {
      const params = { digest: toBase64(asBytes(input.digest)), digestKind: input.digestKind, how: how(chosen) };
      return signature(await call("sign", params, options));
    }
    const data = asBytes(input.data);
    if (data.length > PIECE) return ukey.sign({ file: new Blob([data]), name: input.name }, { ...chosen, ...options });
    return signature(await call("sign", { data: toBase64(data), how: how(chosen, input.name) }, options));
  },

  /** Encrypts to certificates (DER or PEM). A Blob gives a Blob, anything else bytes. */
  async encrypt(data, { recipients, ...options }) {
    const to = recipients.map((certificate) => toBase64(asBytes(certificate)));
    if (data instanceof Blob) {
      const out = new Collector();
      await pump({ operation: "encrypt", recipients: to, size: data.size }, data, options, out.take);
      return out.blob();
    }
    const bytes = asBytes(data);
    if (bytes.length > PIECE) {
      const sealed = await ukey.encrypt(new Blob([bytes]), { recipients, ...options });
      return new Uint8Array(await sealed.arrayBuffer());
    }
    return fromBase64((await call("encrypt", { data: toBase64(bytes), recipients: to }, options)).data);
  },

  /** Opens an envelope. The user types the PIN. A Blob gives a Blob, anything else bytes. */
  async decrypt(envelope, { certId, name, ...options } = {}) {
    const chosen = certId === undefined ? {} : { certId };
    if (envelope instanceof Blob) {
      const out = new Collector();
      const begin = { operation: "decrypt", size: envelope.size, ...chosen };
      const called = name ?? envelope.name;
      if (called !== undefined) begin.name = called;
      await pump(begin, envelope, options, out.take);
      return out.blob();
    }
    const bytes = asBytes(envelope);
    if (bytes.length > PIECE) {
      const opened = await ukey.decrypt(new Blob([bytes]), { certId, name, ...options });
      return new Uint8Array(await opened.arrayBuffer());
    }
    return fromBase64((await call("decrypt", { data: toBase64(bytes), ...chosen }, options)).data);
  },

  /** Checks a signature: {signature, data?, certificate?}. Whom to trust is your server's business. */
  async verify({ signature, data, certificate }, options = {}) {
    const params = { signature: toBase64(asBytes(signature)) };
    if (data !== undefined) params.data = toBase64(asBytes(data));
    if (certificate !== undefined) params.certificate = toBase64(asBytes(certificate));
    const result = await call("verify", params, options);
    return {
      valid: result.valid,
      signers: (result.signers ?? []).map(fromBase64),
      data: result.data ? fromBase64(result.data) : undefined,
    };
  },

  /** Random bytes, 1 to 4096. */
  async random(length, options = {}) {
    return fromBase64((await call("random", { length }, options)).data);
  },

  /** Asks the user for the PIN and checks it; logs out again. */
  async checkPin(certId, options = {}) {
    await call("checkPin", { certId }, options);
  },

  /** Opens the agent's dialogue for a new PIN. */
  async changePin(certId, options = {}) {
    await call("changePin", { certId }, options);
  },

  /** PIN tries: {triesLeft, maxTries}. */
  pinTries(certId, options = {}) {
    return call("pinTries", { certId }, options);
  },

  /** The token that holds a certificate: label, manufacturer, model, serial, versions, space. */
  deviceInfo(certId, options = {}) {
    return call("deviceInfo", { certId }, options);
  },

  /** Calls back when a token comes or goes ("tokenchange"). Returns a function that ends it. */
  on(event, callback) {
    const listener = (happened) => {
      if (happened === event) callback();
    };
    const { listeners } = carrier();
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  /** Uses the agent's loopback channel from now on, such as "ws://127.0.0.1:21188". The agent must list this site. */
  useAgent(url) {
    if (channel?.url === url) return;
    channel?.close?.();
    channel = new Loopback(url);
  },
};

export default ukey;
