"""Comparisons of a deployed manifest's network with what EC2 says.

Each takes a test case and a world.Deployed. Standards are those of src/manifest/manifest.h.
"""

import ipaddress

ANYWHERE = "0.0.0.0/0"
PEERS = 8079  # where davitd's replicas hand on what belongs to another one
# What `network.endpoints` stands for; all but S3's are interfaces in the private subnets.
ENDPOINTS = {"ecr": {"ecr.api", "ecr.dkr"}}


def vpc(test, world):
    ec2 = world.client("ec2")
    rows = ec2.describe_vpcs(VpcIds=world.ids("AWS::EC2::VPC"))["Vpcs"]
    wanted = world.said("network.cidr", "10.0.0.0/16")
    test.assertEqual([row["CidrBlock"] for row in rows], [wanted])
    gateways = ec2.describe_internet_gateways(
        InternetGatewayIds=world.ids("AWS::EC2::InternetGateway")
    )["InternetGateways"]
    attached = [row["VpcId"] for gateway in gateways for row in gateway["Attachments"]]
    test.assertEqual(attached, [rows[0]["VpcId"]])


def vpc_names(test, world):
    """Without them endpoints have no private names."""
    ec2 = world.client("ec2")
    for name in world.ids("AWS::EC2::VPC"):
        for key in ("enableDnsSupport", "enableDnsHostnames"):
            answer = ec2.describe_vpc_attribute(VpcId=name, Attribute=key)
            test.assertTrue(answer[key[0].upper() + key[1:]]["Value"], key)


def subnets(test, world):
    """Of docs/settings.md: the first /24 is left out, private ones begin with the tenth."""
    zones = world.said("network.zones", 3)
    whole = ipaddress.ip_network(world.said("network.cidr", "10.0.0.0/16"))
    parts = list(whole.subnets(new_prefix=24))
    rows = world.client("ec2").describe_subnets(SubnetIds=world.ids("AWS::EC2::Subnet"))["Subnets"]
    test.assertEqual({row["VpcId"] for row in rows}, set(world.ids("AWS::EC2::VPC")))
    test.assertFalse(any(row["MapPublicIpOnLaunch"] for row in rows))
    found = {row["CidrBlock"]: row["AvailabilityZone"] for row in rows}
    names = [world.region + letter for letter in "abc"[:zones]]
    wanted = {}
    for number, zone in enumerate(names):
        wanted[str(parts[1 + number])] = zone
        wanted[str(parts[10 + number])] = zone
    test.assertEqual(found, wanted)


def tables(world):
    ids = world.ids("AWS::EC2::RouteTable")
    return world.client("ec2").describe_route_tables(RouteTableIds=ids)["RouteTables"]


def way_out(table):
    """Where a route table sends what is for everybody else: a gateway's id, or None."""
    for route in table["Routes"]:
        if route.get("DestinationCidrBlock") == ANYWHERE:
            return route.get("NatGatewayId") or route.get("GatewayId")
    return None


def routes(test, world):
    """One table leads to the internet gateway, the others to as many NAT gateways as asked for."""
    zones = world.said("network.zones", 3)
    ways = [way_out(table) for table in tables(world)]
    gateway = world.ids("AWS::EC2::InternetGateway")[0]
    test.assertEqual(ways.count(gateway), 1)
    others = [way for way in ways if way != gateway]
    wanted = {"one": 1, "per-zone": zones}
    nat = world.said("network.nat", "one")
    if nat == "none":
        test.assertEqual(set(others) - {None}, set())
    else:
        test.assertEqual((len(others), len(set(others))), (zones, wanted[nat]))
        test.assertNotIn(None, others)


def routes_of_subnets(test, world):
    """The balancer's subnets lead to the internet gateway, those of tasks do not."""
    gateway = world.ids("AWS::EC2::InternetGateway")[0]
    found = {
        row["SubnetId"]: way_out(table) for table in tables(world) for row in table["Associations"]
    }
    test.assertEqual(set(found), set(world.ids("AWS::EC2::Subnet")))
    public = world.subnets("Public")
    test.assertEqual({name for name, way in found.items() if way == gateway}, public)


def nat(test, world):
    ec2 = world.client("ec2")
    rows = ec2.describe_nat_gateways()["NatGateways"]
    zones = world.said("network.zones", 3)
    wanted = {"none": 0, "one": 1, "per-zone": zones}[world.said("network.nat", "one")]
    test.assertEqual(len(rows), wanted)
    homes = {row["SubnetId"] for row in rows}
    test.assertEqual(len(homes), wanted)
    test.assertLessEqual(homes, world.subnets("Public"))
    used = {way_out(table) for table in tables(world)}
    test.assertLessEqual({row["NatGatewayId"] for row in rows}, used)


