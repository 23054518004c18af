"""Starts Firefox without a window on a profile and lists what its certificate manager knows.
Types the PIN, which is in TEST_PIN, into the window that asks for it.

Arguments: the profile's folder, the name of a PKCS#11 module that must be in it. Prints one line
per token of the module ("token LABEL") and per certificate of it ("certificate NICKNAME").
"""

import os
import sys
import time

from marionette import LIMIT, Marionette, free_port, start

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
