"""That the example manifests show every key of the manifest and every choice, and are listed.

The keys are read from the tables of the reader, so that a new row without an example is noticed.
"""

import re
import unittest

import manifests

TABLES = manifests.ROOT / "src/manifest/tables.cpp"
SERVERS = manifests.ROOT / "src/config/servers.cpp"


def rows_of(text):
    """{name of the table: [(key, choices)]} of a file of tables."""
    tables = {}
    for name, body in re.findall(r"config::Row k(\w*)Rows\[\] = \{(.*?)\n\};", text, re.S):
        tables[name] = read_rows(body)
    return tables


def read_rows(body):
    rows = []
    for row in re.split(r"\{(?=\.key = )", body)[1:]:
        key = re.match(r'\.key = "([^"]+)"', row)[1]
        choices = re.search(r'\.choices =\s*"([^"]+)"', row)
        rows.append((key, choices[1].split("|") if choices else []))
    return rows


def documented():
    """[(path, choices)] of every key; a server's begin with "servers.*."."""
    text = TABLES.read_text(encoding="utf-8")
    tables = rows_of(text)
    rows = []
    for section, table in re.findall(r'\{"(\w*)",\s*"[^"]*",\s*k(\w+)\.rows', text):
        prefix = section + "." if section else ""
        rows += [(prefix + key, choices) for key, choices in tables[table]]
    shared = re.search(r"Row kRows\[\] = \{(.*?)\n\};", SERVERS.read_text(encoding="utf-8"), re.S)
    for key, choices in tables["Server"] + read_rows(shared[1]):
        rows.append(("servers.*." + key, choices))
    free = re.search(r"FreeMap kFreeMaps\[\] = \{(.*?)\n\};", text, re.S)[1]
    for key, rest in re.findall(r'\.key = "(\w+)"([^}]*)', free):
        rows.append((("servers.*." if "of_server" in rest else "") + key, []))
    return rows


def flatten(node, path, found):
    """Adds {path: values} of what is written."""
    found.setdefault(path, set())
    if not isinstance(node, dict):
        found[path].add(str(node).lower() if isinstance(node, bool) else str(node))
        return
    for key, value in node.items():
        name = "*" if path == "servers" else str(key)
        flatten(value, f"{path}.{name}" if path else name, found)


def written():
    found = {}
    for example in manifests.read_all():
        flatten(example.content, "", found)
    found["environments"] = set()
    # A word may stand for the map.
    found["traces.to"] = found.get("traces.to", set()) | found["traces"]
    return found


class Coverage(unittest.TestCase):
    def test_every_key_is_shown(self):
        rows = documented()
        self.assertGreater(len(rows), 150, "the tables were not read")
        found = written()
        self.assertEqual([], [key for key, _ in rows if key not in found])

    def test_every_choice_is_shown(self):
        found = written()
        missing = [
            f"{key}: {choice}"
            for key, choices in documented()
            for choice in choices
            if choice not in found.get(key, set())
        ]
        self.assertEqual([], missing)

    def test_settings_speak_of_keys_that_exist(self):
        text = (manifests.ROOT / "docs/settings.md").read_text(encoding="utf-8")
        known = {"davit.yaml"}
        for key, _ in documented():
            parts = key.split(".")
            known |= {".".join(parts[:count]) for count in range(1, len(parts) + 1)}
        named = set(re.findall(r"`([a-z]\w*(?:\.[a-z_*]+)+)[`:]", text))
        self.assertGreater(len(named), 100)
        self.assertEqual(set(), named - known)

    def test_each_says_what_it_shows_and_when_to_take_it(self):
        readme = (manifests.FOLDER / "README.md").read_text(encoding="utf-8")
        paths = sorted(manifests.FOLDER.glob("*/davit.yaml"))
        self.assertGreaterEqual(len(paths), 28)
        for path in paths:
            with self.subTest(path.parent.name):
                first, second = path.read_text(encoding="utf-8").splitlines()[:2]
                self.assertTrue(first.startswith("# "))
                self.assertTrue(second.startswith("# Take it "))
                self.assertIn(f"]({path.parent.name}/davit.yaml) | {first[2:]} |", readme)

    def test_no_secret_is_written(self):
        for path in manifests.FOLDER.glob("*/davit.yaml"):
            for line in re.findall(r"(?:token|DATABASE_URL): *\"?(\S+)", path.read_text()):
                with self.subTest(path.parent.name):
                    self.assertRegex(line, r"^(secretsmanager|ssm|env|file):")


if __name__ == "__main__":
    unittest.main()
