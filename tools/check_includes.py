#!/usr/bin/env python3
"""Who may include whom: our folders among themselves, and each library's home.

usage: tools/check_includes.py [ROOT]

A rule that stands in the way of good code is changed here, with the reason in the commit.
"""

import fnmatch
import pathlib
import re
import sys

# Folder of src/: the folders of src/ it may include, beside itself. The most exact row counts;
# "x/*" stands for each folder in x, and such folders do not see each other.
FOLDERS = {
    "base": "",
    "json": "base",
    "async": "base",
    "config": "base json",
    "http": "base json async",
    "telemetry": "base json async http",
    "jsonrpc": "base json",
    "mcp": "base json async jsonrpc telemetry",
    "mcp/transport": "mcp base json async jsonrpc telemetry http",
    "mcp/client": "mcp base json async jsonrpc telemetry http",
    "auth": "base json async http",
    "aws": "base json async http",
    "secrets": "base json async config aws",
    "connector": "base json async http mcp",
    "connectors": "base connector connectors",
    "connectors/*": "base json async http mcp connector",
    "connectors/atlassian": "base json async http mcp connector connectors/atlassian/adf",
    "connectors/atlassian/adf": "base json",
    "sandbox": "base json async http",
    "host": "base json async config http telemetry jsonrpc mcp auth aws secrets connector connectors"
    " sandbox",
    "manifest": "base json config",
    "infra": "base json config manifest",
    "image": "base json async http",
    "rollout": "base",
    "release": "base json async config http jsonrpc mcp mcp/client rollout",
    "targets/*": "base json async config http aws manifest infra rollout release",
    "targets/local": "base json async config http manifest rollout release secrets",
    "cost": "base json manifest infra",
    "app": "*",
}

# What a unit test (x_test.cpp) may include in addition, by folder row.
TEST_FOLDERS = {
    "*": "support",
    "connectors/*": "support sandbox",
    "connectors/atlassian": "support sandbox",
}

ANYWHERE = ["*"]
POSIX = "arpa/|netinet/|net/|sys/|linux/|(dirent|dlfcn|fcntl|ifaddrs|malloc|netdb|poll|pthread"
POSIX += r"|sched|signal|spawn|syslog|termios|unistd)\.h$"

# System header: the files of src/ that may include it, and the reason. The first match counts; a
# header that no row matches is refused.
LIBRARIES = [
    (r"iostream$|fstream$|regex$", ["*_test.cpp", "app/*.cpp"],
     "streams are slow to compile, stdout belongs to the protocol, and RE2 does patterns"),
    (r"[a-z0-9_]+$", ANYWHERE, "the standard library"),
    (POSIX, ["*.cpp"], "system calls stay out of headers"),
    (r"fmt/", ANYWHERE, "text"),
    (r"tl/", ["base/result.h"], "Result is the only face of tl::expected"),
    (r"boost/(asio|json)\.hpp$", [], "an umbrella header: include the ones that are used"),
    (r"boost/json/", ANYWHERE, "JSON"),
    (r"boost/asio/(awaitable|any_io_executor)\.hpp$", ANYWHERE, "what Async is made of"),
    (r"boost/asio/", ["async/*", "http/*.cpp", "http/stream.h", "mcp/transport/*.cpp"],
     "sockets, timers and signals are used through async/"),
    (r"boost/system/", ["async/*", "http/*.cpp", "mcp/transport/*.cpp", "mcp/typed.h"],
     "above the transports there are only Results"),
    (r"curl/", ["http/curl_client.cpp"], "http::Client is the face of libcurl"),
    (r"openssl/", ["base/crypto.cpp", "http/tls.cpp", "auth/*.cpp"],
     "base/crypto.h and http/tls.h are the faces of OpenSSL"),
    (r"yaml-cpp/", ["config/yaml.cpp"], "config/yaml.h is the face of yaml-cpp"),
    (r"CLI/", ["app/*.cpp"], "only programs have a command line"),
    (r"re2/", ["json/*.cpp"], "patterns of JSON Schema"),
    (r"cjose/", ["auth/jwt.cpp"], "JOSE behind a strict list of algorithms"),
    (r"hiredis/", ["mcp/store/redis.cpp"], "the Redis codec"),
    (r"pugixml", ["aws/xml.cpp"], "XML answers of AWS"),
    (r"md4c|cmark", ["connectors/atlassian/adf/*.cpp"], "Markdown"),
    (r"gtest/|gmock/", ["*_test.cpp", "*_fixture.h"], "tests only"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*(<([^>]+)>|"([^"]+)")')


def row_of(folder):
    """The key of FOLDERS for a folder, and the folder it stands for; (None, None) without one."""
    parts = folder.split("/")
    for n in range(len(parts), 0, -1):
        exact = "/".join(parts[:n])
        if exact in FOLDERS:
            return exact, exact
        if n > 1 and (star := "/".join(parts[: n - 1]) + "/*") in FOLDERS:
            return star, exact
    return None, None


def within(path, folders):
    return any(path.startswith(folder + "/") for folder in folders)


def check_ours(root, name, target):
    """The complaint about `#include "target"` in the file src/name, or None."""
    folder = str(pathlib.PurePosixPath(name).parent)
    row, own = row_of(folder)
    if row is None:
        return f"src/{folder} has no row in the folder table: add one that says what it may include"
    allowed = FOLDERS[row].split()
    if name.endswith("_test.cpp"):
        allowed += TEST_FOLDERS.get(row, TEST_FOLDERS["*"]).split()
    places = ["tests"] if within(target, ["support"]) else ["src"]
    if not any((root / place / target).is_file() for place in places):
        return f'"{target}" is no file: name headers by their full path from src/'
    if "*" in allowed or within(target, [own, *allowed]):
        return None
    return (
        f'{own} may not include "{target}": the folder table allows it {own}'
        + "".join(f", {a}" for a in allowed)
    )


def check_library(name, target):
    """The complaint about `#include <target>` in the file src/name, or None."""
    for pattern, homes, reason in LIBRARIES:
        if re.match(pattern, target):
            if any(fnmatch.fnmatch(name, home) for home in homes):
                return None
            where = " and ".join(homes) if homes else "nowhere"
            return f"<{target}> is allowed in {where} only: {reason}"
    return (
        f"<{target}> belongs to no library of the table: a new library needs a row here and a"
        " paragraph in docs/dependencies.md"
    )


def check(root):
    """All complaints about the tree, as "file:line: sentence"."""
    complaints = []
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in (".h", ".cpp"):
            continue
        name = path.relative_to(root / "src").as_posix()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            if match[3]:
                complaint = check_ours(root, name, match[3])
            else:
                complaint = check_library(name, match[2])
            if complaint:
                complaints.append(f"src/{name}:{number}: {complaint}")
    return complaints


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1]
    complaints = check(root)
    print("\n".join(complaints) if complaints else "includes: nothing to complain about")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
