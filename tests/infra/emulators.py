"""Two emulators of AWS as child processes, and what each can create from a template."""

import functools
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import boto3
import botocore.config
import botocore.exceptions
import botocore.parsers

import reduce
from template import REGION

MOST_BYTES_WITHOUT_BUCKET = 51_200
BUCKET = "templates"
PATIENCE = 60  # seconds; moto takes about six to answer first, a stack takes one or two


def use_values(properties):
    for condition in properties["Conditions"]:
        pattern = condition.get("PathPatternConfig", {})
        if "RegexValues" in pattern:
            pattern["Values"] = pattern.pop("RegexValues")


def drop_verification(properties):
    properties["Actions"] = [a for a in properties["Actions"] if a["Type"] != "jwt-validation"]
    for order, action in enumerate(properties["Actions"], 1):
        action["Order"] = order


NO_ZONE = reduce.Trouble(
    "AWS::Route53::RecordSet", "the hosted zone is not there", lambda p: "HostedZoneId" in p
)

NO_PATTERNS = reduce.Trouble(
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    "patterns that are regular expressions stand where it knows wildcards",
    lambda p: any("RegexValues" in c.get("PathPatternConfig", {}) for c in p["Conditions"]),
    use_values,
)


def free_port():
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return chosen.getsockname()[1]


class Emulator:
    """Started when made; `stop` ends it by its process id."""

    name = ""
    path_when_ready = "/"
    path_of_reset = ""
    takes_any_size = False
    troubles = ()
    attributes_lacking = frozenset()  # (type, attribute)

    def __init__(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = tempfile.NamedTemporaryFile(prefix=f"davit-{self.name}-", suffix=".log")
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.process = subprocess.Popen(
            self.command(),
            stdout=self.output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={
                **kept,
                "AWS_DEFAULT_REGION": REGION,
                "PYTHONUNBUFFERED": "1",
                "no_proxy": "*",
                **self.environment(),
            },
        )
        self.wait()

    def command(self):
        raise NotImplementedError

    def environment(self):
        return {}

    def wait(self):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(self.url + self.path_when_ready, timeout=1).close()
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
        log = self.log()
        self.stop()
        raise AssertionError(f"{self.name} does not answer:\n{log}")

    def log(self, whole=False):
        with open(self.output.name, encoding="utf-8", errors="replace") as file:
            text = file.read()
        return text if whole else text[-4000:]

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.output.close()

    @functools.cache  # noqa: B019, an emulator lives as long as the process
    def client(self, service, region=REGION):
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=botocore.config.Config(retries={"total_max_attempts": 1}, proxies={}),
        )

    def types(self):
        """The types of resources that its own code says it can create."""
        raise NotImplementedError

    def has_attribute(self, kind, attribute):
        """Whether Fn::GetAtt gives the attribute of a type that it creates."""
        return (kind, attribute) not in self.attributes_lacking

    def reset(self):
        """Forgets everything."""
        urllib.request.urlopen(self.url + self.path_of_reset, data=b"", timeout=PATIENCE).close()

    def reduce(self, template, region):
        """(what it can create of a template, sentences about the rest)."""
        certificate = self.client("acm", region).request_certificate(DomainName="mcp.example.com")
        stand_ins = {"AWS::CertificateManager::Certificate": certificate["CertificateArn"]}
        limits = reduce.Limits(self.types(), self.troubles, stand_ins, self.has_attribute)
        return reduce.reduce(template, limits)

    def create(self, name, template, region):
        """Creates the stack; its resources that were made, by logical id."""
        formation = self.client("cloudformation", region)
        try:
            formation.create_stack(
                StackName=name,
                **self.body(json.dumps(template, separators=(",", ":")), region),
                Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
            )
        except (botocore.exceptions.ClientError, botocore.parsers.ResponseParserError) as error:
            message = f"{self.name} refuses {name}: {error}\n{self.log()[-800:]}"
            raise AssertionError(message) from None
        end = time.monotonic() + PATIENCE
        while True:
            status = formation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
            if not status.endswith("_IN_PROGRESS") or time.monotonic() > end:
                break
            time.sleep(0.2)
        if status != "CREATE_COMPLETE":
            reasons = self.reasons(formation, name)
            raise AssertionError(f"{self.name}: {name} is {status}\n{reasons}")
        pages = formation.get_paginator("list_stack_resources").paginate(StackName=name)
        resources = [row for page in pages for row in page["StackResourceSummaries"]]
        return {row["LogicalResourceId"]: row for row in resources}

    def body(self, text, region):
        """As a parameter of CreateStack; what is large goes by bucket."""
        if self.takes_any_size or len(text) <= MOST_BYTES_WITHOUT_BUCKET:
            return {"TemplateBody": text}
        s3 = self.client("s3", region)
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="template.json", Body=text.encode())
        return {"TemplateURL": f"{self.url}/{BUCKET}/template.json"}

    def reasons(self, formation, name):
        events = formation.describe_stack_events(StackName=name)["StackEvents"]
        return "\n".join(
            f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}"
            for event in events
            if event.get("ResourceStatusReason")
        )


