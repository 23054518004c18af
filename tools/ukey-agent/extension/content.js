// Content script: carries messages between the page and the extension. It runs in the top frame of
// https pages, in its own world, and keeps no secrets. The page's messages have the fixed envelope
// {ukey: "request", id, method, params}, answers {ukey: "answer", id, result | error}, and {ukey: "progress",
// id, done} while a file is on its way.
"use strict";

(() => {
  const api = globalThis.browser ?? globalThis.chrome;
  let port = null;

  const hello = { ukey: "hello", version: api.runtime.getManifest().version, takesFiles: true };

  function tellPage(message) {
    window.postMessage(message, window.location.origin);
  }

  function connect() {
    const opened = api.runtime.connect({ name: "page" });
    opened.onMessage.addListener((message) => tellPage({ ...message }));
    opened.onDisconnect.addListener(() => {
      if (port === opened) port = null;
      tellPage({ ukey: "disconnected" });
    });
    return opened;
  }

  window.addEventListener("message", (event) => {
    if (event.source !== window || event.origin !== window.location.origin) return;
    const data = event.data;
    if (data === null || typeof data !== "object") return;
    if (data.ukey === "hello?") {
      tellPage(hello);
      return;
    }
    if (data.ukey !== "request" && data.ukey !== "cancel") return;
    try {
      // The open port is what tells the extension that this page went away.
      port ??= connect();
      port.postMessage({
        kind: data.ukey,
        id: String(data.id),
        method: String(data.method ?? ""),
        params: data.params ?? {},
        lang: String(data.lang ?? document.documentElement.lang ?? ""),
      });
    } catch {
      tellPage({
        ukey: "answer",
        id: data.id,
        error: { code: "ERR_UKEY_NO_EXTENSION", message: "the extension was reloaded: reload the page" },
      });
    }
  });

  tellPage(hello);
})();
