"""Every IAM policy of a template: parliament's findings, and our own rules.

Each statement says its reason in its Sid. It takes any resource only where the Sid begins with
AnyResource and goes on to say why; actions by wildcard only in the policy of a resource, where the
Sid begins with AnyAction.
"""

import functools
import json

import botocore.session
import parliament

from template import resolve


SESSION = botocore.session.get_session()


@functools.cache
def services_of(prefix):
    """Names of botocore's services whose actions have the prefix in policies."""
    names = SESSION.get_available_services()
    if prefix in names:
        return [prefix]
    models = {name: SESSION.get_service_model(name) for name in names}
    return [n for n, m in models.items() if prefix in (m.signing_name, m.endpoint_prefix)]


@functools.cache
def is_in_botocore(action):
    prefix, _, operation = action.partition(":")
    return any(
        operation in SESSION.get_service_model(name).operation_names
        for name in services_of(prefix)
    )


@functools.cache
def is_in_parliament(action):
    try:
        return bool(parliament.expand_action(action))
    except (parliament.UnknownActionException, parliament.UnknownPrefixException):
        return False


def listed(value):
    return value if isinstance(value, list) else [value]


def documents(value, path):
    """(path, document) of each policy inside of a value."""
    if isinstance(value, dict):
        if "Statement" in value and "Version" in value:
            yield path, value
            return
        for key, item in value.items():
            yield from documents(item, [*path, str(key)])
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from documents(item, [*path, str(number)])


def check_statement(statement, is_trust, is_of_resource):
    """What our own rules say."""
    sid = statement.get("Sid", "")
    actions = listed(statement["Action"])
    # Who may take on a role needs no reason: the role's description says what it is for.
    if not sid and not is_trust:
        yield "a statement without a Sid"
    if not is_of_resource and "*" in listed(statement.get("Resource", [])):
        if not sid.startswith("AnyResource"):
            yield f"{sid}: any resource, without a reason in its Sid"
    # What a resource refuses, or leaves to its own account, cannot be listed: the policy of a key
    # must allow the account everything (KMS developer guide, "Default key policy").
    may_be_any = is_of_resource and sid.startswith("AnyAction")
    if any("*" in action for action in actions) and not may_be_any:
        yield f"{sid}: actions by wildcard"
    for action in actions:
        if "*" not in action and not is_in_parliament(action) and not is_in_botocore(action):
            yield f"{sid}: there is no action {action}"


@functools.cache  # most statements are the same in many templates
def analyze(document):
    return parliament.analyze_policy_string(document).findings


def judged_by_parliament(statement, template):
    """What parliament says of one statement."""
    actions = [action for action in listed(statement["Action"]) if is_in_parliament(action)]
    # What is refused gives nobody anything, and takes its resources and conditions from the
    # service that asks, not from that of the action.
    if not actions or statement["Effect"] == "Deny":
        return
    judged = resolve({**statement, "Action": actions}, template)
    document = json.dumps({"Version": "2012-10-17", "Statement": [judged]})
    for found in analyze(document):
        # Of a statement that says why it takes any resource, it need not be said again.
        if found.issue == "RESOURCE_STAR" and statement.get("Sid", "").startswith("AnyResource"):
            continue
        yield f"{statement.get('Sid')}: parliament {found.issue}: {found.detail}"


def findings(template):
    """Complaints about the policies of a template, as "Resource.path: sentence"."""
    for path, document in documents(template["Resources"], []):
        place = ".".join(path)
        is_trust = path[-1] == "AssumeRolePolicyDocument"
        is_of_resource = any("Principal" in statement for statement in document["Statement"])
        for statement in document["Statement"]:
            complaints = list(check_statement(statement, is_trust, is_of_resource))
            # Its checks are for policies of identities.
            if not is_of_resource:
                complaints += judged_by_parliament(statement, template)
            yield from (f"{place}: {complaint}" for complaint in complaints)
