"""Comparisons of what every deployed manifest has with what the services say: roles, logs, images,
buckets. And which comparisons an example gets.

Each takes a test case and a world.Deployed. Standards are those of src/manifest/manifest.h.
"""

import json
import re

import botocore.exceptions

import front_checks
import function_checks
import network_checks
import service_checks
import task_checks

# Who may take on a role of ours.
SERVICES = {
    "ecs-tasks.amazonaws.com",
    "ecs.amazonaws.com",
    "lambda.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
}


def agrees(wanted, found):
    """Whether a value is what a template's says, where functions may have given anything."""
    if isinstance(wanted, dict) and len(wanted) == 1:
        name, argument = next(iter(wanted.items()))
        if name == "Fn::Sub":
            text = argument if isinstance(argument, str) else argument[0]
            pattern = ".*".join(re.escape(part) for part in re.split(r"\$\{[^}]+\}", text))
            return isinstance(found, str) and re.fullmatch(pattern, found) is not None
        if name == "Ref" or name.startswith("Fn::"):
            return isinstance(found, str) and found not in ("", "*")
    if isinstance(wanted, dict):
        return (
            isinstance(found, dict)
            and wanted.keys() == found.keys()
            and all(agrees(value, found[key]) for key, value in wanted.items())
        )
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(wanted) == len(found)
            and all(agrees(*pair) for pair in zip(wanted, found, strict=True))
        )
    return wanted == found


def roles(test, world):
    """Their policies arrive as the template says them."""
    for name, properties in world.properties("AWS::IAM::Role").items():
        found = world.policies_of(name)
        policies = {p["PolicyName"]: p["PolicyDocument"] for p in properties.get("Policies", [])}
        test.assertEqual(set(found), set(policies), name)
        for policy, document in policies.items():
            test.assertTrue(agrees(document, found[policy]), f"{name}: {found[policy]}")


def trust(test, world):
    """Services take them on, and for this account only; nobody else does."""
    iam = world.client("iam")
    for name in world.ids("AWS::IAM::Role"):
        document = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        for statement in document["Statement"]:
            test.assertEqual(list(statement["Principal"]), ["Service"], name)
            test.assertIn(statement["Principal"]["Service"], SERVICES)
            test.assertEqual(statement["Action"], "sts:AssumeRole")
            account = statement["Condition"]["StringEquals"]["aws:SourceAccount"]
            test.assertRegex(account, r"^\d{12}$")


def log_groups(test, world):
    rows = world.client("logs").describe_log_groups()["logGroups"]
    found = {row["logGroupName"]: row.get("retentionInDays") for row in rows}
    days = world.said_seconds("logs.retention", "30d") // 86400
    test.assertEqual(found, dict.fromkeys(world.ids("AWS::Logs::LogGroup"), days))


def metric_filters(test, world):
    """The lines of davitd's calls are counted."""
    rows = world.client("logs").describe_metric_filters()["metricFilters"]
    logs = {row["logGroupName"] for row in rows}
    groups = world.ids("AWS::Logs::LogGroup")
    world.only_if(world.connectors)
    test.assertEqual(logs, {n for n in groups if n.startswith(("/ecs/", "/aws/lambda/"))})


def repositories(test, world):
    ecr = world.client("ecr")
    prefix = world.said("registry.prefix", world.content["name"])
    names = world.ids("AWS::ECR::Repository")
    test.assertEqual(names, [f"{prefix}/davitd"] if world.connectors else [])
    for name in names:
        row = ecr.describe_repositories(repositoryNames=[name])["repositories"][0]
        test.assertEqual(row["imageTagMutability"], "IMMUTABLE")


