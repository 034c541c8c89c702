"""Comparisons of a deployed manifest's services with what ECS says.

Each takes a test case and a world.Deployed. Standards are those of src/manifest/manifest.h.
"""

import front_checks
import task_checks


def services_of(world):
    """[(logical id, service)]"""
    ecs = world.client("ecs")
    cluster = world.ids("AWS::ECS::Cluster")[0]
    for name, arn in world.made["AWS::ECS::Service"].items():
        (row,) = ecs.describe_services(cluster=cluster, services=[arn])["services"]
        yield name, row


def services(test, world):
    """How many tasks run is left to auto scaling, which no emulator has."""
    rows = list(services_of(world))
    units = {task_checks.unit_of(world, task) for _, task in task_checks.tasks_of(world)}
    test.assertEqual({row["serviceName"] for _, row in rows}, units)
    for _, row in rows:
        family = f"{world.example.stack_name}-{row['serviceName']}"
        test.assertIn(f"/{family}:", row["taskDefinition"])


def capacity(test, world):
    mix = world.said("service.mix", {})
    wanted = {
        "fargate": [("FARGATE", 1, 0)],
        "spot": [("FARGATE_SPOT", 1, 0)],
        "mixed": [
            ("FARGATE", mix.get("fargate", 1), mix.get("base", 1)),
            ("FARGATE_SPOT", mix.get("spot", 3), 0),
        ],
    }[world.said("service.capacity", "fargate")]
    for _, service in services_of(world):
        rows = service["capacityProviderStrategy"]
        found = [(row["capacityProvider"], row["weight"], row.get("base", 0)) for row in rows]
        test.assertEqual(found, wanted)


def placement(test, world):
    is_public = world.said("service.public_ip", False)
    for _, service in services_of(world):
        placed = service["networkConfiguration"]["awsvpcConfiguration"]
        test.assertEqual(placed["assignPublicIp"], "ENABLED" if is_public else "DISABLED")
        tier = "Public" if is_public else "Private"
        test.assertEqual(set(placed["subnets"]), world.subnets(tier))
        test.assertEqual(placed["securityGroups"], [world.group("TaskGroup")])


def targets(test, world):
    """A service's target groups are those that the rules forward to, and those in waiting."""
    ports = [*front_checks.serving_ports(world)]
    rules = [{r["RuleArn"] for r in front_checks.rules_of(world, port)} for port in ports]
    used = set()
    for _, service in services_of(world):
        test.assertTrue(service["loadBalancers"])
        for row in service["loadBalancers"]:
            used.add(row["targetGroupArn"])
            test.assertIn(row["containerPort"], world.ports)
            if world.has_test_listener:
                other = row["advancedConfiguration"]
                used.add(other["alternateTargetGroupArn"])
                test.assertIn(other["productionListenerRule"], rules[0])
                test.assertIn(other["testListenerRule"], rules[1])
    test.assertEqual(used, set(world.ids(front_checks.TARGET_GROUP)))


def grace(test, world):
    wanted = world.said_seconds("service.health_grace", "120s")
    for _, service in services_of(world):
        test.assertEqual(service["healthCheckGracePeriodSeconds"], wanted)


def deployment(test, world):
    strategy = world.said("release.strategy", "blue-green")
    for _, service in services_of(world):
        found = service["deploymentConfiguration"]
        test.assertEqual(found["strategy"], strategy.replace("-", "_").upper())
        test.assertEqual((found["minimumHealthyPercent"], found["maximumPercent"]), (100, 200))
        if strategy == "rolling":
            breaker = world.said("service.circuit_breaker", True)
            row = {"enable": breaker, "rollback": breaker}
            test.assertEqual(found["deploymentCircuitBreaker"], row)
        else:
            bake = world.said_seconds("release.bake", "10m") // 60
            test.assertEqual(found["bakeTimeInMinutes"], bake)
        if strategy == "canary":
            canary = found["canaryConfiguration"]
            test.assertEqual(canary["canaryPercent"], world.said("release.canary.percent", 10))


ALL = (
    services,
    capacity,
    placement,
    targets,
    grace,
    deployment,
)
