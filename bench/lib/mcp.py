"""The few messages that the benchmark sends, and the smallest HTTP client that can send them."""
import json
import re
import socket

LEGACY, MODERN = "2025-11-25", "2026-07-28"
BOTH = "application/json, text/event-stream"
STREAM = "text/event-stream"
CLIENT = {"name": "bench", "version": "1"}
META = {"io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": CLIENT}

INITIALIZE = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
    "protocolVersion": LEGACY, "capabilities": {}, "clientInfo": CLIENT}}
INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}
LISTEN = {"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": {
    "notifications": {"toolsListChanged": True}, "_meta": META}}


def call_message(mode, request_id):
    params = {"name": "echo", "arguments": {"text": "hello"}}
    if mode == "modern":
        params["_meta"] = META
    return {"jsonrpc": "2.0", "id": request_id, "method": "tools/call", "params": params}


def headers_of(message, mode, session=None):
    if mode == "modern":
        headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": message["method"]}
        if "name" in message["params"]:
            headers["Mcp-Name"] = message["params"]["name"]
        return headers
    if message is INITIALIZE:
        return {}
    headers = {"MCP-Protocol-Version": LEGACY}
    if session:
        headers["Mcp-Session-Id"] = session
    return headers


class Refused(Exception):
    """The server answered, but not what was asked for."""


class Connection:
    """One keep-alive connection. Head and body leave in one packet, so that no server waits."""

    def __init__(self, port, source="127.0.0.1", timeout=20):
        self.port = port
        self.socket = socket.socket()
        self.socket.settimeout(timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Takes the port at connect, where the pair of addresses counts and not the one alone.
        self.socket.setsockopt(socket.IPPROTO_IP, getattr(socket, "IP_BIND_ADDRESS_NO_PORT", 24), 1)
        try:
            self.socket.bind((source, 0))
            self.socket.connect(("127.0.0.1", port))
        except OSError:
            self.socket.close()
            raise
        self.pending = b""

    def close(self):
        self.socket.close()

    def send(self, message, headers, accept=BOTH):
        """POSTs the message, or GETs when there is none. Answers status and headers."""
        body = b"" if message is None else json.dumps(message, separators=(",", ":")).encode()
        lines = [f"{'GET' if message is None else 'POST'} /mcp HTTP/1.1",
                 f"Host: 127.0.0.1:{self.port}", f"Accept: {accept}",
                 *(f"{name}: {value}" for name, value in headers.items())]
        if message is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        self.socket.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        head = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        fields = (line.split(":", 1) for line in head[1:] if line)
        return int(head[0].split()[1]), {name.lower(): value.strip() for name, value in fields}

    def read_body(self, headers):
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = b""
            while size := int(self._until(b"\r\n").split(b";")[0], 16):
                body += self._take(size)
                self._take(2)
            self._until(b"\r\n")
            return body
        return self._take(int(headers.get("content-length", 0)))

    def read_until(self, text):
        """For streams, which do not end."""
        self._until(text)

    def request(self, message, headers, accept=BOTH):
        status, answer_headers = self.send(message, headers, accept)
        return status, answer_headers, self.read_body(answer_headers)

    def _more(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed the connection")
        self.pending += data

    def _until(self, mark):
        while mark not in self.pending:
            self._more()
        head, self.pending = self.pending.split(mark, 1)
        return head + mark

    def _take(self, size):
        while len(self.pending) < size:
            self._more()
        taken, self.pending = self.pending[:size], self.pending[size:]
        return taken


def open_session(connection):
    """The id of a new session."""
    status, headers, body = connection.request(INITIALIZE, {})
    if status != 200 or b'"protocolVersion"' not in body:
        raise Refused(f"initialize answered {status}")
    session = headers.get("mcp-session-id")
    if not session:
        raise Refused("initialize gave no session")
    status, _, _ = connection.request(INITIALIZED, headers_of(INITIALIZED, "session", session))
    if status != 202:
        raise Refused(f"notifications/initialized answered {status}")
    return session


def call(connection, mode, session=None, accept=BOTH, request_id=1):
    """The answer's content type and body, checked: status 200 alone says little."""
    message = call_message(mode, request_id)
    status, headers, body = connection.request(message, headers_of(message, mode, session), accept)
    if status != 200:
        raise Refused(f"tools/call answered {status}")
    kind = headers.get("content-type", "").split(";")[0]
    text = body.decode()
    if kind == STREAM:
        text = "".join(re.findall("(?m)^data:(.*)", text)[-1:])
    answer = json.loads(text)
    content = answer.get("result", {}).get("content", [{}])
    if answer.get("id") != request_id or content[0].get("text") != "hello":
        raise Refused(f"tools/call answered {body[:200]!r}")
    return kind, body


def open_stream(port, mode, session, source):
    """A connection with an event stream that stays silent: a session's GET, or a subscription."""
    connection = Connection(port, source)
    try:
        if mode == "modern":
            status, headers = connection.send(LISTEN, headers_of(LISTEN, mode))
        else:
            status, headers = connection.send(None, headers_of(None, mode, session), STREAM)
        kind = headers.get("content-type", "").split(";")[0]
        if status != 200 or kind != STREAM:
            asked = "subscriptions/listen" if mode == "modern" else "GET"
            raise Refused(f"{asked} answered {status} {kind}")
        if mode == "modern":
            connection.read_until(b"subscriptions/acknowledged")
    except (OSError, Refused):
        connection.close()
        raise
    return connection
