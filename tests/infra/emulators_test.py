#!/usr/bin/env python3
"""Stacks of example manifests in two emulators of AWS, read back with the services' own APIs.

usage: emulators_test.py FOLDER_OF_THE_PROGRAMS [TEST...]

Neither knows every type: what was left out or changed is printed, so that nobody takes more for
proven than was.
"""

import python

python.enter()

import collections  # noqa: E402
import contextlib  # noqa: E402
import pathlib  # noqa: E402
import re  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import unittest  # noqa: E402

import checks  # noqa: E402
import emulators  # noqa: E402
import front_checks as front  # noqa: E402
import function_checks as function  # noqa: E402
import manifests  # noqa: E402
import network_checks as network  # noqa: E402
import reduce  # noqa: E402
import service_checks as service  # noqa: E402
import task_checks as task  # noqa: E402
import template  # noqa: E402
import world  # noqa: E402

DAVIT = pathlib.Path(sys.argv.pop(1)).resolve() / "davit"
PATIENCE = 60  # seconds; a manifest takes some milliseconds
EXAMPLES_ON_ECS = (
    "gitlab-ecs",
    "servers-ecs",
    "python-fastmcp",
    "canary",
    "no-nat",
    "five-tasks",
)
EXAMPLES_ON_LAMBDA = ("gitlab-lambda-rest", "servers-lambda-http", "function-url")
# What an emulator accepts and forgets. That it still does is tested as well.
NOT_KEPT = {
    "moto": {
        network.vpc_names: "a VPC has no names",
        network.routes_of_subnets: "route tables do not say their subnets",
        network.ways_out_of_tasks: "a security group lets everything out",
        front.balancer_attributes: "a balancer has no attributes",
        front.target_group_attributes: "a target group has the standard ones",
        front.tokens: "no verification of tokens",
        task.cluster: "a cluster has a name alone",
        task.task_sizes: "a task definition has no CPU and no network",
        task.architecture: "a task definition has no platform",
        service.capacity: "a service has no providers of capacity",
        service.placement: "a service has no network",
        service.targets: "a service has no balancer",
        service.grace: "a service has no grace of its health check",
        service.deployment: "a service has no configuration of deployments",
        function.packages: "a function is a zip file for x86_64",
        function.aliases: "no aliases",
        function.permissions: "no permissions of aliases",
        function.urls: "no addresses of functions",
        function.rest_stage: "no stages",
        function.http_routes: "no HTTP APIs",
        checks.images: "a repository has no lifecycle policy, and its scan is misspelt",
        checks.pulls_by_functions: "a repository has no policy",
        checks.buckets: "a bucket does not block the public",
        checks.bucket_policies: "a bucket has no policy",
        checks.bucket_expiry: "a bucket has no lifecycle",
        checks.metric_filters: "no filters",
        checks.alarms: "no alarms",
        checks.subscriptions: "no subscriptions",
    },
    "ministack": {
        network.nat: "no NAT gateways",
        network.flow_logs: "no flow logs",
        network.ways_to_tasks: "no rules of security groups beside the groups",
        network.endpoints_names: "an endpoint does not say its groups and names",
        front.weights: "an action has one target group and no weight",
        task.architecture: "a task definition has no platform",
        task.secrets: "a container's secrets are empty",
        task.readable_secrets: "a container's secrets are empty",
        task.limits: "a container's limits are empty",
        task.health: "a container's health check is empty",
        service.grace: "a service has no grace of its health check",
        checks.bucket_expiry: "a bucket has no lifecycle",
    },
}
FORGOTTEN = "accepted and forgotten"
PROVEN = {name: collections.Counter() for name in NOT_KEPT}
NOT_PROVEN = collections.defaultdict(collections.Counter)  # (section, sentence): by emulator
NOBODY_CAN = (
    "deployments of ECS that take time, their hooks and their rollback",
    "processors of tasks",
    "traffic by weights of listeners and aliases",
    "health checks that fail",
    "auto scaling that scales, budgets that warn, certificates that are validated",
    "policies that refuse",
)


