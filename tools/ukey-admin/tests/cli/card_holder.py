"""Keeps the card in the first reader for itself until standard input ends."""
import ctypes
import sys

SCOPE_SYSTEM, EXCLUSIVE, ANY_PROTOCOL, LEAVE_CARD = 2, 1, 3, 0

pcsc = ctypes.CDLL("libpcsclite.so.1")
context, card, protocol = ctypes.c_long(), ctypes.c_long(), ctypes.c_ulong()


def check(result):
    if result:
        raise SystemExit(f"PC/SC answers {result & 0xFFFFFFFF:08X}")


check(pcsc.SCardEstablishContext(SCOPE_SYSTEM, None, None, ctypes.byref(context)))
length = ctypes.c_ulong()
check(pcsc.SCardListReaders(context, None, None, ctypes.byref(length)))
names = ctypes.create_string_buffer(length.value)
check(pcsc.SCardListReaders(context, None, names, ctypes.byref(length)))
check(
    pcsc.SCardConnect(
        context, names.value, EXCLUSIVE, ANY_PROTOCOL, ctypes.byref(card), ctypes.byref(protocol)
    )
)
print("held", flush=True)
sys.stdin.read()
check(pcsc.SCardDisconnect(card, LEAVE_CARD))
