"""Comparisons of a deployed manifest's functions with what Lambda and API Gateway say.

Each takes a test case and a world.Deployed. Standards are those of src/manifest/manifest.h.
"""

import fnmatch
import json
import re

import task_checks


def functions_of(world):
    """[(logical id, configuration)]"""
    api = world.client("lambda")
    for name, physical in world.made["AWS::Lambda::Function"].items():
        yield name, api.get_function_configuration(FunctionName=physical)


def functions(test, world):
    rows = list(functions_of(world))
    servers = world.content["servers"]
    is_alone = world.said("layout", "one-task") == "task-per-server" or len(servers) == 1
    units = set(servers) if is_alone else {"servers"}
    wanted = {f"{world.example.stack_name}-{unit}" for unit in units}
    test.assertEqual({row["FunctionName"] for _, row in rows}, wanted)
    memory = world.said("lambda.memory", 256 if is_alone else 1024)
    for _, row in rows:
        test.assertEqual(row["MemorySize"], memory)
        test.assertEqual(row["Timeout"], world.said_seconds("lambda.timeout", "29s"))


def environment(test, world):
    served = set()
    for _, row in functions_of(world):
        found = row["Environment"]["Variables"]
        told = json.loads(found["DAVIT_SERVERS"])
        served |= set(told)
        for name, server in told.items():
            test.assertEqual(server["connector"], world.connectors[name]["connector"])
            test.assertEqual(server["token"], world.connectors[name]["token"])
        test.assertEqual(found["DAVIT_ALLOWED_HOSTS"], world.said("domain", "*"))
        test.assertIn("DAVIT_RELEASE", found)
        test.assertTrue(found["DAVIT_SESSION_KEYS"].startswith("secretsmanager:"))
    test.assertEqual(served, set(world.connectors))


def covers(pattern, name):
    """Whether the pattern of an ARN takes a name without account and region."""
    return fnmatch.fnmatchcase(name, pattern.split(":", 5)[-1])


def readable_secrets(test, world):
    """Its role may read what the function is told, and nothing else but the keys of sessions."""
    for name, _ in functions_of(world):
        role = world.properties("AWS::Lambda::Function")[name]["Role"]["Fn::GetAtt"][0]
        allowed = world.resources_of(role, {"secretsmanager:GetSecretValue"})
        said = [world.connectors, world.said("auth.api_keys", [])]
        needed = {
            "secret:" + reference.partition(":")[2].partition("#")[0] + "-AbCdEf"
            for reference in task_checks.references_in(said)
        }
        for one in needed:
            test.assertTrue(any(covers(pattern, one) for pattern in allowed), one)
        others = [p for p in allowed if not any(covers(p, one) for one in needed)]
        test.assertEqual(len(others), 1, others)


def packages(test, world):
    for _, row in functions_of(world):
        test.assertEqual(row["PackageType"], "Image")
        test.assertEqual(row["Architectures"], [world.said("size.arch", "arm64")])
        test.assertEqual(row["EphemeralStorage"], {"Size": world.said("lambda.ephemeral", 512)})
        is_traced = world.said("traces", "none") == "xray"
        test.assertEqual(row["TracingConfig"]["Mode"], "Active" if is_traced else "PassThrough")
        test.assertEqual(row["LoggingConfig"]["LogFormat"], "JSON")
        test.assertIn(row["LoggingConfig"]["LogGroup"], world.ids("AWS::Logs::LogGroup"))


def aliases(test, world):
    """Clients meet `live`, which stands at the first version."""
    api = world.client("lambda")
    for _, row in functions_of(world):
        found = api.list_aliases(FunctionName=row["FunctionName"])["Aliases"]
        test.assertEqual([(a["Name"], a["FunctionVersion"]) for a in found], [("live", "1")])


def permissions(test, world):
    """Only the front of this stack may call, and only the alias."""
    world.only_if(world.front != "url")
    api = world.client("lambda")
    fronts = world.ids("AWS::ApiGateway::RestApi") + world.ids("AWS::ApiGatewayV2::Api")
    for _, row in functions_of(world):
        answer = api.get_policy(FunctionName=row["FunctionName"], Qualifier="live")
        for statement in json.loads(answer["Policy"])["Statement"]:
            test.assertEqual(statement["Principal"], {"Service": "apigateway.amazonaws.com"})
            test.assertEqual(statement["Action"], "lambda:InvokeFunction")
            source = statement["Condition"]["ArnLike"]["AWS:SourceArn"]
            test.assertIn(source.split(":")[5].split("/")[0], fronts)


def urls(test, world):
    world.only_if(world.front == "url")
    api = world.client("lambda")
    for _, row in functions_of(world):
        found = api.get_function_url_config(FunctionName=row["FunctionName"], Qualifier="live")
        iam = world.said("auth.iam", False)
        test.assertEqual(found["AuthType"], "AWS_IAM" if iam else "NONE")
        is_streaming = world.said("lambda.streaming", True)
        test.assertEqual(found["InvokeMode"], "RESPONSE_STREAM" if is_streaming else "BUFFERED")


def rest_stage(test, world):
    world.only_if(world.front == "rest")
    api = world.client("apigateway")
    (name,) = world.ids("AWS::ApiGateway::RestApi")
    (stage,) = api.get_stages(restApiId=name)["item"]
    test.assertEqual(stage["stageName"], world.said("lambda.stage", "live"))
    quota = world.said("lambda.quota", None)
    plans = api.get_usage_plans()["items"]
    test.assertEqual(len(plans), 1 if quota else 0)
    for plan in plans:
        test.assertEqual((plan["quota"]["limit"], plan["quota"]["period"]), (quota, "MONTH"))
        rate = world.said("lambda.throttle.rate", 1000)
        burst = world.said("lambda.throttle.burst", 5000)
        found = (plan["throttle"]["rateLimit"], plan["throttle"]["burstLimit"])
        test.assertEqual(found, (rate, burst))


def takes(key, request):
    """Whether a route's key, such as POST /{server}/{proxy+}, takes a method and path."""
    pattern = re.sub(r"\{\w+\}", "[^/]+", re.sub(r"\{\w+\+\}", ".+", key))
    return re.fullmatch(pattern, request) is not None


def http_routes(test, world):
    world.only_if(world.front == "http")
    api = world.client("apigatewayv2")
    (name,) = world.ids("AWS::ApiGatewayV2::Api")
    routes = api.get_routes(ApiId=name)["Items"]
    for server in world.connectors:
        for path in (f"/{server}/mcp", f"/{server}", f"/mcp/{server}"):
            serving = [row for row in routes if takes(row["RouteKey"], f"POST {path}")]
            test.assertTrue(serving, f"no route takes {path}")
            if world.said("auth.jwt", None):
                test.assertEqual({row["AuthorizationType"] for row in serving}, {"JWT"})
    for row in api.get_authorizers(ApiId=name)["Items"]:
        jwt = row["JwtConfiguration"]
        test.assertEqual(jwt["Issuer"], world.said("auth.jwt.issuer", ""))
        test.assertEqual(jwt["Audience"], [world.said("auth.jwt.audience", "")])


ALL = (
    functions,
    environment,
    readable_secrets,
    packages,
    aliases,
    permissions,
    urls,
    rest_stage,
    http_routes,
)
