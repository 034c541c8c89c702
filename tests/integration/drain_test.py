#!/usr/bin/env python3
"""How the programs end: the drain of davitd, its signals, and Ctrl-C in davit.

usage: drain_test.py FOLDER_OF_THE_PROGRAMS [TEST...]
"""

import concurrent.futures
import http.client
import json
import pathlib
import signal
import subprocess
import sys
import time
import unittest

from programs import PATIENCE, TOKEN, Davitd, Sandbox

BINARIES = pathlib.Path(sys.argv.pop(1)).resolve()


def ask(port, method, path, body=None):
    """One request on a connection of its own; answers response and text."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, body)
        response = connection.getresponse()
        return response, response.read().decode()
    finally:
        connection.close()


class Draining(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox(BINARIES)
        cls.addClassCleanup(cls.sandbox.stop)
        cls.pool = concurrent.futures.ThreadPoolExecutor(4)
        cls.addClassCleanup(cls.pool.shutdown)

    def setUp(self):
        self.sandbox.reset()

    def start(self, timeouts="{ drain: 10s, call: 5s }"):
        davitd = Davitd(
            BINARIES,
            f"port: 0\nadmin: {{ port: 0 }}\ntimeouts: {timeouts}\nservers:\n  gitlab: {{ connector:"
            f' gitlab, url: "{self.sandbox.url}", token: env:GITLAB_TOKEN }}\n',
            {"GITLAB_TOKEN": TOKEN},
        )
        self.addCleanup(davitd.process.kill)
        lines = davitd.lines()
        davitd.admin = next(x["port"] for x in lines if x["msg"] == "admin is listening")
        return davitd

    def begin_call(self, davitd, fault, **rule):
        """A call that has come to its upstream, where it meets the fault."""
        self.sandbox.fault(fault, **rule)
        call = self.pool.submit(davitd.call, "gitlab_list_projects", {})
        end = time.monotonic() + PATIENCE
        while not self.sandbox.requests():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        return call

    def wait_until_stopping(self, davitd):
        davitd.wait_for('"msg":"stopping"')

    def assert_drains(self, davitd, call, begin):
        """Not ready, but answering, until the call has its answer; and then the end."""
        response, text = ask(davitd.port, "GET", "/ready")
        self.assertEqual(response.status, 503, text)
        self.assertEqual(response.getheader("Connection"), "close")
        self.assertEqual(ask(davitd.admin, "GET", "/ready")[0].status, 503)
        self.assertEqual(ask(davitd.port, "GET", "/health")[0].status, 200)
        late = davitd.call("gitlab_list_projects", {})  # whoever comes all the same is served
        self.assertIn("harbor/api", json.dumps(late))
        self.assertIn("\ndavit_draining 1\n", ask(davitd.admin, "GET", "/metrics")[1])
        self.assertIn("harbor/api", json.dumps(call.result(PATIENCE)))
        self.assertEqual(davitd.process.wait(PATIENCE), 0)
        self.assertLess(time.monotonic() - begin, 10)
        self.assertEqual(davitd.lines()[-1]["msg"], "stopped")

    def test_sigterm_lets_calls_finish(self):
        davitd = self.start()
        self.assertEqual(ask(davitd.port, "GET", "/ready")[0].status, 200)
        call = self.begin_call(davitd, "slow", delay_ms=2500)
        begin = time.monotonic()
        davitd.process.send_signal(signal.SIGTERM)
        self.wait_until_stopping(davitd)
        self.assert_drains(davitd, call, begin)

    def test_the_operator_orders_the_same(self):
        davitd = self.start()
        self.assertEqual(ask(davitd.admin, "GET", "/drain")[0].status, 405)
        self.assertEqual(ask(davitd.admin, "GET", "/ready")[0].status, 200)
        call = self.begin_call(davitd, "slow", delay_ms=2500)
        begin = time.monotonic()
        self.assertEqual(ask(davitd.admin, "POST", "/drain")[0].status, 202)
        self.assertEqual(ask(davitd.admin, "POST", "/drain")[0].status, 202)
        # The first signal is no second order.
        davitd.process.send_signal(signal.SIGTERM)
        self.assert_drains(davitd, call, begin)
        stopping = [line for line in davitd.lines() if line["msg"] == "stopping"]
        self.assertEqual([line["by"] for line in stopping], ["POST /drain"])

    def test_an_idle_process_ends_at_once_and_answers_the_order(self):
        davitd = self.start()
        begin = time.monotonic()
        self.assertEqual(ask(davitd.admin, "POST", "/drain")[0].status, 202)
        self.assertEqual(davitd.process.wait(PATIENCE), 0)
        self.assertLess(time.monotonic() - begin, 5)

    def test_what_does_not_end_is_cut_in_time(self):
        davitd = self.start("{ drain: 2s, call: 1s }")
        call = self.begin_call(davitd, "hang", times=-1)
        begin = time.monotonic()
        davitd.process.send_signal(signal.SIGTERM)
        self.assertIn("cancelled", json.dumps(call.result(PATIENCE)))
        self.assertEqual(davitd.process.wait(PATIENCE), 0)
        took = time.monotonic() - begin
        self.assertGreater(took, 1)
        self.assertLess(took, 3.5)

    def test_the_port_stays_open_until_balancers_have_noticed(self):
        davitd = self.start("{ drain: 10s, call: 5s, drain_notice: 2s }")
        begin = time.monotonic()
        davitd.process.send_signal(signal.SIGTERM)
        self.wait_until_stopping(davitd)
        self.assertEqual(ask(davitd.port, "GET", "/ready")[0].status, 503)
        self.assertEqual(davitd.process.wait(PATIENCE), 0)
        self.assertGreater(time.monotonic() - begin, 1.8)

    def test_ctrl_c_gives_two_seconds(self):
        davitd = self.start("{ drain: 100s, drain_notice: 50s }")
        self.begin_call(davitd, "hang", times=-1)
        begin = time.monotonic()
        davitd.process.send_signal(signal.SIGINT)
        self.assertEqual(davitd.process.wait(PATIENCE), 0)
        self.assertLess(time.monotonic() - begin, 5)

    def test_ctrl_c_while_it_drains_ends_it_with_its_log_written(self):
        davitd = self.start()
        self.begin_call(davitd, "hang", times=-1)
        # As often as a process group and the wrapper in it pass it on: that is no hurry.
        for _ in range(3):
            davitd.process.send_signal(signal.SIGTERM)
        response = ask(davitd.port, "GET", "/ready")[0]
        for _ in range(200):
            if response.status == 503:
                break
            time.sleep(0.01)
            response = ask(davitd.port, "GET", "/ready")[0]
        davitd.process.send_signal(signal.SIGTERM)
        with self.assertRaises(subprocess.TimeoutExpired):
            davitd.process.wait(0.3)
        davitd.process.send_signal(signal.SIGINT)
        self.assertEqual(davitd.process.wait(PATIENCE), 130)
        self.assertEqual([x["by"] for x in davitd.lines() if x["msg"] == "stopping"], ["SIGTERM"])

    def test_ctrl_c_ends_a_call_of_davit(self):
        davitd = self.start()
        for era in ("legacy", "modern"):
            with self.subTest(era):
                self.sandbox.reset()
                self.sandbox.fault("hang", times=-1)
                davit = subprocess.Popen(
                    [BINARIES / "davit", "call", "--era", era, davitd.url(), "gitlab_list_projects"],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    env={"no_proxy": "*"},
                )
                self.addCleanup(davit.kill)
                end = time.monotonic() + PATIENCE
                while not self.sandbox.requests():
                    self.assertLess(time.monotonic(), end)
                    time.sleep(0.01)
                davit.send_signal(signal.SIGINT)
                out, err = davit.communicate(timeout=PATIENCE)
                self.assertEqual(davit.returncode, 130, err)
                self.assertEqual(out, "")
                self.assertEqual(err, "davit: interrupted\n")
                while not all(one["client_gone"] for one in self.sandbox.requests()):
                    self.assertLess(time.monotonic(), end, "the call goes on")
                    time.sleep(0.02)


if __name__ == "__main__":
    unittest.main(verbosity=2)
