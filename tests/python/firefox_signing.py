"""Firefox with the extension: a page of this machine asks for the status, the certificates and a login.

Arguments: the profile's folder, the extension's, and the one of ukey.js. Prints what the page got, as JSON.
"""

import functools
import http.server
import json
import pathlib
import sys
import threading

from marionette import Marionette, free_port, start

SCRIPT = """
const [nonce, done] = arguments;
(async () => {
  const { ukey } = await import("/ukey.js");
  const status = await ukey.status();
  const certificates = await ukey.listCertificates({ usage: "sign" });
  const token = await ukey.authenticate(nonce, { certId: certificates[0].id });
  const wrong = await ukey.checkPin("0".repeat(32)).catch((error) => error.code);
  return { origin: location.origin, nonce, tokens: status.tokens, token, wrong };
})().then(done, (error) => done({ error: `${error.code} ${error.message}` }));
"""
NONCE = "A" * 44


def serve(folder):
    """The page and the library, on a port of the loopback interface."""
    pathlib.Path(folder, "page.html").write_text("<!doctype html><title>page</title>")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    handler.func.log_message = lambda *_: None
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def main():
    profile, extension, site = sys.argv[1:]
    port = free_port()
    firefox = start(profile, port)
    try:
        session = Marionette(port)
        session.call("WebDriver:NewSession", {"timeouts": {"script": 60000}})
        session.call("Addon:Install", {"path": extension, "temporary": True})
        session.call("WebDriver:Navigate", {"url": f"http://localhost:{serve(site)}/page.html"})
        answer = session.call("WebDriver:ExecuteAsyncScript", {"script": SCRIPT, "args": [NONCE]})
        print(json.dumps(answer["value"]))
        session.call("Marionette:Quit", {"flags": ["eForceQuit"]})
        firefox.wait(30)
    finally:
        firefox.kill()
        firefox.wait()


main()