def endpoints(test, world):
    world.only_if(world.said("network.endpoints", []))
    rows = world.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]
    wanted = set()
    for name in world.said("network.endpoints", []):
        wanted |= ENDPOINTS.get(name, {name})
    prefix = f"com.amazonaws.{world.region}."
    test.assertEqual({row["ServiceName"].removeprefix(prefix) for row in rows}, wanted)
    for row in rows:
        is_gateway = row["ServiceName"].endswith(".s3")
        test.assertEqual(row["VpcEndpointType"], "Gateway" if is_gateway else "Interface")
        if not is_gateway:
            test.assertEqual(set(row["SubnetIds"]), world.subnets("Private"))


def endpoints_names(test, world):
    world.only_if(world.said("network.endpoints", []))
    for row in world.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]:
        if row["VpcEndpointType"] == "Interface":
            test.assertTrue(row["PrivateDnsEnabled"], row["ServiceName"])
            test.assertEqual([g["GroupId"] for g in row["Groups"]], [world.group("EndpointGroup")])


def flow_logs(test, world):
    rows = world.client("ec2").describe_flow_logs()["FlowLogs"]
    wanted = world.ids("AWS::EC2::VPC") if world.said("network.flow_logs", True) else []
    test.assertEqual([row["ResourceId"] for row in rows], wanted)
    for row in rows:
        test.assertEqual(row["TrafficType"], "REJECT")
        test.assertEqual(row["LogDestinationType"], "cloud-watch-logs")
        test.assertIn(row["LogGroupName"], world.ids("AWS::Logs::LogGroup"))


def groups(world):
    ids = world.ids("AWS::EC2::SecurityGroup")
    rows = world.client("ec2").describe_security_groups(GroupIds=ids)["SecurityGroups"]
    return {row["GroupId"]: row for row in rows}


def opened(permissions):
    """{(port, who)} of the rules of a group; a rule opens one port."""
    found = set()
    for row in permissions:
        ports = (row.get("FromPort"), row.get("ToPort"))
        port = ports[0] if ports[0] == ports[1] else ports
        found |= {(port, r["CidrIp"]) for r in row.get("IpRanges", [])}
        found |= {(port, r["CidrIpv6"]) for r in row.get("Ipv6Ranges", [])}
        found |= {(port, r["GroupId"]) for r in row.get("UserIdGroupPairs", [])}
    return found


def ways_to_balancer(test, world):
    allowed = world.said("network.allow", [ANYWHERE])
    ports = {443, 80} if world.said("domain", "") else {80}
    if world.has_test_listener:
        ports.add(world.said("balancer.test_port", 8443))
    found = opened(groups(world)[world.group("BalancerGroup")]["IpPermissions"])
    test.assertEqual(found, {(port, who) for port in ports for who in allowed})


def ways_to_tasks(test, world):
    """From the balancer, from replica to replica, and by Service Connect from the network; not the
    last where the balancer is the one that checks tokens."""
    balancer, tasks = world.group("BalancerGroup"), world.group("TaskGroup")
    wanted = {(port, balancer) for port in world.ports}
    if world.connectors:
        wanted.add((PEERS, tasks))
    if world.said("service.connect", "") and not world.said("auth.jwt.issuer", ""):
        wanted |= {(port, world.said("network.cidr", "10.0.0.0/16")) for port in world.ports}
    found = groups(world)
    test.assertEqual(opened(found[tasks]["IpPermissions"]), wanted)
    if world.has("AWS::EC2::SecurityGroup", "EndpointGroup"):
        to_endpoints = found[world.group("EndpointGroup")]["IpPermissions"]
        test.assertEqual(opened(to_endpoints), {(443, tasks)})


def ways_out_of_tasks(test, world):
    """HTTPS, and what images ask for; the balancer calls tasks, and for the keys of tokens."""
    wanted = {(443, ANYWHERE)}
    for server in world.content["servers"].values():
        for text in server.get("egress", []):
            who, _, port = text.rpartition(":")
            wanted.add((int(port), who))
    found = groups(world)
    tasks = world.group("TaskGroup")
    test.assertEqual(opened(found[tasks]["IpPermissionsEgress"]), wanted)
    from_balancer = opened(found[world.group("BalancerGroup")]["IpPermissionsEgress"])
    wanted = {(port, tasks) for port in world.ports}
    if world.said("auth.jwt.issuer", ""):
        wanted.add((443, ANYWHERE))
    test.assertEqual(from_balancer, wanted)


ALL = (
    vpc,
    vpc_names,
    subnets,
    routes,
    routes_of_subnets,
    nat,
    endpoints,
    endpoints_names,
    flow_logs,
    ways_to_balancer,
    ways_to_tasks,
    ways_out_of_tasks,
)
