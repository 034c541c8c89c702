"""Comparisons of a deployed manifest's balancer with what Elastic Load Balancing says.

Each takes a test case and a world.Deployed. Standards are those of src/manifest/manifest.h.
"""

import fnmatch
import re

LISTENER_RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"


def arn_of_balancer(world):
    (arn,) = world.ids("AWS::ElasticLoadBalancingV2::LoadBalancer")
    return arn


def balancer(test, world):
    elb = world.client("elbv2")
    row = elb.describe_load_balancers(LoadBalancerArns=[arn_of_balancer(world)])["LoadBalancers"][0]
    scheme = {"public": "internet-facing", "internal": "internal"}
    test.assertEqual(row["Scheme"], scheme[world.said("network.ingress", "public")])
    homes = {zone["SubnetId"] for zone in row["AvailabilityZones"]}
    test.assertEqual(homes, world.subnets("Public"))
    test.assertEqual(row["SecurityGroups"], [world.group("BalancerGroup")])


def balancer_attributes(test, world):
    elb = world.client("elbv2")
    rows = elb.describe_load_balancer_attributes(LoadBalancerArn=arn_of_balancer(world))
    found = {row["Key"]: row["Value"] for row in rows["Attributes"]}
    logs = world.said("balancer.access_logs", True)
    wanted = {
        "idle_timeout.timeout_seconds": str(world.said_seconds("balancer.idle_timeout", "60s")),
        "client_keep_alive.seconds": str(world.said_seconds("balancer.keep_alive", "3600s")),
        "routing.http.drop_invalid_header_fields.enabled": "true",
    }
    test.assertLessEqual(wanted.items(), found.items())
    test.assertEqual(found.get("access_logs.s3.enabled", "false"), str(logs).lower())
    if logs:
        test.assertIn(found["access_logs.s3.bucket"], world.ids("AWS::S3::Bucket"))


def listeners_of(world):
    rows = world.client("elbv2").describe_listeners(LoadBalancerArn=arn_of_balancer(world))
    return {row["Port"]: row for row in rows["Listeners"]}


def production_port(world):
    return 443 if world.said("domain", "") else 80


def listeners(test, world):
    found = listeners_of(world)
    serving = {production_port(world)}
    if world.has_test_listener:
        serving.add(world.said("balancer.test_port", 8443))
    redirecting = {80} if world.said("domain", "") else set()
    test.assertEqual(set(found), serving | redirecting)
    for port in serving:
        answer = found[port]["DefaultActions"][0]["FixedResponseConfig"]
        test.assertEqual(answer["StatusCode"], "404")
        if world.said("domain", ""):
            test.assertEqual(found[port]["Protocol"], "HTTPS")
            policy = world.said("balancer.tls_policy", "ELBSecurityPolicy-TLS13-1-2-Res-2021-06")
            test.assertEqual(found[port]["SslPolicy"], policy)
            test.assertEqual(len(found[port]["Certificates"]), 1)
    for port in redirecting:
        redirect = found[port]["DefaultActions"][0]["RedirectConfig"]
        said = (redirect["StatusCode"], redirect["Protocol"], redirect["Port"])
        test.assertEqual(said, ("HTTP_301", "HTTPS", "443"))


def rules_of(world, port):
    """The rules of a listener but for the last, in the order in which they are tried."""
    arn = listeners_of(world)[port]["ListenerArn"]
    rows = world.client("elbv2").describe_rules(ListenerArn=arn)["Rules"]
    return sorted((r for r in rows if not r["IsDefault"]), key=lambda row: int(row["Priority"]))


def matches(pattern, path):
    if pattern.startswith("^"):
        return re.search(pattern, path) is not None
    return fnmatch.fnmatchcase(path, pattern)


def patterns_of(rule):
    for condition in rule["Conditions"]:
        if condition["Field"] == "path-pattern":
            config = condition.get("PathPatternConfig", {})
            yield from config.get("RegexValues") or config.get("Values") or condition["Values"]


def forwards(rule):
    """[(target group, weight)]; weight None where it is not said."""
    for action in rule["Actions"]:
        if action["Type"] == "forward" and "ForwardConfig" in action:
            rows = action["ForwardConfig"]["TargetGroups"]
            return [(row["TargetGroupArn"], row.get("Weight")) for row in rows]
        if action["Type"] == "forward":
            return [(action["TargetGroupArn"], None)]
    return []


def first_match(rules, path):
    return next((r for r in rules if any(matches(p, path) for p in patterns_of(r))), None)


def serving_ports(world):
    yield production_port(world)
    if world.has_test_listener:
        yield world.said("balancer.test_port", 8443)


