"""Three replicas of the fixture server behind HAProxy, perhaps with a Redis."""

import base64
import contextlib
import http.client
import os
import shutil
import socket
import tempfile
import time

from programs import PATIENCE, Program


def make_keys():
    return base64.b64encode(os.urandom(32)).decode()


def free_port():
    with contextlib.closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Replica(Program):
    def __init__(self, binaries, keys, *flags):
        super().__init__(
            [binaries / "conformance_server", "--port=0", "--admin-port=0", "--peer-port=0"]
            + ["--session-keys=env:KEYS", *flags],
            # Replicas reach each other directly, whatever the environment says of a proxy.
            {"KEYS": keys, "no_proxy": "", "http_proxy": "http://127.0.0.1:1"},
        )

    def ready(self):
        """Waits until it serves; they start at the same time."""
        self.wait_for('"msg":"server is ready"')
        lines = {line["msg"]: line for line in self.lines()}
        self.port = lines["listening"]["port"]
        self.admin = lines["admin is listening"]["port"]
        return self

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)

    def drain(self):
        self.process.terminate()
        self.wait_for('"msg":"stopping"')


class Redis(Program):
    def __init__(self):
        assert shutil.which("redis-server"), "redis-server is not installed: run make setup"
        port = free_port()
        options = f"--port {port} --bind 127.0.0.1 --appendonly no --dir {tempfile.gettempdir()}"
        super().__init__(["redis-server", *options.split(), "--save", ""])
        self.url = f"redis://127.0.0.1:{port}"


# Nothing but what a balancer needs to know: who is alive and takes new work.
HAPROXY = """
defaults
  mode http
  timeout connect 1s
  timeout client 60s
  timeout server 60s
  option redispatch 1
listen replicas
  bind 127.0.0.1:{port}
  balance roundrobin
  option httpchk GET /ready
  default-server check inter 100ms fall 1 rise 1
{servers}
"""


class HaProxy(Program):
    def __init__(self, replicas):
        program = shutil.which("haproxy", path=os.environ.get("PATH", "") + ":/usr/sbin")
        assert program, "haproxy is not installed: run make setup"
        self.port = free_port()
        servers = [f"  server r{i} 127.0.0.1:{one.port}" for i, one in enumerate(replicas)]
        self.configuration = tempfile.NamedTemporaryFile("w", prefix="davit-", suffix=".cfg")
        self.configuration.write(HAPROXY.format(port=self.port, servers="\n".join(servers)))
        self.configuration.flush()
        super().__init__([program, "-db", "-q", "-f", self.configuration.name])

    def ready(self):
        end = time.monotonic() + PATIENCE
        while not self.answers():
            assert time.monotonic() < end, "haproxy does not answer"
            time.sleep(0.02)
        self.configuration.close()

    def answers(self):
        assert self.process.poll() is None, self.text()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", "/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


class SilentPort:
    """Takes no connection and refuses none, as behind a firewall: its queue is full."""

    def __init__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.callers = [socket.socket() for _ in range(8)]
        for one in self.callers:
            one.setblocking(False)
            one.connect_ex(self.listener.getsockname())

    def close(self):
        for one in [self.listener, *self.callers]:
            one.close()


class Cluster:
    """To be closed even when it does not start."""

    def __init__(self):
        self.programs = []
        self.silent = []

    def start(self, binaries, keys, store, blocked):
        """`store` is none or redis. With `blocked`, no replica reaches the others."""
        flags = ["--timeouts-drain=30s", "--timeouts-drain-notice=20s"]
        if store == "redis":
            redis = self.add(Redis())
            redis.wait_for("Ready to accept connections")
            flags.append("--state-store=" + redis.url)
        self.silent = [SilentPort() for _ in range(3 if blocked else 0)]
        addresses = [[f"--peer-address={one.address}"] for one in self.silent] or [[]] * 3
        self.replicas = [self.add(Replica(binaries, keys, *flags, *one)) for one in addresses]
        self.ports = [one.ready().port for one in self.replicas]
        self.proxy = self.add(HaProxy(self.replicas))
        self.proxy.ready()

    def add(self, program):
        self.programs.append(program)
        return program

    def close(self):
        for one in self.programs:
            one.process.kill()
            one.stop()
        for one in self.silent:
            one.close()
