"""Comparisons of a deployed manifest's cluster and tasks with what ECS says.

Each takes a test case and a world.Deployed. Standards are those of src/manifest/manifest.h.
"""

import fnmatch
import json
import re

TASK_DEFINITION = "AWS::ECS::TaskDefinition"
OURS = {"DAVIT_SESSION_KEYS"}  # secrets that the stack makes itself


def tasks_of(world):
    """[(logical id, task definition)]"""
    ecs = world.client("ecs")
    for name, arn in world.made[TASK_DEFINITION].items():
        yield name, ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]


def unit_of(world, task):
    return task["family"].removeprefix(world.example.stack_name + "-")


def containers_of(world):
    """{name: container} of each task."""
    for _, task in tasks_of(world):
        yield {row["name"]: row for row in task["containerDefinitions"]}


def cluster(test, world):
    row = world.client("ecs").describe_clusters(
        clusters=world.ids("AWS::ECS::Cluster"), include=["SETTINGS"]
    )["clusters"][0]
    test.assertEqual(row["clusterName"], world.example.stack_name)
    insights = "enhanced" if world.said("service.insights", True) else "disabled"
    test.assertEqual(row["settings"], [{"name": "containerInsights", "value": insights}])
    test.assertEqual(set(row["capacityProviders"]), {"FARGATE", "FARGATE_SPOT"})


def families(test, world):
    """A task for each server where the layout says so, and for all of them otherwise."""
    found = {unit_of(world, task) for _, task in tasks_of(world)}
    servers = set(world.content["servers"])
    if world.said("layout", "one-task") == "task-per-server" or len(servers) == 1:
        test.assertEqual(found, servers)
    else:
        test.assertEqual(found, {"servers"})


def task_sizes(test, world):
    for _, task in tasks_of(world):
        unit = unit_of(world, task)
        cpu = world.said_of_unit(unit, "cpu", "size.cpu", 256)
        memory = world.said_of_unit(unit, "memory", "size.memory", 512)
        found = (task["cpu"], task["memory"], task["networkMode"])
        test.assertEqual(found, (str(cpu), str(memory), "awsvpc"))
        test.assertEqual(task["requiresCompatibilities"], ["FARGATE"])


def architecture(test, world):
    wanted = {"arm64": "ARM64", "x86_64": "X86_64"}[world.said("size.arch", "arm64")]
    for _, task in tasks_of(world):
        test.assertEqual(task["runtimePlatform"]["cpuArchitecture"], wanted)


def serving(world):
    """[(names of servers, container)] of those that answer calls."""
    for found in containers_of(world):
        for name, container in found.items():
            if name in world.content["servers"]:
                yield {name}, container
            elif name == "davitd":
                yield set(world.connectors), container


def containers(test, world):
    served = set()
    for names, container in serving(world):
        served |= names
        test.assertTrue(container["essential"])
        ports = {row["containerPort"] for row in container["portMappings"]}
        (name, *_) = names
        if name in world.images:
            test.assertEqual(container["image"], world.images[name]["image"])
            test.assertEqual(ports, {world.images[name].get("port", 8080)})
        else:
            prefix = world.said("registry.prefix", world.content["name"])
            wanted = rf"\d{{12}}\.dkr\.ecr\.{world.region}\.amazonaws\.com/{prefix}/davitd:v[\d.]+"
            test.assertRegex(container["image"], f"^{wanted}$")
            test.assertEqual(ports, {8080, 8079})
        stop = world.said_seconds("service.stop_timeout", "120s")
        test.assertEqual(container["stopTimeout"], stop)
        read_only = world.said("service.read_only_root", True)
        test.assertEqual(container["readonlyRootFilesystem"], read_only)
    test.assertEqual(served, set(world.content["servers"]))


