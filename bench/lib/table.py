"""The tables, for a terminal or as Markdown."""
import statistics

MODE_TITLES = {"session": "legacy session", "stateless": "legacy stateless", "modern": "modern"}
HOLD_TITLES = {"session": "idle session", "stream": "stream (GET)", "listen": "stream (listen)"}


def text_table(header, rows):
    """A row that is shorter than the header ends in words, which may run on."""
    widths = [len(cell) for cell in header]
    for row in rows:
        for i, cell in enumerate(row if len(row) == len(header) else row[:-1]):
            widths[i] = max(widths[i], len(cell))

    def line(row):
        cells = [cell.ljust(width) if i < 2 else cell.rjust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]
        if len(row) < len(header):
            cells[-1] = row[-1]
        return "  ".join(cells).rstrip()

    return "\n".join(line(row) for row in [header, *rows])


def markdown_table(header, rows):
    rules = ["---" if i < 2 else "---:" for i in range(len(header))]
    full = (row + [""] * (len(header) - len(row)) for row in [header, rules, *rows])
    return "\n".join("| " + " | ".join(row) + " |" for row in full)


def best(row):
    return min(row["rounds"], key=lambda one: one["us_per_call"])


def ratio(row, other):
    """Of the best rounds; in brackets the lowest and the highest of a round."""
    if not other or not other.get("rounds") or other is row:
        return ""
    pairs = sorted(a["us_per_call"] / b["us_per_call"]
                   for a, b in zip(row["rounds"], other["rounds"]) if b["us_per_call"])
    if not pairs or not best(other)["us_per_call"]:
        return ""
    spread = f" ({pairs[0]:.2f}-{pairs[-1]:.2f})" if len(pairs) > 1 else ""
    return f"{best(row)['us_per_call'] / best(other)['us_per_call']:.2f}{spread}"


def time_of(microseconds):
    return f"{microseconds / 1000:.2f} ms" if microseconds >= 1000 else f"{microseconds:.0f} us"


def megabytes(value):
    return f"{value / 1e6:.1f} MB" if value else ""


def size_of(value):
    return f"{value / 1024:.1f} KB" if abs(value) >= 1024 else f"{value:.0f} B"


def why_missing(row):
    for key in ("not_run", "not_offered", "failed"):
        if key in row:
            return f"{key.replace('_', ' ')}: {row[key]}"
    return None


def calls_table(calls):
    header = ["protocol", "server", "CPU/call", "x nginx", "x davit", "calls/s", "p50", "p99",
              "private", "after load"]
    rows = []
    for key, servers in calls.items():
        mode, answer_format = key.split()
        what = f"{MODE_TITLES[mode]}, {answer_format.upper()}"
        for title, row in servers.items():
            if missing := why_missing(row):
                rows.append([what, title, missing])
            elif "rounds" in row:
                one = best(row)
                rows.append([
                    what, title, f"{one['us_per_call']:.1f} us", ratio(row, servers.get("nginx")),
                    ratio(row, servers.get("davit")), f"{one['requests_per_second']:.0f}",
                    time_of(one["p50_us"]), time_of(one["p99_us"]),
                    megabytes(row.get("private_at_start")),
                    megabytes(row.get("private_after_load"))])
    return header, rows


def hold_table(hold):
    header = ["private memory for each", "server", "at", "memory", "held"]
    rows = []
    for what, servers in hold.items():
        for title, row in servers.items():
            if missing := why_missing(row):
                rows.append([HOLD_TITLES[what], title, missing])
            for step in row.get("steps", []):
                held = f"stopped: {step['stopped']}" if step["stopped"] else "all"
                rows.append([HOLD_TITLES[what], title, f"{step['reached']:,}",
                             size_of(step["bytes_each"]), held])
    return header, rows


def flat_table(flat):
    header = ["calls to sessions in turn", "server", "CPU/call", "p50", "p99"]
    rows = []
    for title, row in flat.items():
        if missing := why_missing(row):
            rows.append(["-", title, missing])
        for step in row.get("steps", []):
            if missing := why_missing(step):
                rows.append([f"{step['sessions']:,}", title, missing])
                continue
            rows.append([f"{step['sessions']:,}", title, f"{step['us_per_call']:.1f} us",
                         time_of(step["p50_us"]), time_of(step["p99_us"])])
    return header, rows


def start_table(start):
    header = ["cold start", "server", "best", "median"]
    rows = []
    for title, row in start.items():
        if missing := why_missing(row):
            rows.append(["-", title, missing])
        else:
            values = row["milliseconds"]
            rows.append(["exec to answer", title, f"{min(values):.1f} ms",
                         f"{statistics.median(values):.1f} ms"])
    return header, rows


TABLES = {"calls": calls_table, "start": start_table, "hold": hold_table, "flat": flat_table}


def render(results, as_markdown):
    machine = results["machine"]
    parts = [f"Measured on {results['date']}: {machine['cores']} cores ({machine['model']}), "
             f"{machine['memory_bytes'] / 2**30:.0f} GB; one core for the server, one for the load"]
    for part, make in TABLES.items():
        header, rows = make(results.get(part, {}))
        if rows:
            parts.append((markdown_table if as_markdown else text_table)(header, rows))
    return "\n\n".join(parts)
