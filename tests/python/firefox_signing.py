"""Firefox with the extension: a page of this machine uses the key.

Arguments: the part, the folders of profile, extension, ukey.js and bidder. The part `login` asks for the
status, the certificates and a login, and prints what the page got, as JSON. The part `beside` signs while
another browser does, and leaves its signatures in the bidder's folder.
"""

import base64
import functools
import http.server
import json
import pathlib
import sys
import threading
import time

from marionette import Marionette, free_port, start

SCRIPT = """
const [nonce, done] = arguments;
(async () => {
  const { ukey } = await import("/ukey.js");
  const status = await ukey.status();
  const certificates = await ukey.listCertificates({ usage: "sign" });
  const token = await ukey.authenticate(nonce, { certId: certificates[0].id });
  const wrong = await ukey.checkPin("0".repeat(32)).catch((error) => error.code);
  // A file goes by way of the extension as a whole, or in pieces of the page's where a browser cannot do that.
  const tender = new File([new Uint8Array(700_001).map((_, i) => i)], "tender.pdf");
  let byExtension = false;
  addEventListener("message", ({ data }) => (byExtension ||= data?.ukey === "progress"));
  const { signature, certificate } = await ukey.sign({ file: tender }, { certId: certificates[0].id, format: "der" });
  const data = new Uint8Array(await tender.arrayBuffer());
  const { valid } = await ukey.verify({ data, certificate, signature });
  const [recipient] = await ukey.listCertificates({ usage: "encrypt" });
  const sealed = await ukey.encrypt(tender, { recipients: [recipient.der] });
  return { origin: location.origin, nonce, tokens: status.tokens, token, wrong, byExtension, valid, sealed: sealed.size };
})().then(done, (error) => done({ error: `${error.code} ${error.message}` }));
"""
LIST = """
const [done] = arguments;
import("/ukey.js").then(({ ukey }) => ukey.listCertificates({ usage: "sign" }))
  .then(([{ id }]) => done({ id }), (error) => done({ error: `${error.code} ${error.message}` }));
"""
SIGN = """
const [certId, data, done] = arguments;
import("/ukey.js").then(async ({ ukey, toBase64 }) => {
  const { signature } = await ukey.sign({ data }, { certId, format: "der" });
  return { signature: toBase64(signature) };
}).then(done, (error) => done({ error: `${error.code} ${error.message}` }));
"""
NONCE = "A" * 44
ROUNDS = 4
PATIENCE = 120


def serve(folder):
    """The page and the library, on a port of the loopback interface."""
    pathlib.Path(folder, "page.html").write_text("<!doctype html><title>page</title>")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    handler.func.log_message = lambda *_: None
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


class Page:
    """A page of this machine in Firefox."""

    def __init__(self, session, site):
        self.session = session
        session.call("WebDriver:Navigate", {"url": f"http://localhost:{serve(site)}/page.html"})

    def run(self, script, *given):
        answer = self.session.call("WebDriver:ExecuteAsyncScript", {"script": script, "args": given})["value"]
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer


def login(page, _):
    print(json.dumps(page.run(SCRIPT, NONCE)))


def beside(page, bidder):
    certificate = page.run(LIST)["id"]
    (bidder / "firefox-ready").touch()
    deadline = time.monotonic() + PATIENCE
    while not (bidder / "chromium-ready").exists():
        if time.monotonic() > deadline:
            raise TimeoutError("the other browser is not ready")
        time.sleep(0.02)
    for number in range(ROUNDS):
        signed = page.run(SIGN, certificate, f"firefox {number}")
        (bidder / f"firefox-{number}.sig").write_bytes(base64.b64decode(signed["signature"]))


def main():
    part, profile, extension, site, bidder = sys.argv[1:]
    port = free_port()
    firefox = start(profile, port)
    try:
        session = Marionette(port)
        session.call("WebDriver:NewSession", {"timeouts": {"script": 60000}})
        session.call("Addon:Install", {"path": extension, "temporary": True})
        {"login": login, "beside": beside}[part](Page(session, site), pathlib.Path(bidder))
        session.call("Marionette:Quit", {"flags": ["eForceQuit"]})
        firefox.wait(30)
    finally:
        firefox.kill()
        firefox.wait()


main()
