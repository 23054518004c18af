"""A plugin of pytest: makes PyKCS11's own tests, which were written for SoftHSM, run on our token.

What they take for granted and we do otherwise is translated here, and nothing else:
- a user PIN of four digits (ours have at least six), and the PINs of a certain token;
- RSA keys of 1024 bits (ours have at least 2048);
- the version number of the library, by which they tell what SoftHSM can do.
"""

import os

from PyKCS11 import PyKCS11

PINS = {"1234": os.environ["TEST_PIN"], "4321": "24681357", "123456": os.environ["TEST_SO_PIN"]}


def longer(pin):
    if isinstance(pin, PyKCS11.ckbytelist):
        return PINS.get("".join(map(chr, pin)), pin)
    return PINS.get(pin, pin) if isinstance(pin, str) else pin


def translate(owner, name, change):
    original = getattr(owner, name)

    def translated(self, *arguments, **named):
        return original(self, *change(arguments), **named)

    setattr(owner, name, translated)


def keys_of_2048_bits(arguments):
    modulus = (PyKCS11.CKA_MODULUS_BITS, 0x0400)
    return [
        [(PyKCS11.CKA_MODULUS_BITS, 0x0800) if entry == modulus else entry for entry in argument]
        if isinstance(argument, list)
        else argument
        for argument in arguments
    ]


def pytest_configure():
    def pins(arguments):
        return [longer(argument) for argument in arguments]

    for name in ("login", "initPin", "setPin"):
        translate(PyKCS11.Session, name, pins)
    translate(PyKCS11.PyKCS11Lib, "initToken", pins)
    translate(PyKCS11.Session, "generateKeyPair", keys_of_2048_bits)
    get_info = PyKCS11.PyKCS11Lib.getInfo

    def as_capable_as_any(self):
        info = get_info(self)
        info.libraryVersion = (3, 0)
        return info

    PyKCS11.PyKCS11Lib.getInfo = as_capable_as_any