def images(test, world):
    """They are scanned, and go in time."""
    ecr = world.client("ecr")
    keep = "registry.keep."
    releases = world.said(keep + "releases", 10)
    dev = world.said_seconds(keep + "dev", "7d") // 86400
    wanted = {
        "v": ("imageCountMoreThan", releases),
        "release-": ("imageCountMoreThan", releases),
        "staging-": ("imageCountMoreThan", world.said(keep + "staging", 5)),
        "dev-": ("sinceImagePushed", dev),
        "pr-": ("sinceImagePushed", dev),
        "": ("sinceImagePushed", world.said_seconds(keep + "untagged", "1d") // 86400),
    }
    for name in world.some("AWS::ECR::Repository"):
        row = ecr.describe_repositories(repositoryNames=[name])["repositories"][0]
        test.assertTrue(row["imageScanningConfiguration"]["scanOnPush"])
        policy = json.loads(ecr.get_lifecycle_policy(repositoryName=name)["lifecyclePolicyText"])
        chosen = [rule["selection"] for rule in policy["rules"]]
        found = {
            "".join(row.get("tagPrefixList", [])): (row["countType"], row["countNumber"])
            for row in chosen
        }
        test.assertEqual(found, wanted)


def pulls_by_functions(test, world):
    """Lambda may fetch images; nobody else is let in by the repository."""
    ecr = world.client("ecr")
    for name in world.some("AWS::ECR::Repository"):
        text = ecr.get_repository_policy(repositoryName=name)["policyText"]
        (statement,) = json.loads(text)["Statement"]
        test.assertEqual(statement["Principal"], {"Service": "lambda.amazonaws.com"})
        test.assertIn("aws:SourceArn", statement["Condition"]["ArnLike"])


def buckets(test, world):
    """Nothing is public, all is encrypted."""
    s3 = world.client("s3")
    for name in world.some("AWS::S3::Bucket"):
        block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
        test.assertEqual(set(block.values()), {True})
        test.assertEqual(len(block), 4)
        answer = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]
        rule = answer["Rules"][0]["ApplyServerSideEncryptionByDefault"]
        test.assertIn(rule["SSEAlgorithm"], ("AES256", "aws:kms"))


def bucket_policies(test, world):
    s3 = world.client("s3")
    for name in world.some("AWS::S3::Bucket"):
        document = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])
        refused = [row for row in document["Statement"] if row["Effect"] == "Deny"]
        conditions = [row["Condition"] for row in refused]
        test.assertIn({"Bool": {"aws:SecureTransport": "false"}}, conditions, name)
        for row in document["Statement"]:
            if row["Effect"] == "Allow":
                test.assertNotEqual(row["Principal"], "*")


def bucket_expiry(test, world):
    s3 = world.client("s3")
    for name in world.some("AWS::S3::Bucket"):
        rows = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
        test.assertTrue(any("Expiration" in row for row in rows), name)


def alarms(test, world):
    """All of them tell the stack's topic."""
    rows = world.client("cloudwatch").describe_alarms()["MetricAlarms"]
    test.assertTrue(rows)
    topics = world.ids("AWS::SNS::Topic")
    for row in rows:
        test.assertEqual((row["AlarmActions"], row["OKActions"]), (topics, topics))


def subscriptions(test, world):
    world.only_if(world.said("alerts.email", []))
    rows = world.client("sns").list_subscriptions()["Subscriptions"]
    found = {row["Endpoint"] for row in rows}
    test.assertEqual(found, set(world.said("alerts.email", [])))


# What a comparison ends with when it is not as it should be, or an emulator has nothing to say.
DIFFERENCES = (AssertionError, KeyError, IndexError, ValueError, botocore.exceptions.ClientError)
COMMON = (
    roles,
    trust,
    log_groups,
    metric_filters,
    repositories,
    images,
    buckets,
    bucket_policies,
    bucket_expiry,
    alarms,
    subscriptions,
)
ON_ECS = (
    *network_checks.ALL,
    *front_checks.ALL,
    *task_checks.ALL,
    *service_checks.ALL,
    *COMMON,
)
ON_LAMBDA = (*function_checks.ALL, pulls_by_functions, *COMMON)
