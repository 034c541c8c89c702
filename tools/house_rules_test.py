#!/usr/bin/env python3
"""Each house rule must catch what it forbids, and let pass what it allows.

usage: tools/house_rules_test.py [-v]
"""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

import check_includes
import check_words

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
HEADER = "// A thing.\n#pragma once\n"


class Tree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


class Includes(Tree):
    def setUp(self):
        super().setUp()
        for name in ["base/result.h", "http/client.h", "mcp/tool.h", "connectors/gitlab/gitlab.h",
                     "connectors/jira/jira.h", "sandbox/gitlab/gitlab.h"]:
            self.write(f"src/{name}", HEADER)
        self.write("tests/support/fake.h", HEADER)

    def complaints(self, name, *includes):
        path = self.write(f"src/{name}", "".join(f"#include {i}\n" for i in includes))
        found = check_includes.check(self.root)
        path.unlink()
        return found

    def assert_caught(self, sentence, name, include):
        complaints = self.complaints(name, "<string>", include)
        self.assertEqual(len(complaints), 1, complaints)
        self.assertIn(f"src/{name}:2: ", complaints[0])
        self.assertIn(sentence, complaints[0])

    def assert_passes(self, name, include):
        self.assertEqual(self.complaints(name, include), [])

    def test_a_lower_folder_does_not_see_a_higher_one(self):
        self.assert_caught('base may not include "http/client.h"', "base/x.cpp", '"http/client.h"')
        self.assert_caught("allows it http, base, json, async", "http/x.h", '"mcp/tool.h"')

    def test_a_folder_sees_itself_and_its_row(self):
        self.assert_passes("http/x.cpp", '"http/client.h"')
        self.assert_passes("http/x.cpp", '"base/result.h"')
        self.assert_passes("app/x.cpp", '"connectors/jira/jira.h"')

    def test_only_transports_and_the_client_of_mcp_see_http(self):
        self.assert_caught("mcp may not include", "mcp/x.cpp", '"http/client.h"')
        self.assert_caught("mcp may not include", "mcp/store/x.cpp", '"http/client.h"')

    def test_transports_and_the_client_of_mcp_see_http(self):
        self.assert_passes("mcp/transport/x.cpp", '"http/client.h"')
        self.assert_passes("mcp/client/x.cpp", '"http/client.h"')
        self.assert_passes("mcp/client/x.cpp", '"mcp/tool.h"')

    def test_connectors_do_not_see_each_other(self):
        self.assert_caught(
            'connectors/jira may not include "connectors/gitlab/gitlab.h"',
            "connectors/jira/x.cpp", '"connectors/gitlab/gitlab.h"')

    def test_the_list_of_connectors_sees_them_all(self):
        self.assert_passes("connectors/all.cpp", '"connectors/gitlab/gitlab.h"')
        self.assert_passes("connectors/gitlab/x.cpp", '"connectors/gitlab/gitlab.h"')

    def test_unit_tests_see_their_support_and_nothing_else_does(self):
        self.assert_passes("http/x_test.cpp", '"support/fake.h"')
        self.assert_passes("connectors/gitlab/x_test.cpp", '"sandbox/gitlab/gitlab.h"')
        self.assert_caught("http may not include", "http/x.cpp", '"support/fake.h"')

    def test_a_folder_without_a_row_is_refused(self):
        self.assert_caught("src/util has no row", "util/x.cpp", '"base/result.h"')

    def test_headers_are_named_by_their_full_path(self):
        self.assert_caught("is no file", "http/x.cpp", '"client.h"')

    def test_libraries_stay_at_home(self):
        for name, include in [
            ("http/x.cpp", "<curl/curl.h>"),
            ("http/x.h", "<boost/asio/ip/tcp.hpp>"),
            ("mcp/x.cpp", "<boost/asio/steady_timer.hpp>"),
            ("json/x.cpp", "<openssl/evp.h>"),
            ("app/x.cpp", "<yaml-cpp/yaml.h>"),
            ("host/x.cpp", "<CLI/CLI.hpp>"),
            ("mcp/x.cpp", "<re2/re2.h>"),
            ("json/x.h", "<tl/expected.hpp>"),
            ("json/x.cpp", "<gtest/gtest.h>"),
            ("json/x.cpp", "<regex>"),
            ("base/x.h", "<unistd.h>"),
            ("async/x.cpp", "<boost/asio.hpp>"),
        ]:
            with self.subTest(name=name, include=include):
                self.assert_caught("only: ", name, include)

    def test_libraries_are_used_at_home(self):
        for name, include in [
            ("http/curl_client.cpp", "<curl/curl.h>"),
            ("async/x.h", "<boost/asio/steady_timer.hpp>"),
            ("mcp/x.h", "<boost/asio/awaitable.hpp>"),
            ("mcp/x.h", "<boost/json/value.hpp>"),
            ("json/x_test.cpp", "<gmock/gmock.h>"),
            ("base/x.cpp", "<unistd.h>"),
        ]:
            with self.subTest(name=name, include=include):
                self.assert_passes(name, include)

    def test_an_unknown_library_needs_a_row(self):
        self.assert_caught("belongs to no library", "app/x.cpp", "<absl/strings/str_cat.h>")


