"""A client of GM/T 0016 that knows nothing of ours but the path of a library.

Usage: skf_client.py LIBRARY. From a blank token to a signature, a file and an encrypted megabyte; prints "done".
"""

import ctypes
import sys
from ctypes import Structure, byref, c_char_p, c_int32, c_ubyte, c_uint32, c_void_p, create_string_buffer

FACTORY_KEY = b"1234567812345678"


class EccPublicKeyBlob(Structure):
    _pack_ = 1
    _fields_ = [("BitLen", c_uint32), ("X", c_ubyte * 64), ("Y", c_ubyte * 64)]


class EccSignatureBlob(Structure):
    _pack_ = 1
    _fields_ = [("r", c_ubyte * 64), ("s", c_ubyte * 64)]


class BlockCipherParam(Structure):
    _pack_ = 1
    _fields_ = [("IV", c_ubyte * 32), ("IVLen", c_uint32), ("PaddingType", c_uint32), ("FeedBitLen", c_uint32)]


class DevInfo(Structure):
    _pack_ = 1
    _fields_ = [
        ("Version", c_ubyte * 2),
        ("Manufacturer", ctypes.c_char * 64),
        ("Issuer", ctypes.c_char * 64),
        ("Label", ctypes.c_char * 32),
        ("SerialNumber", ctypes.c_char * 32),
        ("HWVersion", c_ubyte * 2),
        ("FirmwareVersion", c_ubyte * 2),
        ("AlgSymCap", c_uint32),
        ("AlgAsymCap", c_uint32),
        ("AlgHashCap", c_uint32),
        ("DevAuthAlgId", c_uint32),
        ("TotalSpace", c_uint32),
        ("FreeSpace", c_uint32),
        ("MaxECCBufferSize", c_uint32),
        ("MaxBufferSize", c_uint32),
        ("Reserved", c_ubyte * 64),
    ]


class Skf:
    """Functions by name; anything but SAR_OK is an exception."""

    def __init__(self, path):
        self.library = ctypes.CDLL(path)

    def __getattr__(self, name):
        function = getattr(self.library, "SKF_" + name)
        function.restype = c_uint32

        def call(*arguments):
            code = function(*arguments)
            if code:
                raise RuntimeError(f"SKF_{name}: {code:#010x}")

        return call


def names(call):
    size = c_uint32()
    call(None, byref(size))
    buffer = create_string_buffer(size.value)
    call(buffer, byref(size))
    return [name for name in buffer.raw[: size.value].split(b"\0") if name]


def parameters(iv=b"", padding=0):
    field = (c_ubyte * 32)(*iv)
    return BlockCipherParam(field, len(iv), padding, 0)


def crypt(skf, key, init, one_shot, iv, padding, data):
    getattr(skf, init)(key, parameters(iv, padding))
    size = c_uint32()
    getattr(skf, one_shot)(key, data, c_uint32(len(data)), None, byref(size))
    out = create_string_buffer(size.value)
    getattr(skf, one_shot)(key, data, c_uint32(len(data)), out, byref(size))
    return out.raw[: size.value]


def main(path):
    skf = Skf(path)
    (name,) = names(lambda buffer, size: skf.EnumDev(c_int32(1), buffer, size))
    device = c_void_p()
    skf.ConnectDev(c_char_p(name), byref(device))
    info = DevInfo()
    assert ctypes.sizeof(info) == 294
    skf.GetDevInfo(device, byref(info))
    assert info.SerialNumber and info.FreeSpace > 0

    challenge = create_string_buffer(8)
    skf.GenRandom(device, challenge, c_uint32(8))
    key = c_void_p()
    skf.SetSymmKey(device, FACTORY_KEY, c_uint32(info.DevAuthAlgId), byref(key))
    cryptogram = crypt(skf, key, "EncryptInit", "Encrypt", b"", 0, challenge.raw + bytes(8))
    skf.DevAuth(device, cryptogram, c_uint32(16))
    skf.CloseHandle(key)

    application = c_void_p()
    skf.CreateApplication(device, b"PY", b"87654321", c_uint32(10), b"12345678", c_uint32(10), c_uint32(0xFF), byref(application))
    assert names(lambda buffer, size: skf.EnumApplication(device, buffer, size)) == [b"PY"]
    tries = c_uint32()
    skf.VerifyPIN(application, c_uint32(1), b"12345678", byref(tries))

    container = c_void_p()
    skf.CreateContainer(application, b"c", byref(container))
    public = EccPublicKeyBlob()
    skf.GenECCKeyPair(container, c_uint32(0x20100), byref(public))
    digest_handle, length = c_void_p(), c_uint32(32)
    identity = b"1234567812345678"
    skf.DigestInit(device, c_uint32(1), byref(public), identity, c_uint32(16), byref(digest_handle))
    digest = create_string_buffer(32)
    skf.Digest(digest_handle, b"tender", c_uint32(6), digest, byref(length))
    skf.CloseHandle(digest_handle)
    signature = EccSignatureBlob()
    skf.ECCSignData(container, digest, c_uint32(32), byref(signature))
    skf.ECCVerify(device, byref(public), digest, c_uint32(32), byref(signature))
    signature.s[63] ^= 1
    try:
        skf.ECCVerify(device, byref(public), digest, c_uint32(32), byref(signature))
    except RuntimeError:
        pass
    else:
        raise AssertionError("a wrong signature was accepted")

    content = bytes(range(256)) * 256
    skf.CreateFile(application, b"seal", c_uint32(len(content)), c_uint32(0xFF), c_uint32(0x10))
    skf.WriteFile(application, b"seal", c_uint32(0), content, c_uint32(len(content)))
    read, size = create_string_buffer(len(content)), c_uint32(len(content))
    skf.ReadFile(application, b"seal", c_uint32(0), c_uint32(len(content)), read, byref(size))
    assert read.raw[: size.value] == content

    skf.SetSymmKey(device, FACTORY_KEY, c_uint32(0x402), byref(key))
    plain = content * 16 + b"tail"
    encrypted = crypt(skf, key, "EncryptInit", "Encrypt", bytes(16), 1, plain)
    assert crypt(skf, key, "DecryptInit", "Decrypt", bytes(16), 1, encrypted) == plain
    skf.CloseHandle(key)

    # In the order of GmSSL: the application goes before its container.
    skf.ClearSecureState(application)
    skf.CloseApplication(application)
    skf.CloseContainer(container)
    skf.DisConnectDev(device)
    print("done")


if __name__ == "__main__":
    main(sys.argv[1])
