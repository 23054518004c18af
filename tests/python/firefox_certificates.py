"""Starts Firefox without a window on a profile and lists what its certificate manager knows.
Types the PIN, which is in TEST_PIN, into the window that asks for it.

Arguments: the profile's folder, the name of a PKCS#11 module that must be in it. Prints one line
per token of the module ("token LABEL") and per certificate of it ("certificate NICKNAME").

Speaks Marionette, Firefox's own protocol for tests: messages "LENGTH:JSON" over TCP, in which a
command is [0, id, name, parameters] and an answer [1, id, error, result].
"""

import json
import os
import pathlib
import socket
import subprocess
import sys
import time

LIMIT = 120

LIST = """
const [name, pin] = arguments;
Services.obs.addObserver(dialog => {
  dialog.document.getElementById("password1Textbox").value = pin;
  window.ukeyAsked = (window.ukeyAsked ?? 0) + 1;
  dialog.document.querySelector("dialog").acceptDialog();
}, "common-dialog-loaded");
(async () => {
  const modules = Cc["@mozilla.org/security/pkcs11moduledb;1"].getService(Ci.nsIPKCS11ModuleDB);
  const database = Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB);
  const lines = [];
  for (const module of await modules.listModules()) {
    if (module.name !== name) continue;
    // Once a method of the module in this process, now an attribute of one in another.
    for (const slot of module.slots ?? module.listSlots()) {
      const token = slot.tokenName ?? slot.getToken()?.tokenName;
      if (token) lines.push("token " + token);
    }
  }
  for (const certificate of await database.getCerts()) {
    if (lines.includes("token " + certificate.tokenName)) {
      lines.push("certificate " + certificate.commonName);
    }
  }
  return lines;
})().then(
  lines => { window.ukeyFound = lines; },
  error => { window.ukeyFound = ["error " + error]; });
"""


class Marionette:
    def __init__(self, port):
        deadline = time.monotonic() + LIMIT
        while True:
            try:
                self.stream = socket.create_connection(("127.0.0.1", port), timeout=LIMIT)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        self.number = 0
        self.receive()

    def receive(self):
        length = b""
        while not length.endswith(b":"):
            byte = self.stream.recv(1)
            if not byte:
                raise EOFError("Firefox closed the connection")
            length += byte
        missing, parts = int(length[:-1]), []
        while missing:
            part = self.stream.recv(missing)
            if not part:
                raise EOFError("Firefox closed the connection")
            parts.append(part)
            missing -= len(part)
        return json.loads(b"".join(parts))

    def call(self, name, parameters):
        self.number += 1
        message = json.dumps([0, self.number, name, parameters])
        self.stream.sendall(f"{len(message)}:{message}".encode())
        _, _, error, result = self.receive()
        if error:
            raise RuntimeError(f"{name}: {error}")
        return result


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(profile, port):
    preferences = {
        "marionette.port": port,
        "browser.shell.checkDefaultBrowser": False,
        "datareporting.policy.dataSubmissionEnabled": False,
        "toolkit.telemetry.reportingpolicy.firstRun": False,
        "app.normandy.enabled": False,
        "app.update.enabled": False,
        "network.captive-portal-service.enabled": False,
        "network.connectivity-service.enabled": False,
        "browser.startup.page": 0,
    }
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items()]
    pathlib.Path(profile, "user.js").write_text("".join(lines))
    arguments = ["--headless", "--no-remote", "--marionette", "--remote-allow-system-access"]
    return subprocess.Popen(
        ["firefox-esr", *arguments, "--profile", profile],
        stdout=sys.stderr,
        env={**os.environ, "MOZ_HEADLESS": "1", "MOZ_CRASHREPORTER_DISABLE": "1"},
    )


def answer(session):
    """Waits for what the script has found; the window for the PIN may come first."""
    deadline = time.monotonic() + LIMIT
    look = {"script": "return window.ukeyFound ?? null", "args": []}
    while time.monotonic() < deadline:
        try:
            found = session.call("WebDriver:ExecuteScript", look)["value"]
            if found is not None:
                return found
        except RuntimeError as error:
            # The window is open, and its observer about to close it.
            if "unexpected alert open" not in str(error):
                raise
        time.sleep(0.2)
    raise TimeoutError("Firefox did not answer")


def main():
    profile, module = sys.argv[1:]
    port = free_port()
    firefox = start(profile, port)
    try:
        session = Marionette(port)
        session.call("WebDriver:NewSession", {"unhandledPromptBehavior": "ignore"})
        session.call("Marionette:SetContext", {"value": "chrome"})
        session.call("WebDriver:ExecuteScript", {"script": LIST, "args": [module, os.environ["TEST_PIN"]]})
        print("\n".join(answer(session)))
        session.call("Marionette:Quit", {"flags": ["eForceQuit"]})
        firefox.wait(30)
    finally:
        firefox.kill()
        firefox.wait()


main()
