"""Many MCP clients in one process: the smallest HTTP client that can be ten thousand of them."""

import asyncio
import json
import re
import resource
import socket
import time

LEGACY = "2025-11-25"
INITIALIZE = {
    "protocolVersion": LEGACY,
    "capabilities": {},
    "clientInfo": {"name": "crowd", "version": "1"},
}
AT_ONCE = 64  # requests that one connection sends before it reads


def raise_file_limit():
    """As many files as we may open, for us and for the children; answers how many."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class Server:
    """Where to send requests, and as whom."""

    def __init__(self, port, key, path="/mcp"):
        self.port, self.key, self.path = port, key, path

    def head(self, method, fields):
        lines = [f"{method} {self.path} HTTP/1.1", "Host: localhost", f"X-API-Key: {self.key}"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        return "\r\n".join(lines).encode() + b"\r\n\r\n"

    def post(self, method, params, session=None, request_id=1):
        """The bytes of a request, as a client of 2025-11-25 sends it."""
        message = {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}
        body = json.dumps(message, separators=(",", ":")).encode()
        fields = {
            "Content-Type": "application/json",
            "Content-Length": len(body),
            "Accept": "application/json, text/event-stream",
        }
        if session:
            fields |= {"MCP-Protocol-Version": LEGACY, "Mcp-Session-Id": session}
        return self.head("POST", fields) + body

    def get(self, session):
        fields = {"Accept": "text/event-stream", "MCP-Protocol-Version": LEGACY}
        return self.head("GET", {**fields, "Mcp-Session-Id": session})


class Wire:
    """A keep-alive connection. Requests may be sent ahead of their answers."""

    @classmethod
    async def open(cls, server):
        wire = cls()
        wire.server = server
        wire.reader, wire.writer = await asyncio.open_connection("127.0.0.1", server.port)
        return wire

    def close(self):
        self.writer.close()

    async def answer(self):
        """Status, header fields and body."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in head[1:-2])
        if "mcp-session-id" in fields:  # its case counts
            fields["mcp-session-id"] = next(x for x in head if x.lower().startswith("mcp-s"))[16:]
        body = await self.reader.readexactly(int(fields.get("content-length", 0)))
        return int(head[0].split()[1]), fields, body

    async def ask(self, method, params, session=None):
        """Status, header fields and the message of one request."""
        self.writer.write(self.server.post(method, params, session))
        status, fields, body = await self.answer()
        return status, fields, json.loads(body)

    async def ask_many(self, requests):
        """Status, header fields and body of each."""
        answers = []
        for begin in range(0, len(requests), AT_ONCE):
            some = requests[begin : begin + AT_ONCE]
            self.writer.write(b"".join(some))
            answers += [await self.answer() for _ in some]
        return answers


async def ask_all(server, requests, wires=8):
    """The same over several connections; the order of the answers is that of the requests."""

    async def ask_some(first):
        wire = await Wire.open(server)
        try:
            return await wire.ask_many(requests[first::wires])
        finally:
            wire.close()

    answers = [None] * len(requests)
    parts = await asyncio.gather(*(ask_some(first) for first in range(wires)))
    for first, part in enumerate(parts):
        answers[first::wires] = part
    return answers


async def open_sessions(server, count):
    """The ids of new sessions."""
    answers = await ask_all(server, [server.post("initialize", INITIALIZE)] * count)
    bad = [(status, body) for status, _, body in answers if status != 200]
    assert not bad, (len(bad), bad[0])
    return [fields["mcp-session-id"] for _, fields, _ in answers]


class Stream(asyncio.Protocol):
    """A GET stream that stays open: counts its events and forgets them."""

    def __init__(self, request):
        self.request = request
        self.begun = asyncio.get_running_loop().create_future()
        self.text = b""
        self.messages = 0
        self.is_open = False

    def connection_made(self, transport):
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data):
        self.text += data
        if not self.begun.done():
            if b"\r\n\r\n" not in self.text:
                return
            self.is_open = self.text.startswith(b"HTTP/1.1 200 ")
            self.begun.set_result(self.text.split(b"\r\n", 1)[0].decode())
        self.messages += len(re.findall(rb"^data: \{", self.text, re.M))
        self.text = self.text[self.text.rfind(b"\n") + 1 :]

    def connection_lost(self, error):
        self.is_open = False
        if not self.begun.done():
            self.begun.set_result(f"closed: {error}")


async def open_streams(server, sessions, at_once=200):
    """A stream for each session. Fails when one is refused."""
    loop = asyncio.get_running_loop()

    async def open_one(session):
        _, stream = await loop.create_connection(
            lambda: Stream(server.get(session)), "127.0.0.1", server.port
        )
        begun = await stream.begun
        assert stream.is_open, begun
        return stream

    streams = []
    for begin in range(0, len(sessions), at_once):
        streams += await asyncio.gather(*(open_one(x) for x in sessions[begin : begin + at_once]))
    return streams


def deaf_socket(port):
    """A connection whose end here takes next to nothing, as long as nobody reads."""
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.connect(("127.0.0.1", port))
    return peer


async def until(condition, seconds=30):
    """Waits for what `condition` answers to be true, and answers it."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it never came"
        await asyncio.sleep(0.05)
    return found