def render(example, folder):
    """Paths of the templates, in the order in which they are deployed."""
    chosen = ["-f", str(example.path), "--out", str(folder)]
    if example.environment:
        chosen += ["--environment", example.environment]
    done = subprocess.run(
        [DAVIT, "render", "cloudformation", *chosen],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return [folder / f"{name}.yaml" for name in re.findall(r"--stack-name (\S+)", done.stderr)]


class Stacks:
    """The tests of one emulator."""

    kind = None

    @classmethod
    def setUpClass(cls):
        cls.emulator = cls.kind()
        cls.addClassCleanup(cls.emulator.stop)

    def deploy(self, name):
        self.emulator.reset()
        example = manifests.find(name)
        deployed = world.Deployed(self.emulator, example)
        with tempfile.TemporaryDirectory(prefix="davit-stack-") as folder:
            paths = render(example, pathlib.Path(folder))
            templates = [template.load(path) for path in paths]
        for path, body in zip(paths, templates, strict=True):
            deployed.add(path.stem, body)
        return deployed

    def compare(self, names, comparisons):
        proven = PROVEN[self.emulator.name]
        not_kept = NOT_KEPT[self.emulator.name]
        tried, unlike = collections.Counter(), collections.Counter()
        for name in names:
            with self.subTest(name):
                deployed = self.deploy(name)
                for (section, sentence), count in deployed.notes.items():
                    NOT_PROVEN[section, sentence][self.emulator.name] += count
                for check in comparisons:
                    if check in not_kept:
                        with contextlib.suppress(world.NothingToCompare):
                            unlike[check] += self.is_unlike(check, deployed)
                            tried[check] += 1
                        continue
                    with self.subTest(name, check=check.__name__):
                        with contextlib.suppress(world.NothingToCompare):
                            check(self, deployed)
                            proven[title(check)] += 1
        for check in tried:
            with self.subTest("is still forgotten", check=check.__name__):
                self.assertGreater(unlike[check], 0, "it is kept: take it out of NOT_KEPT")
            sentence = f"{title(check)}: {not_kept[check]}"
            NOT_PROVEN[FORGOTTEN, sentence][self.emulator.name] += unlike[check]

    def is_unlike(self, check, deployed):
        try:
            check(self, deployed)
        except checks.DIFFERENCES:
            return True
        return False

    def test_on_ecs(self):
        self.compare(EXAMPLES_ON_ECS, checks.ON_ECS)

    def test_on_lambda(self):
        self.compare(EXAMPLES_ON_LAMBDA, checks.ON_LAMBDA)


class InMoto(Stacks, unittest.TestCase):
    kind = emulators.Moto


class InMinistack(Stacks, unittest.TestCase):
    kind = emulators.Ministack


def title(check):
    return f"{check.__module__.removesuffix('_checks')}.{check.__name__}"


def print_table(rows, names):
    """Lines of a sentence and how often for each emulator."""
    for sentence, counts in rows:
        numbers = "".join(f"{counts[name] or '-':>11}" for name in names)
        print(f"{numbers}  {sentence}")


def tearDownModule():
    names = [name for name in PROVEN if PROVEN[name]]
    head = "".join(f"{name:>11}" for name in names)
    print(f"\ncompared, in how many examples\n{head}")
    titles = sorted({one for name in names for one in PROVEN[name]})
    print_table([(one, {name: PROVEN[name][one] for name in names}) for one in titles], names)
    print(f"\nnot proven here: reduced or forgotten, how often\n{head}")
    for section in (*reduce.SECTIONS, FORGOTTEN):
        print(f"  {section}")
        rows = sorted((s, counts) for (one, s), counts in NOT_PROVEN.items() if one == section)
        print_table(rows, names)
    print("  by no emulator that can be had")
    for sentence in NOBODY_CAN:
        print(f"{'':>{11 * len(names)}}  {sentence}")


if __name__ == "__main__":
    unittest.main()