def paths_of(world, name):
    paths = [f"/{name}/mcp", f"/{name}"]
    if name not in world.images:
        paths.append(f"/mcp/{name}")
    if len(world.content["servers"]) == 1:
        paths.append("/mcp")
    return paths


def rules(test, world):
    """The first rule that takes a server's path forwards it to a target group of the stack."""
    for port in serving_ports(world):
        found = rules_of(world, port)
        for name in world.content["servers"]:
            for path in paths_of(world, name):
                rule = first_match(found, path)
                test.assertIsNotNone(rule, f"{port}: no rule takes {path}")
                arns = {arn for arn, _ in forwards(rule)}
                test.assertTrue(arns, f"{port}: {path} is not forwarded")
                test.assertLessEqual(arns, set(world.ids(TARGET_GROUP)))


def strangers(test, world):
    """What is no server's path is not forwarded."""
    for port in serving_ports(world):
        found = rules_of(world, port)
        for path in ("/nobody/mcp", "/", "/metrics", "/drain"):
            rule = first_match(found, path)
            test.assertFalse(rule and forwards(rule), f"{port}: {path} is forwarded")


def tokens(test, world):
    """With `auth.jwt` the balancer looks at them before it forwards to an image."""
    world.only_if(world.said("auth.jwt", None) and world.images)
    for port in serving_ports(world):
        for name in world.images:
            rule = first_match(rules_of(world, port), f"/{name}/mcp")
            kinds = [a["Type"] for a in sorted(rule["Actions"], key=lambda a: a["Order"])]
            test.assertEqual(kinds, ["jwt-validation", "forward"])


def weights(test, world):
    """All calls go to one group; what is not rolling has a second one that waits."""
    for port in serving_ports(world):
        for rule in rules_of(world, port):
            if forwards(rule):
                found = [weight for _, weight in forwards(rule)]
                test.assertEqual(found, [100, 0] if world.has_test_listener else [100])


def priorities(test, world):
    """Every rule has one of its own, and both listeners have the same for the same server."""
    by_port = [rules_of(world, port) for port in serving_ports(world)]
    for rows in by_port:
        numbers = [int(row["Priority"]) for row in rows]
        test.assertEqual(len(set(numbers)), len(numbers))
        test.assertTrue(all(1 <= number <= 50_000 for number in numbers))
    forwarding = [[row["Priority"] for row in rows if forwards(row)] for rows in by_port]
    test.assertTrue(all(row == forwarding[0] for row in forwarding), forwarding)


def target_groups(test, world):
    elb = world.client("elbv2")
    arns = world.ids(TARGET_GROUP)
    paths = {server.get("health", "/health") for server in world.images.values()}
    if world.connectors:
        paths.add("/health")
    rows = elb.describe_target_groups(TargetGroupArns=arns)["TargetGroups"]
    test.assertEqual({row["Port"] for row in rows}, world.ports)
    test.assertEqual({row["HealthCheckPath"] for row in rows} - {"/ready"}, paths)
    for row in rows:
        test.assertEqual((row["Protocol"], row["TargetType"]), ("HTTP", "ip"))
        test.assertEqual([row["VpcId"]], world.ids("AWS::EC2::VPC"))
        test.assertEqual(row["Matcher"], {"HttpCode": "200"})
        health = "balancer.health."
        test.assertEqual(
            (
                row["HealthCheckIntervalSeconds"],
                row["HealthCheckTimeoutSeconds"],
                row["HealthyThresholdCount"],
                row["UnhealthyThresholdCount"],
            ),
            (
                world.said_seconds(health + "interval", "10s"),
                world.said_seconds(health + "timeout", "5s"),
                world.said(health + "healthy", 2),
                world.said(health + "unhealthy", 3),
            ),
        )


def target_group_attributes(test, world):
    elb = world.client("elbv2")
    slow = world.said_seconds("balancer.slow_start", "0s")
    sticky = world.said_seconds("balancer.stickiness", "0s")
    for arn in world.ids(TARGET_GROUP):
        rows = elb.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
        found = {row["Key"]: row["Value"] for row in rows}
        delay = world.said_seconds("balancer.deregistration_delay", "300s")
        test.assertEqual(found["deregistration_delay.timeout_seconds"], str(delay))
        test.assertEqual(found.get("slow_start.duration_seconds", "0"), str(slow))
        test.assertEqual(found.get("stickiness.enabled", "false"), str(sticky > 0).lower())
        if sticky:
            test.assertEqual(found["stickiness.lb_cookie.duration_seconds"], str(sticky))


ALL = (
    balancer,
    balancer_attributes,
    listeners,
    rules,
    strangers,
    tokens,
    weights,
    priorities,
    target_groups,
    target_group_attributes,
)
