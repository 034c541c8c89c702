#!/usr/bin/env python3
"""House rules about the text of files: forbidden words, plain ASCII, lengths, headers, lists.

usage: tools/check_words.py [ROOT]
"""

import fnmatch
import pathlib
import re
import sys

CODE = ["src/*.h", "src/*.cpp"]
CPP = ["*.h", "*.cpp"]
SOURCES = [*CPP, "*.py", "*.mjs", "*.cmake", "*CMakeLists.txt", "tools/*", "*Makefile", ".ci/*"]
ALL = ["*"]
NO_SOURCE = ["*/testdata/*", "*/node_modules/*"]
THESE = ["tools/check_words.py", "tools/house_rules_test.py"]

# Pattern, files it is forbidden in, exceptions, and what to do instead.
WORDS = [
    (r"asio::detached|asio/detached\.hpp|[(,]\s*detached\)", CODE, [],
     "every coroutine is awaited or started by a TaskScope"),
    (r"std::(cout|cerr|clog)\b", CODE, ["*_test.cpp"],
     "stdout belongs to the protocol or the command's result: use the Logger or fmt::print"),
    # These two are servers with a thread for each connection, for tests.
    (r"std::this_thread::sleep", CODE, ["*/local/traffic_fixture_test.cpp", "*/local/test_task.cpp"],
     "the loop must never block: await a timer of async/"),
    (r"using namespace std;", CPP, [], "name what you use"),
    (r"\bcatch \(\.\.\.\) *\{ *\}", CODE, [], "a failure is reported, never swallowed"),
    (r"\b(TODO|FIXME|XXX)\b", SOURCES, THESE, "do it, or write an issue"),
    (r"[^\x00-\x7f]", SOURCES, [], "plain ASCII; text for tests is escaped or lies in testdata/"),
    (r"\.\./shared\b", ALL, [".ci/run", *THESE], "places outside of the project have no name in it"),
    (r"(?<![\w.~-])/work(?![\w.-])", ALL, THESE,
     "places outside of the project have no name in it"),
]

MOST_LINES = 600
SKIPPED = {".git", "build", "node_modules", "__pycache__", ".cache"}


def matches(name, patterns):
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def files_of(root):
    """Path from the root, and text, of every text file."""
    pending = [root]
    while pending:
        for path in sorted(pending.pop().iterdir()):
            if path.is_symlink() or path.name in SKIPPED:
                continue
            if path.is_dir():
                pending.append(path)
                continue
            content = path.read_bytes()
            if b"\0" not in content:
                yield path.relative_to(root).as_posix(), content.decode(errors="surrogateescape")


def check_words(name, lines):
    for pattern, where, exceptions, instead in WORDS:
        if not matches(name, where) or matches(name, exceptions):
            continue
        if where is not ALL and matches(name, NO_SOURCE):
            continue
        regex = re.compile(pattern)
        for number, line in enumerate(lines, 1):
            if match := regex.search(line):
                yield f"{name}:{number}: {ascii(match[0])} is forbidden here: {instead}"


def check_length(name, lines):
    if matches(name, SOURCES) and not matches(name, NO_SOURCE) and len(lines) > MOST_LINES:
        if "long because" not in lines[0].lower():
            yield (
                f"{name}:1: {len(lines)} lines, more than {MOST_LINES}: split the file, or let its"
                " first line say 'Long because ...'"
            )


def check_header(name, lines):
    if not matches(name, ["src/*.h", "tests/*.h"]) or matches(name, NO_SOURCE):
        return
    if not lines or not lines[0].startswith("// "):
        yield f"{name}:1: a header begins with a comment: what it is and what it is for"
    if "#pragma once" not in lines:
        yield f"{name}:1: the header has no '#pragma once'"


def check_listed(root, name):
    """A source that no CMakeLists.txt names is not built."""
    if not matches(name, ["src/*.cpp"]):
        return
    path = root / name
    for folder in path.parents:
        lists = folder / "CMakeLists.txt"
        if lists.is_file():
            listed = path.relative_to(folder).as_posix()
            if not re.search(rf"(?<![\w./]){re.escape(listed)}(?![\w.])", lists.read_text()):
                yield f"{name}:1: {lists.relative_to(root)} does not name {listed}"
            return
        if folder == root:
            break
    yield f"{name}:1: no CMakeLists.txt names this file"


def check(root):
    """All complaints about the tree, as "file:line: sentence"."""
    complaints = []
    for name, text in files_of(root):
        lines = text.splitlines()
        complaints += check_words(name, lines)
        complaints += check_length(name, lines)
        complaints += check_header(name, lines)
        complaints += check_listed(root, name)
    return complaints


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1]
    complaints = check(root.resolve())
    print("\n".join(complaints) if complaints else "words: nothing to complain about")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
