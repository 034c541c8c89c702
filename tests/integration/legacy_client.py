"""A client of the legacy era that decides by itself which port gets each message."""

import contextlib
import http.client
import itertools
import json
import socket
import threading
import time

from programs import PATIENCE


class Answer:
    """The answer to one request on a connection of its own. An event stream is read by a thread, as
    it comes."""

    def __init__(self, port, method, path, headers=None, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.connect()
        self.socket = connection.sock
        connection.request(method, path, body, headers or {})
        self.response = connection.getresponse()
        self.status = self.response.status
        self.events = []  # of the stream, (id, message)
        self.last_id = None
        self.retry = None  # milliseconds
        self.ended = False  # as it should, or not:
        self.broken = False
        self.changed = threading.Condition()
        if self.response.getheader("Content-Type") != "text/event-stream":
            self.text = self.response.read().decode()
            self.ended = True
            self.socket.close()
        else:
            threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        fields = {}
        try:
            while line := self.response.readline().decode():
                name, _, value = line.rstrip("\n").partition(":")
                if name:
                    fields[name] = value.removeprefix(" ")
                elif fields:
                    self.take(fields)
                    fields = {}
        except (OSError, http.client.HTTPException, ValueError):
            self.broken = True
        with self.changed:
            # None once the last chunk has come, which the library does not tell otherwise.
            self.broken |= self.response.chunked and self.response.chunk_left is not None
            self.ended = True
            self.changed.notify_all()
        self.socket.close()

    def take(self, fields):
        with self.changed:
            self.last_id = fields.get("id", self.last_id)
            self.retry = int(fields["retry"]) if "retry" in fields else self.retry
            if fields.get("data"):
                self.events.append((self.last_id, json.loads(fields["data"])))
            self.changed.notify_all()

    def messages(self):
        """All that the server said here."""
        if self.response.getheader("Content-Type") == "application/json":
            return [json.loads(self.text)]
        return [message for _, message in self.events]

    def find(self, test, patience=PATIENCE):
        """The first message that fulfils it; None when none comes any more, or not in time."""
        with self.changed:
            self.changed.wait_for(lambda: self.ended or any(map(test, self.messages())), patience)
        return next(filter(test, self.messages()), None)

    def answer(self, patience=PATIENCE):
        return self.find(lambda one: "result" in one or "error" in one, patience)

    def wait_for_end(self, patience=PATIENCE):
        with self.changed:
            return self.changed.wait_for(lambda: self.ended, patience)

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)


class Client:
    """One legacy session. `to` is the port that gets the message."""

    def __init__(self, home, revision):
        self.token = None
        self.revision = None
        self.ended = False
        self.numbers = itertools.count(1)
        self.answers = []
        self.closed = False
        answer = self.begin(
            home,
            "initialize",
            protocolVersion=revision,
            capabilities={"elicitation": {}, "sampling": {}, "roots": {}},
            clientInfo={"name": "cluster", "version": "1"},
        )
        assert "result" in answer.answer(), answer.messages()
        self.token = answer.response.getheader("Mcp-Session-Id")
        self.revision = revision
        assert self.token and len(self.token) <= 512
        self.notify(home, "notifications/initialized")

    def http(self, to, method, message=None, **more):
        headers = {"Accept": "application/json, text/event-stream", **more}
        if self.token:
            headers["Mcp-Session-Id"] = self.token
        if self.revision:
            headers["MCP-Protocol-Version"] = self.revision
        if message is not None:
            headers["Content-Type"] = "application/json"
            message = json.dumps({"jsonrpc": "2.0", **message})
        answer = Answer(to, method, "/mcp", headers, message)
        self.answers.append(answer)
        assert answer.status != 404 or self.ended, f"{method} got 404: {answer.text}"
        return answer

    def begin(self, to, method, id=None, **params):
        """A request, without waiting for the end of its answer."""
        request = {"id": id or next(self.numbers), "method": method, "params": params}
        return self.http(to, "POST", request)

    def request(self, to, method, **params):
        """A request; gives its result or its error."""
        sent = self.begin(to, method, **params)
        answer = sent.answer()
        assert answer, f"{method} was not answered: {sent.status} {sent.messages()}"
        return answer.get("result") or answer.get("error") or {}

    def begin_tool(self, to, name, id=None, task=None, **arguments):
        params = {"name": name, "arguments": arguments, "_meta": {"progressToken": "p"}}
        if task is not None:
            params["task"] = task
        return self.begin(to, "tools/call", id, **params)

    def tool(self, to, name, task=None, **arguments):
        answer = self.begin_tool(to, name, task=task, **arguments).answer()
        return answer.get("result") or answer["error"]

    def notify(self, to, method, **params):
        return self.http(to, "POST", {"method": method, "params": params}).status

    def reply(self, to, request, result):
        return self.http(to, "POST", {"id": request["id"], "result": result}).status

    def get(self, to, last=None):
        more = {"Last-Event-ID": last} if last else {}
        return self.http(to, "GET", Accept="text/event-stream", **more)

    def delete(self, to):
        self.ended = True
        return self.http(to, "DELETE").status

    def close(self):
        self.closed = True
        for one in self.answers:
            one.close()


class Listener:
    """The stream of a session, taken up again whenever it ends, as clients do."""

    def __init__(self, client, to):
        self.client = client
        self.to = to
        self.streams = []
        threading.Thread(target=self.follow, daemon=True).start()
        self.wait_until_open()

    def follow(self):
        last = None
        while not self.client.closed:
            pause = 100
            with contextlib.suppress(OSError, http.client.HTTPException):
                stream = self.client.get(self.to, last)
                self.streams.append(stream)
                stream.wait_for_end(PATIENCE)
                last = stream.last_id or last
                pause = stream.retry or pause
            time.sleep(pause / 1000)

    def wait_until_open(self):
        end = time.monotonic() + PATIENCE
        while not self.streams or self.streams[-1].ended:
            assert time.monotonic() < end, "the stream does not open"
            time.sleep(0.02)

    def count(self, method, uri=None):
        said = [message for stream in self.streams for message in stream.messages()]
        return sum(
            message.get("method") == method and message["params"].get("uri") == uri
            for message in said
        )