class Moto(Emulator):
    """Wide and shallow: creates at once, skips in silence what it does not know."""

    name = "moto"
    takes_any_size = True
    path_of_reset = "/moto-api/reset"

    def command(self):
        folder = os.path.dirname(sys.executable)
        return [f"{folder}/moto_server", "-H", "127.0.0.1", "-p", str(self.port)]

    def environment(self):
        return {"MOTO_ECS_SERVICE_RUNNING": "2"}

    troubles = (
        NO_ZONE,
        NO_PATTERNS,
        reduce.Trouble(
            "AWS::ElasticLoadBalancingV2::ListenerRule",
            "no verification of tokens",
            lambda p: any(a["Type"] == "jwt-validation" for a in p["Actions"]),
            drop_verification,
        ),
        reduce.Trouble(
            "AWS::ApiGateway::Deployment",
            "an API made from a document has no methods",
            lambda p: True,
        ),
        reduce.Trouble(
            "AWS::Lambda::Permission", "aliases of functions are not made", lambda p: True
        ),
    )

    # It knows their names, but writes a warning instead of a value.
    attributes_lacking = frozenset(
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", attribute)
        for attribute in ("CanonicalHostedZoneID", "LoadBalancerFullName", "SecurityGroups")
    )

    def create(self, name, template, region):
        rows = super().create(name, template, region)
        # Where it has no value, a stack gets the function itself as a value, and no error.
        unmet = re.search(r'"Fn::GetAtt" : \[.*\]', self.log(whole=True))
        if unmet:
            raise AssertionError(f"moto has no value for {unmet[0]}")
        return rows

    def types(self):
        return set(self.models())

    def has_attribute(self, kind, attribute):
        model = self.models()[kind]
        return (
            super().has_attribute(kind, attribute)
            and hasattr(model, "get_cfn_attribute")
            and model.has_cfn_attr(attribute)
        )

    @staticmethod
    @functools.cache
    def models():
        from moto.cloudformation import parsing

        return parsing.get_model_map()


class Ministack(Emulator):
    """Narrower: creates one by one, with events, and refuses what it does not know."""

    name = "ministack"
    path_when_ready = "/_ministack/health"
    path_of_reset = "/_ministack/reset"

    def command(self):
        return [f"{os.path.dirname(sys.executable)}/ministack"]

    def environment(self):
        # It would listen for IoT on every address otherwise.
        return {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "IOT_MTLS_ENABLED": "0",
        }

    troubles = (
        NO_ZONE,
        NO_PATTERNS,
        reduce.Trouble("AWS::CloudWatch::Alarm", "no metric math", lambda p: "Metrics" in p),
    )

    def types(self):
        from ministack.services.cloudformation import provisioners

        return set(provisioners._RESOURCE_HANDLERS)
