"""Rendered CloudFormation as Python values, and what its functions would come to."""

import re

import yaml

ACCOUNT = "123456789012"
REGION = "us-east-1"
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::NoValue": None,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/stack/0123",
    "AWS::StackName": "stack",
    "AWS::URLSuffix": "amazonaws.com",
}


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML with CloudFormation's short functions: !Sub text is {"Fn::Sub": text}.

    In C where there is one: it is ten times as fast.
    """


def construct_function(loader, name, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


Loader.add_multi_constructor("!", construct_function)


def parse(text):
    return yaml.load(text, Loader)  # noqa: S506, a SafeLoader


def load(path):
    return parse(path.read_text(encoding="utf-8"))


# What stands for a resource in a policy: its ARN.
ARNS = {
    "AWS::ApiGateway::RestApi": "arn:aws:apigateway:{region}::/restapis/0123456789",
    "AWS::Backup::BackupVault": "arn:aws:backup:{region}:{account}:backup-vault:x",
    "AWS::CloudWatch::Alarm": "arn:aws:cloudwatch:{region}:{account}:alarm:x",
    "AWS::ECR::Repository": "arn:aws:ecr:{region}:{account}:repository/x",
    "AWS::ECS::Cluster": "arn:aws:ecs:{region}:{account}:cluster/x",
    "AWS::ECS::Service": "arn:aws:ecs:{region}:{account}:service/x/x",
    "AWS::ECS::TaskDefinition": "arn:aws:ecs:{region}:{account}:task-definition/x:1",
    "AWS::EFS::AccessPoint": (
        "arn:aws:elasticfilesystem:{region}:{account}:access-point/fsap-01234567"
    ),
    "AWS::EFS::FileSystem": "arn:aws:elasticfilesystem:{region}:{account}:file-system/fs-01234567",
    "AWS::ElasticLoadBalancingV2::Listener": (
        "arn:aws:elasticloadbalancing:{region}:{account}:listener/app/x/0123456789abcdef"
        "/0123456789abcdef"
    ),
    "AWS::ElasticLoadBalancingV2::ListenerRule": (
        "arn:aws:elasticloadbalancing:{region}:{account}:listener-rule/app/x/0123456789abcdef"
        "/0123456789abcdef/0123456789abcdef"
    ),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (
        "arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/x/0123456789abcdef"
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": (
        "arn:aws:elasticloadbalancing:{region}:{account}:targetgroup/x/0123456789abcdef"
    ),
    "AWS::IAM::Role": "arn:aws:iam::{account}:role/x",
    "AWS::KMS::Key": "arn:aws:kms:{region}:{account}:key/01234567-0123-0123-0123-0123456789ab",
    "AWS::KinesisFirehose::DeliveryStream": "arn:aws:firehose:{region}:{account}:deliverystream/x",
    "AWS::Lambda::Alias": "arn:aws:lambda:{region}:{account}:function:x:live",
    "AWS::Lambda::Function": "arn:aws:lambda:{region}:{account}:function:x",
    "AWS::Lambda::Version": "arn:aws:lambda:{region}:{account}:function:x:1",
    "AWS::Logs::LogGroup": "arn:aws:logs:{region}:{account}:log-group:x:*",
    "AWS::S3::Bucket": "arn:aws:s3:::x",
    "AWS::SNS::Topic": "arn:aws:sns:{region}:{account}:x",
    "AWS::SQS::Queue": "arn:aws:sqs:{region}:{account}:x",
    "AWS::SecretsManager::Secret": "arn:aws:secretsmanager:{region}:{account}:secret:x-AbCdEf",
    "AWS::WAFv2::WebACL": "arn:aws:wafv2:{region}:{account}:regional/webacl/x/0123",
}
# Of these, Ref is the ARN as well. CloudFormation user guide, "Return values" of each.
REF_IS_ARN = {
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Version",
    "AWS::SNS::Topic",
    "AWS::SecretsManager::Secret",
}


def arn_of(kind):
    return ARNS.get(kind, "arn:aws:unknown:{region}:{account}:x").format(
        region=REGION, account=ACCOUNT
    )


def value_of_ref(name, template):
    if name in PSEUDO:
        return PSEUDO[name]
    parameter = template.get("Parameters", {}).get(name)
    if parameter is not None:
        return parameter.get("Default", "parameter")
    kind = template["Resources"].get(name, {}).get("Type", "")
    return arn_of(kind) if kind in REF_IS_ARN else name.lower()


def value_of_attribute(name, attribute, template):
    kind = template["Resources"].get(name, {}).get("Type", "")
    return arn_of(kind) if attribute.endswith("Arn") else f"{name}-{attribute}".lower()


def substitute(text, template, own=None):
    def replace(found):
        name, _, attribute = found[1].partition(".")
        if name in (own or {}):
            return str(resolve(own[name], template))
        if attribute:
            return value_of_attribute(name, attribute, template)
        return str(value_of_ref(name, template))

    return re.sub(r"\$\{([^!}]+)\}", replace, text)


def resolve(value, template):
    """The value with its functions replaced by what could come out of them."""
    if isinstance(value, list):
        return [resolve(item, template) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        name, argument = next(iter(value.items()))
        if name == "Ref":
            return value_of_ref(argument, template)
        if name == "Fn::GetAtt":
            return value_of_attribute(argument[0], argument[1], template)
        if name == "Fn::Sub":
            text, own = (argument, {}) if isinstance(argument, str) else argument
            return substitute(text, template, own)
        if name == "Fn::Join":
            return argument[0].join(str(resolve(item, template)) for item in argument[1])
        if name == "Fn::ImportValue":
            return template["Imports"][argument]
        if name == "Fn::Select":
            items = resolve(argument[1], template)
            return items[int(argument[0])] if isinstance(items, list) else "selected"
        if name == "Fn::Split":
            return str(resolve(argument[1], template)).split(argument[0])
        if name.startswith("Fn::"):
            return name.removeprefix("Fn::").lower()
    return {key: resolve(item, template) for key, item in value.items()}


def link(templates):
    """Gives each template what those before it export, in the order in which they are deployed."""
    exports = {}
    for template in templates:
        template["Imports"] = dict(exports)
        for output in template.get("Outputs", {}).values():
            if "Export" in output:
                exports[output["Export"]["Name"]] = resolve(output["Value"], template)