def environment(test, world):
    """davitd is told its servers; an image what the manifest says, and where to listen."""
    for names, container in serving(world):
        found = {row["name"]: row["value"] for row in container["environment"]}
        (name, *_) = names
        if name in world.images:
            wanted = world.images[name].get("environment", {})
            test.assertLessEqual({k: str(v) for k, v in wanted.items()}.items(), found.items())
            continue
        told = json.loads(found["DAVIT_SERVERS"])
        kinds = {n: world.connectors[n]["connector"] for n in names}
        test.assertEqual({n: server["connector"] for n, server in told.items()}, kinds)
        test.assertEqual(found["DAVIT_ALLOWED_HOSTS"], world.said("domain", "*"))
        test.assertEqual(found["DAVIT_PORT"], "8080")
        test.assertIn(":" + found["DAVIT_RELEASE"], container["image"])


def logs(test, world):
    groups = world.ids("AWS::Logs::LogGroup")
    for found in containers_of(world):
        for container in found.values():
            log = container["logConfiguration"]
            test.assertEqual(log["logDriver"], "awslogs")
            test.assertIn(log["options"]["awslogs-group"], groups)
            test.assertEqual(log["options"]["awslogs-region"], world.region)


def arn_of(world, reference):
    """What ECS takes for a reference such as secretsmanager:a/b#key, after account and region."""
    service, _, rest = reference.partition(":")
    name, _, key = rest.partition("#")
    if service == "ssm":
        return f"parameter/{name.lstrip('/')}"
    return f"secret:{name}:{key}::" if key else f"secret:{name}"


def references_in(value):
    if isinstance(value, dict):
        for item in value.values():
            yield from references_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from references_in(item)
    elif re.match(r"(secretsmanager|ssm):", str(value)):
        yield value


def secrets(test, world):
    """Each reference of a server becomes a secret of its container, and nothing else does."""
    for names, container in serving(world):
        found = {row["name"]: row["valueFrom"] for row in container.get("secrets", [])}
        (name, *_) = names
        said = [world.content["servers"][one] for one in names]
        if name in world.images:
            wanted = world.images[name].get("secrets", {})
            test.assertEqual(set(found), set(wanted))
        else:
            said.append(world.said("auth.api_keys", []))
            test.assertLessEqual(OURS, set(found))
        given = {arn.split(":", 5)[5] for key, arn in found.items() if key not in OURS}
        test.assertEqual(given, {arn_of(world, r) for r in references_in(said)})


def readable_secrets(test, world):
    """What starts the task may read all of its secrets, and nothing else."""
    for name, task in tasks_of(world):
        role = world.properties(TASK_DEFINITION)[name]["ExecutionRoleArn"]["Fn::GetAtt"][0]
        allowed = world.resources_of(role, {"secretsmanager:GetSecretValue", "ssm:GetParameters"})
        needed = {
            re.sub(r"(:secret:[^:]+):.*$", r"\1", row["valueFrom"])
            for container in task["containerDefinitions"]
            for row in container.get("secrets", [])
        }
        # The ARN of a secret ends in six characters that nobody chooses.
        for arn in needed:
            variants = {arn, arn + "-AbCdEf"}
            test.assertTrue(
                any(fnmatch.fnmatchcase(v, a) for v in variants for a in allowed),
                f"{name}: {arn} cannot be read",
            )
        for pattern in allowed:
            variants = {v for arn in needed for v in (arn, arn + "-AbCdEf")}
            test.assertTrue(any(fnmatch.fnmatchcase(v, pattern) for v in variants), pattern)


def limits(test, world):
    nofile = world.said("service.nofile", 65536)
    for _, container in serving(world):
        row = {"name": "nofile", "softLimit": nofile, "hardLimit": nofile}
        test.assertEqual(container["ulimits"], [row])


def health(test, world):
    """davitd asks itself; what an image can run is not known."""
    world.only_if(world.connectors)
    for names, container in serving(world):
        if names & set(world.connectors):
            check = container["healthCheck"]
            test.assertEqual(check["command"], ["CMD", "davitd", "health"])
            test.assertGreater(check["interval"], check["timeout"])


ALL = (
    cluster,
    families,
    task_sizes,
    architecture,
    containers,
    environment,
    logs,
    secrets,
    readable_secrets,
    limits,
    health,
)
