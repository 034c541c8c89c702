"""What a call costs: every server in turn under the same load, so that what else the machine does
meets all alike."""
import contextlib
import itertools
import re
import subprocess
import sys
import time

from . import mcp, process, servers

CONNECTIONS = 32
# Ids start anew with each wrk, and a session must not see one twice.
IDS_PER_RUN = 10_000_000
id_blocks = itertools.count(1)

UNITS = {"us": 1, "ms": 1000, "s": 1_000_000}


def microseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * UNITS[unit]


def wrk(target, mode, session, seconds):
    result = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency",
         "-s", str(servers.ROOT / "bench/call.lua"), f"http://127.0.0.1:{target.port}/mcp",
         "--", mode, session or "-", target.accept, str(next(id_blocks) * IDS_PER_RUN)],
        capture_output=True, text=True, check=False, timeout=seconds + 60)
    if result.returncode != 0:
        raise mcp.Refused(f"wrk: {(result.stderr or result.stdout).strip()[:200]}")
    if wrong := re.search(r"(Socket errors|Non-2xx).*", result.stdout):
        raise mcp.Refused(f"wrk: {wrong[0]}")
    return result.stdout


def load(target, mode, session, seconds, warm_up=1):
    """One counted run. CPU is the server's own, so the load generator's limits do not matter."""
    if warm_up:
        wrk(target, mode, session, warm_up)
    before = process.cpu_seconds(target.pids)
    out = wrk(target, mode, session, seconds)
    cpu = process.cpu_seconds(target.pids) - before
    requests = int(re.search(r"(\d+) requests in", out)[1])
    row = {"us_per_call": cpu / requests * 1e6, "requests": requests,
           "requests_per_second": float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])}
    for percent in (50, 99):
        latency = re.search(rf"(?m)^\s+{percent}%\s+(\S+)", out)
        row[f"p{percent}_us"] = microseconds(latency[1])
    return row


def opened(stack, server, mode, answer_format):
    """A started server whose one answer was checked: (running, session, kind, bytes)."""
    target = stack.enter_context(servers.started(server, mode, answer_format))
    with contextlib.closing(mcp.Connection(target.port)) as connection:
        session = mcp.open_session(connection) if mode == "session" else None
        kind, body = mcp.call(connection, mode, session, target.accept, request_id=123456)
    if kind != servers.CONTENT[answer_format]:
        raise mcp.Refused(f"answered {kind}")
    return target, session, kind, body


def measure(chosen, mode, answer_format, options):
    """Rows by title: what was measured, or {"not_run": why}."""
    rows = {}
    with contextlib.ExitStack() as stack:
        targets = {}
        sample = None
        for server in chosen:
            row = rows[server.title] = {}
            if not server.is_installed():
                row["not_run"] = servers.NOT_INSTALLED
            elif why := server.refuses.get((mode, answer_format)):
                row["not_offered"] = why
            else:
                try:
                    target, session, kind, body = opened(stack, server, mode, answer_format)
                except (mcp.Refused, OSError, ValueError) as error:
                    row["failed"] = str(error)
                    continue
                targets[server.title] = (target, session)
                sample = sample or (kind, body.decode())
                row["private_at_start"] = target.private_at_start
        if sample:
            rows = {"nginx": {}} | rows
            try:
                targets = {"nginx": (stack.enter_context(servers.nginx(*sample)), None)} | targets
            except mcp.Refused as error:
                rows["nginx"]["not_run"] = str(error)
        run_rounds(rows, targets, mode, options)
        for title, (target, _) in targets.items():
            if "failed" not in rows[title]:
                rows[title]["private_after_load"] = target.private_bytes()
    return rows


def run_rounds(rows, targets, mode, options):
    for number in range(options.rounds):
        for title, (target, session) in targets.items():
            if "failed" in rows[title]:
                continue
            try:
                row = load(target, mode, session, options.seconds)
                rows[title].setdefault("rounds", []).append(row)
            except (mcp.Refused, OSError, subprocess.TimeoutExpired) as error:
                rows[title]["failed"] = str(error)
        print(f"  round {number + 1} of {options.rounds}", file=sys.stderr)


def start(server, times):
    """Cold start, exec to first answer, several times."""
    mode = "session" if ("modern", "json") in server.refuses else "modern"
    values = []
    for _ in range(times):
        with servers.started(server, mode, "json") as target:
            values.append(target.first_answer_ms)
        time.sleep(0.1)
    return {"milliseconds": values}
