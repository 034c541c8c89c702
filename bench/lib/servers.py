"""Which servers are measured, what they offer, and how they are started."""
import contextlib
import dataclasses
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

from . import mcp, process

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PEERS = ROOT / "build/peers"
MODES = ("session", "stateless", "modern")
FORMATS = ("json", "sse")
CONTENT = {"json": "application/json", "sse": mcp.STREAM}

NOT_INSTALLED = "not installed (bench/peers/setup installs it)"
# Of Server.refuses.
NO_STATELESS = {("stateless", form): "its sessions are always on" for form in FORMATS}
NO_MODERN = {("modern", form): "the SDK ends at 2025-11-25" for form in FORMATS}
PLAIN_MODERN = {("modern", "sse"): "always JSON, unless the handler sends something first"}


@dataclasses.dataclass(frozen=True)
class Server:
    """`command` is relative to its folder under build/peers, and takes PORT MODE FORMAT."""
    name: str
    folder: str
    command: tuple
    pin: tuple  # file under bench/peers, and what finds the version there
    refuses: dict = dataclasses.field(default_factory=dict)  # (mode, format): why

    @property
    def title(self):
        if not self.pin:
            return self.name
        text = (ROOT / "bench/peers" / self.pin[0]).read_text()
        return f"{self.name} {re.search(self.pin[1], text)[1]}"

    def is_installed(self):
        return (PEERS / self.folder / ".installed").exists()

    def command_line(self, port, mode, answer_format):
        path = PEERS / self.folder
        return [str(path / self.command[0]), *(str(path / part) for part in self.command[1:]),
                str(port), mode, answer_format]

    def accept(self, answer_format):
        return mcp.BOTH


@dataclasses.dataclass(frozen=True)
class Ours(Server):
    """One process serves every mode; the client chooses the format."""
    binary: str = ""

    def is_installed(self):
        return pathlib.Path(self.binary).exists()

    def command_line(self, port, mode, answer_format):
        return [self.binary, str(port)]

    def accept(self, answer_format):
        return mcp.STREAM if answer_format == "sse" else mcp.BOTH


def all_servers(binary):
    return [
        Ours("davit", "", (), (), NO_STATELESS, str(binary)),
        Server("rmcp", "rmcp", ("echo",), ("rmcp/Cargo.toml", r'rmcp = .*"=([\d.]+)"'),
               {("session", "json"): "always an event stream"}),
        Server("Go SDK", "go", ("echo",), ("go/go.mod", r"go-sdk v([\d.]+)")),
        Server("Python SDK", "python", ("venv/bin/python", "server.py"),
               ("python/requirements.txt", r"(?m)^mcp==([\d.]+)"), PLAIN_MODERN),
        Server("FastMCP", "fastmcp", ("venv/bin/python", "server.py"),
               ("fastmcp/requirements.txt", r"(?m)^fastmcp==([\d.]+)"), PLAIN_MODERN),
        Server("TypeScript SDK", "typescript", ("node", "v1.mjs"),
               ("typescript/package.json", r'sdk": "([\d.]+)"'), NO_MODERN),
        Server("TypeScript SDK", "typescript", ("node", "v2.mjs"),
               ("typescript/package.json", r'server": "([\d.]+)"')),
    ]


@dataclasses.dataclass
class Running:
    port: int
    pids: list
    first_answer_ms: float = 0
    private_at_start: int = 0
    accept: str = mcp.BOTH

    def private_bytes(self):
        return sum(process.private_bytes(pid) for pid in self.pids)


def first_answer(port, mode, child, deadline):
    """Asks until there is an answer; the server's own word that it is ready would be less."""
    while True:
        try:
            connection = mcp.Connection(port)
            break
        except OSError:
            if child.poll() is not None or time.monotonic() > deadline:
                raise mcp.Refused("it did not start") from None
            time.sleep(0.0002)
    with contextlib.closing(connection):
        if mode == "session":
            mcp.open_session(connection)
        else:
            mcp.call(connection, mode)


@contextlib.contextmanager
def started(server, mode, answer_format, patience=30):
    port = process.free_port()
    with tempfile.TemporaryFile() as errors:
        began = time.monotonic()
        command = server.command_line(port, mode, answer_format)
        with process.running(command, stdout=subprocess.DEVNULL, stderr=errors) as child:
            try:
                first_answer(port, mode, child, began + patience)
            except (mcp.Refused, OSError) as error:
                errors.seek(0)
                said = errors.read().decode(errors="replace").strip().splitlines()
                raise mcp.Refused(f"{error} {said[-1] if said else ''}".strip()) from None
            elapsed = (time.monotonic() - began) * 1000
            yield Running(port, [child.pid], elapsed, process.private_bytes(child.pid),
                          accept=server.accept(answer_format))


def nginx_config(folder, port, kind, answer):
    temporary = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{name}_temp_path {folder}/{name};" for name in temporary)
    text = answer.replace("\\", "\\\\").replace("'", "\\'")
    return (f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n"
            "events { worker_connections 1024; }\n"
            f"http {{ access_log off; keepalive_requests 1000000000; {paths}\n"
            f"server {{ listen 127.0.0.1:{port};\n"
            f"location /mcp {{ default_type {kind}; return 200 '{text}'; }} }} }}\n")


@contextlib.contextmanager
def nginx(kind, answer):
    """One worker that answers every request with these bytes, from memory."""
    if shutil.which("nginx") is None:
        raise mcp.Refused("not installed (Debian: apt-get install nginx-light)")
    with tempfile.TemporaryDirectory() as folder:
        port = process.free_port()
        config = pathlib.Path(folder) / "nginx.conf"
        config.write_text(nginx_config(folder, port, kind, answer))
        command = ["nginx", "-p", folder, "-c", str(config)]
        with process.running(command, stderr=subprocess.DEVNULL) as child:
            workers = []
            deadline = time.monotonic() + 10
            while not workers and time.monotonic() < deadline:
                time.sleep(0.05)
                children = pathlib.Path(f"/proc/{child.pid}/task/{child.pid}/children")
                workers = children.read_text().split()
            if not workers:
                raise mcp.Refused("nginx did not start")
            yield Running(port, workers)
