"""Starting processes on a core of their own, and what the kernel says about them."""
import contextlib
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]
TICKS = os.sysconf("SC_CLK_TCK")


def prepare():
    """The load, which is this process and what it starts, keeps off the servers' core."""
    os.sched_setaffinity(0, {LOAD_CORE})
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def private_bytes(pid):
    """What the process itself has written; pages of its files can be dropped and read again."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(n) for n in re.findall(r"Private_Dirty:\s+(\d+) kB", text)) * 1024


def free_memory():
    text = pathlib.Path("/proc/meminfo").read_text()
    return int(re.search(r"MemAvailable:\s+(\d+)", text)[1]) * 1024


@contextlib.contextmanager
def running(command, **kwargs):
    os.sched_setaffinity(0, {SERVER_CORE})
    try:
        process = subprocess.Popen(command, **kwargs)
    finally:
        os.sched_setaffinity(0, {LOAD_CORE})
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def machine():
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {"cores": len(CORES), "model": model[1] if model else os.uname().machine,
            "memory_bytes": memory, "kernel": os.uname().release, "load": os.getloadavg()[0]}
