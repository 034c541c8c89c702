// The concerns of a deployment: each adds its resources to the stack, reads what those before it
// have put into the parts, and puts in its own. One file each.
#pragma once

#include "infra/parts.h"

namespace davit::infra {

using manifest::Manifest;

// network.cpp: VPC, subnets, NAT, flow logs; or the ids of one that exists.
void add_network(const Manifest& manifest, Parts& parts, Stack& stack);
// security_groups.cpp: who may connect to whom.
void add_security_groups(const Manifest& manifest, Parts& parts, Stack& stack);
// endpoints.cpp: AWS services without NAT.
void add_endpoints(const Manifest& manifest, Parts& parts, Stack& stack);
// secrets.cpp: keys, the key ring of the sessions, the secrets that servers use; rotation.cpp.
void add_secrets(const Manifest& manifest, Parts& parts, Stack& stack);
void add_rotation(const Manifest& manifest, Parts& parts, Stack& stack);
// storage.cpp: buckets and file systems.
void add_storage(const Manifest& manifest, Parts& parts, Stack& stack);
// store.cpp: Valkey.
void add_store(const Manifest& manifest, Parts& parts, Stack& stack);
// logs.cpp: log groups, and their archive.
void add_logs(const Manifest& manifest, Parts& parts, Stack& stack);
// roles.cpp: what tasks and functions may do.
void add_roles(const Manifest& manifest, Parts& parts, Stack& stack);
// certificate.cpp: TLS.
void add_certificate(const Manifest& manifest, Parts& parts, Stack& stack);
// balancer.cpp: the load balancer and its listeners.
void add_balancer(const Manifest& manifest, Parts& parts, Stack& stack);
// routes.cpp: target groups and the rules that lead to them.
void add_routes(const Manifest& manifest, Parts& parts, Stack& stack);
// firewall.cpp: WAF.
void add_firewall(const Manifest& manifest, Parts& parts, Stack& stack);
// notifications.cpp: the topic that alarms speak to.
void add_notifications(const Manifest& manifest, Parts& parts, Stack& stack);
// release_alarms.cpp: the alarms that roll a release back; before what they guard.
void add_release_alarms(const Manifest& manifest, Parts& parts, Stack& stack);
// cluster.cpp: the ECS cluster.
void add_cluster(const Manifest& manifest, Parts& parts, Stack& stack);
// services.cpp: services and their deployment; task_definitions.cpp: what they run.
void add_task_definitions(const Manifest& manifest, Parts& parts, Stack& stack);
void add_services(const Manifest& manifest, Parts& parts, Stack& stack);
// scaling.cpp: how many tasks.
void add_scaling(const Manifest& manifest, Parts& parts, Stack& stack);
// functions.cpp: Lambda; gateway.cpp: what stands in front.
void add_functions(const Manifest& manifest, Parts& parts, Stack& stack);
void add_gateway(const Manifest& manifest, Parts& parts, Stack& stack);
// dns.cpp: records, health check, failover.
void add_dns(const Manifest& manifest, Parts& parts, Stack& stack);
// alarms.cpp: the other alarms; dashboard.cpp: the dashboard; queries.cpp: saved queries.
void add_alarms(const Manifest& manifest, Parts& parts, Stack& stack);
void add_dashboard(const Manifest& manifest, Parts& parts, Stack& stack);
void add_queries(const Manifest& manifest, Parts& parts, Stack& stack);
// budget.cpp: what it may cost.
void add_budget(const Manifest& manifest, Parts& parts, Stack& stack);
// deploy_roles.cpp: who may release.
void add_deploy_roles(const Manifest& manifest, Parts& parts, Stack& stack);
// outputs.cpp: what others ask the deployment for.
void add_outputs(const Manifest& manifest, Parts& parts, Stack& stack);

// registry.cpp: the repositories, in a stack of their own, since images come before services.
void add_registry(const Manifest& manifest, Parts& parts, Stack& stack);

}  // namespace davit::infra