class Words(Tree):
    def complaints(self, name, text):
        path = self.write(name, text)
        self.write("src/CMakeLists.txt", f"{name.removeprefix('src/')}\n")
        found = check_words.check(self.root)
        path.unlink()
        return found

    def assert_caught(self, sentence, name, text):
        complaints = self.complaints(name, text)
        self.assertEqual(len(complaints), 1, complaints)
        self.assertTrue(complaints[0].startswith(f"{name}:"), complaints[0])
        self.assertIn(sentence, complaints[0])

    def test_each_forbidden_word_is_caught(self):
        for text in ["asio::detached", "std::cout << 1;", "std::cerr << 1;",
                     "std::this_thread::sleep_for(1s);", "using namespace std;", "// TODO: later",
                     "co_spawn(a, b, detached);", "catch (...) {}"]:
            with self.subTest(text):
                self.assert_caught("forbidden here", "src/base/x.cpp", f"int a;\n{text}\n")

    def test_the_complaint_names_the_line(self):
        (complaint,) = self.complaints("src/base/x.cpp", "int a;\nint b;  // TODO\n")
        self.assertTrue(complaint.startswith("src/base/x.cpp:2: 'TODO'"), complaint)

    def test_bytes_beyond_ascii_are_for_test_data(self):
        self.assert_caught("plain ASCII", "src/base/x.cpp", "// caf\u00e9\n")
        self.assertEqual(self.complaints("src/base/testdata/x.txt", "caf\u00e9\n"), [])

    def test_places_outside_of_the_project_are_not_named(self):
        self.assert_caught("places outside", "docs/x.md", "see ../shared/x\n")
        self.assert_caught("places outside", "docs/x.md", "see /" + "work/main\n")
        self.assertEqual(self.complaints("docs/x.md", "a/" + "work/b /workers\n"), [])

    def test_a_long_file_needs_a_reason(self):
        self.assert_caught("601 lines", "src/base/x.cpp", "int a;\n" * 601)
        self.assertEqual(
            self.complaints("src/base/x.cpp", "// Long because it is one table.\n" * 601), [])

    def test_a_header_begins_with_a_comment_and_the_pragma(self):
        self.assert_caught("begins with a comment", "src/base/x.h", "#pragma once\n")
        self.assert_caught("no '#pragma once'", "src/base/x.h", "// A thing.\n")

    def test_a_file_that_is_not_built_is_found(self):
        self.write("src/base/CMakeLists.txt", "davit_library(SOURCES xy.cpp y.cpp.in)\n")
        self.write("src/base/y.cpp", "")
        (complaint,) = check_words.check(self.root)
        self.assertIn("src/base/CMakeLists.txt does not name y.cpp", complaint)


class Tools(Tree):
    def run_tool(self, *command):
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_a_badly_formatted_file_is_caught(self):
        shutil.copy(REPOSITORY / ".clang-format", self.root)
        self.write("src/x.cpp", "int  a ;\n")
        check = [REPOSITORY / "tools/format", "--check", self.root]
        self.assertNotEqual(self.run_tool(*check).returncode, 0)
        self.assertEqual(self.run_tool(REPOSITORY / "tools/format", self.root).returncode, 0)
        self.assertEqual(self.run_tool(*check).returncode, 0)

    def test_a_header_that_does_not_compile_alone_is_caught(self):
        self.write("CMakeLists.txt", f"""
            cmake_minimum_required(VERSION 3.25)
            project(house LANGUAGES CXX)
            list(APPEND CMAKE_MODULE_PATH "{REPOSITORY}/cmake")
            include(dependencies)
            include(davit)
            add_subdirectory("{REPOSITORY}/tests/house" house)
            """)
        self.write("src/x/x.h", HEADER + "std::string a();\n")
        build = self.root / "build"
        configured = self.run_tool(
            "cmake", "-G", "Ninja", "-S", self.root, "-B", build,
            "-DCMAKE_CXX_COMPILER=clang++-19")
        self.assertEqual(configured.returncode, 0, configured.stderr)
        check = ["cmake", "--build", build, "--target", "headers_compile_alone"]
        failed = self.run_tool(*check)
        self.assertNotEqual(failed.returncode, 0)
        self.assertIn("x/x.h:3", failed.stdout)
        self.write("src/x/x.h", HEADER + "#include <string>\nstd::string a();\n")
        self.assertEqual(self.run_tool(*check).returncode, 0)


if __name__ == "__main__":
    unittest.main()
