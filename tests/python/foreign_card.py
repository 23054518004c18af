"""A card that understands no command. Arguments: its answer to reset in hex, the virtual reader's port."""
import socket
import struct
import sys

ATR = bytes.fromhex(sys.argv[1])

reader = socket.create_connection(("127.0.0.1", int(sys.argv[2])))


def take(count):
    data = b""
    while len(data) < count:
        part = reader.recv(count - len(data))
        if not part:
            raise SystemExit(0)
        data += part
    return data


while True:
    (length,) = struct.unpack(">H", take(2))
    message = take(length)
    if length == 1 and message[0] != 4:
        continue  # power off, power on, reset
    answer = ATR if length == 1 else bytes.fromhex("6D00")
    reader.sendall(struct.pack(">H", len(answer)) + answer)
