"""The Python package gmssl as a second opinion on SM2 and SM3.

    gmssl_oracle.py sm3 FILE                       digest
    gmssl_oracle.py verify PUBLIC SIGNATURE FILE   "valid" or "invalid"
    gmssl_oracle.py sign PRIVATE FILE              public key and signature, one per line
    gmssl_oracle.py encrypt PUBLIC FILE            C1 || C3 || C2, C1 without its 04

All values are hexadecimal: public keys X || Y, signatures r || s. The user ID is gmssl's only one,
1234567812345678.
"""

import sys
from pathlib import Path

from gmssl import sm2, sm3

C1C3C2 = 1


def crypt(public, private=""):
    found = sm2.CryptSM2(private_key=private, public_key=public, mode=C1C3C2)
    # The constructor strips every leading 0 and 4 of a key that begins with 04.
    found.public_key = public
    return found


def digest(path):
    return sm3.sm3_hash(list(Path(path).read_bytes()))


def verify(public, signature, path):
    message = Path(path).read_bytes()
    return "valid" if crypt(public).verify_with_sm3(signature, message) else "invalid"


def sign(private, path):
    generator = sm2.default_ecc_table["g"]
    public = crypt("")._kg(int(private, 16), generator)
    signature = crypt(public, private).sign_with_sm3(Path(path).read_bytes())
    return f"{public}\n{signature}"


def encrypt(public, path):
    return crypt(public).encrypt(Path(path).read_bytes()).hex()


COMMANDS = {"sm3": digest, "verify": verify, "sign": sign, "encrypt": encrypt}

if __name__ == "__main__":
    print(COMMANDS[sys.argv[1]](*sys.argv[2:]))
