"""What a manifest says, and what an emulator made of it, read by the services' own APIs."""

import collections
import re
import urllib.parse

import yaml

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(text):
    number, unit = re.fullmatch(r"(\d+)([smhd])", str(text)).groups()
    return int(number) * UNITS[unit]


class NothingToCompare(Exception):
    """The example has nothing of what a comparison is about."""


class Deployed:
    """One example in one emulator."""

    def __init__(self, emulator, example):
        self.emulator = emulator
        self.example = example
        self.content = example.content
        self.region = example.content.get("region", "us-east-1")
        self.templates = []
        self.made = {}  # type: {logical id: physical id}
        self.notes = collections.Counter()

    def add(self, name, template):
        reduced, notes = self.emulator.reduce(template, self.region)
        self.notes += notes
        rows = self.emulator.create(name, reduced, self.region)
        missing = set(reduced["Resources"]) - set(rows)
        assert not missing, f"{self.emulator.name} did not make {sorted(missing)}"
        self.templates.append(reduced)
        for name, resource in reduced["Resources"].items():
            physical = rows[name]["PhysicalResourceId"]
            self.made.setdefault(resource["Type"], {})[name] = physical

    def client(self, service):
        return self.emulator.client(service, self.region)

    def ids(self, kind):
        return list(self.made.get(kind, {}).values())

    def some(self, kind):
        """As ids, for a comparison that says nothing without any."""
        if not self.made.get(kind):
            raise NothingToCompare
        return self.ids(kind)

    def only_if(self, is_met):
        if not is_met:
            raise NothingToCompare

    def has(self, kind, name):
        return name in self.made.get(kind, {})

    def group(self, name):
        """The id of a security group."""
        return self.made["AWS::EC2::SecurityGroup"][name]

    def subnets(self, tier):
        """Ids of those whose names begin so: Public or Private."""
        rows = self.made["AWS::EC2::Subnet"].items()
        return {physical for name, physical in rows if name.startswith(tier)}

    def properties(self, kind):
        """{logical id: properties} of what was made, as the template says them."""
        return {
            name: resource["Properties"]
            for template in self.templates
            for name, resource in template["Resources"].items()
            if resource["Type"] == kind
        }

    def policies_of(self, role):
        """{name: document} of a role by its logical id."""
        iam = self.client("iam")
        name = self.made["AWS::IAM::Role"][role]
        found = {}
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            if isinstance(document, str):  # moto writes some as Python does, which YAML can read
                document = yaml.safe_load(urllib.parse.unquote(document))
            found[policy] = document
        return found

    def resources_of(self, role, actions):
        """What a role may do one of the actions to, as patterns."""
        found = set()
        for document in self.policies_of(role).values():
            for statement in document["Statement"]:
                if statement["Effect"] == "Allow" and actions & set(statement["Action"]):
                    named = statement["Resource"]
                    found |= set(named if isinstance(named, list) else [named])
        return found

    def said(self, key, standard):
        """What the manifest says of a key such as "balancer.idle_timeout"."""
        node = self.content
        for name in key.split("."):
            if not isinstance(node, dict) or name not in node:
                return standard
            node = node[name]
        return node

    def said_seconds(self, key, standard):
        return seconds(self.said(key, standard))

    @property
    def images(self):
        return {n: s for n, s in self.content["servers"].items() if "image" in s}

    @property
    def front(self):
        return self.said("lambda.front", "rest")

    @property
    def connectors(self):
        """Servers that davitd serves."""
        return {n: s for n, s in self.content["servers"].items() if "image" not in s}

    @property
    def ports(self):
        """Where tasks listen for the balancer."""
        ports = {server.get("port", 8080) for server in self.images.values()}
        return ports | {8080} if self.connectors else ports

    @property
    def has_test_listener(self):
        return self.said("release.strategy", "blue-green") != "rolling"

    def said_of_unit(self, unit, own_key, key, standard):
        """What a server of its own task says, or else the manifest."""
        server = self.content["servers"].get(unit, {})
        return server.get(own_key, self.said(key, standard))
