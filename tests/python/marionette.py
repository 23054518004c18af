"""Firefox without a window, driven by Marionette, its own protocol for tests: messages "LENGTH:JSON"
over TCP, in which a command is [0, id, name, parameters] and an answer [1, id, error, result]."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import time

LIMIT = 120


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
