"""The HTTP client of the load: keeps its connection or takes a new one each time, reads event
streams as they come, and tells an end from a break."""

import asyncio
import dataclasses
import json
import typing

AGENT = "davit-rollouts"
PATIENCE = 15  # seconds; far more than anything but a long call should take


class Broken(Exception):
    """The connection ended before the answer did."""


@dataclasses.dataclass
class Event:
    """Of a stream. `id` is the last one said so far, as clients keep it."""

    id: typing.Optional[str] = None
    name: str = "message"
    data: str = ""
    retry: typing.Optional[float] = None  # seconds

    def message(self):
        return json.loads(self.data)


class Response:
    """An answer whose body is still to come."""

    def __init__(self, reader, head):
        lines = head.decode("latin-1").split("\r\n")
        self.reader = reader
        self.status = int(lines[0].split()[1])
        self.fields = {}
        for line in filter(None, lines[1:]):
            name, _, value = line.partition(":")
            self.fields[name.lower()] = value.strip()
        self.at_end = False

    @property
    def release(self):
        return self.fields.get("davit-release", "")

    @property
    def closes(self):
        return self.fields.get("connection", "").lower() == "close"

    @property
    def is_stream(self):
        return self.fields.get("content-type", "").startswith("text/event-stream")

    async def pieces(self):
        """The body, as it comes. Raises Broken."""
        try:
            if "chunked" in self.fields.get("transfer-encoding", ""):
                while size := int((await self.reader.readuntil(b"\r\n")).split(b";")[0], 16):
                    yield (await self.reader.readexactly(size + 2))[:-2]
                await self.reader.readuntil(b"\r\n")
            elif size := int(self.fields.get("content-length", 0)):
                yield await self.reader.readexactly(size)
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            raise Broken(f"in the body: {error}") from error
        self.at_end = True

    async def text(self):
        return b"".join([piece async for piece in self.pieces()]).decode(errors="replace")

    async def events(self):
        rest = b""
        last = None
        async for piece in self.pieces():
            *whole, rest = (rest + piece).split(b"\n\n")
            for text in whole:
                event = read_event(text.decode(), last)
                last = event.id
                yield event

    async def messages(self):
        """What the server says, as a stream or at once: the id of the event, and the message."""
        if not self.is_stream:
            yield None, json.loads(await self.text())
            return
        async for event in self.events():
            if event.data:
                yield event.id, event.message()


def read_event(text, last):
    event = Event(id=last)
    for line in text.split("\n"):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "id":
            event.id = value
        elif name == "event":
            event.name = value
        elif name == "retry":
            event.retry = int(value) / 1000
        elif name == "data":
            event.data += value
    return event


class Wire:
    """One request at a time. With `keeps`, over one connection as long as that lives."""

    def __init__(self, port, keeps):
        self.port = port
        self.keeps = keeps
        self.reader = self.writer = None
        self.response = None
        self.used = 0  # requests over this connection

    def is_usable(self):
        if not self.keeps or not self.writer or self.reader.at_eof():
            return False
        return self.response and self.response.at_end and not self.response.closes

    async def send(self, method, path, fields, message=None):
        """The answer's head; its body is to be read before the next request. Raises Broken."""
        fields = {"Host": "localhost", "User-Agent": AGENT, **fields}
        body = b""
        if message is not None:
            body = json.dumps(message).encode()
            fields["Content-Type"] = "application/json"
        if not self.keeps:
            fields["Connection"] = "close"
        return await self.send_bytes(method, path, fields, body)

    async def send_bytes(self, method, path, fields, body):
        """The same with all header fields but the length."""
        lines = [f"{method} {path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        if body or method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        try:
            if not self.is_usable():
                self.close()
                self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
                self.used = 0
            self.used += 1
            self.response = None
            self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            head = await self.reader.readuntil(b"\r\n\r\n")
        except (OSError, asyncio.IncompleteReadError) as error:
            used = f"request {self.used} of its connection"
            raise Broken(f"before an answer, {used}: {error}") from error
        self.response = Response(self.reader, head)
        return self.response

    def close(self):
        """At once, as one whose user has gone."""
        if self.writer:
            self.writer.transport.abort()
            self.writer = None
