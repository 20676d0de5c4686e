"""What parent and child say to each other: messages on a socket, each preceded by its length."""

import math
import socket
import struct
import time

_LENGTH = struct.Struct(">I")


def send(channel: socket.socket, data: bytes) -> None:
    """Send one message, preceded by its length."""
    channel.sendall(_LENGTH.pack(len(data)) + data)


def receive(channel: socket.socket, deadline: float = math.inf) -> bytes:
    """Return one message; raise `ConnectionError` at the end of the stream, `TimeoutError` at the deadline."""

    def exactly(size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            if deadline < math.inf:
                channel.settimeout(max(deadline - time.monotonic(), 0.001))
            part = channel.recv(min(size - len(data), 1 << 20))
            if not part:
                raise ConnectionResetError("the other process is gone")
            data += part
        return bytes(data)

    return exactly(_LENGTH.unpack(exactly(_LENGTH.size))[0])
