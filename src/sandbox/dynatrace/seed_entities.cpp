#include <fmt/format.h>

#include "sandbox/dynatrace/seed.h"

namespace davit::sandbox::dynatrace {
namespace {

struct ServiceSeed {
  std::string_view name;
  std::string_view id;  // empty: made of the name
  std::string_view kind;
  std::string_view technology;
  int host;                // the first of three; 0 for none of ours
  std::string_view calls;  // names, with blanks between
};

constexpr ServiceSeed kServices[] = {
    {story::kService,
     story::kServiceEntity,
     "WEB_REQUEST_SERVICE",
     "NODE_JS",
     1,
     "payment-provider orders-db harbor-seats harbor-mailer"},
    {story::kFrontEnd,
     story::kFrontEndEntity,
     "WEB_REQUEST_SERVICE",
     "NODE_JS",
     4,
     "harbor-api harbor-auth harbor-search"},
    {story::kProvider, "", "WEB_REQUEST_SERVICE", "UNKNOWN", 0, ""},
    {story::kDatabase, "", "DATABASE_SERVICE", "POSTGRESQL", 0, ""},
    {"harbor-seats", "", "WEB_REQUEST_SERVICE", "GO", 7, "orders-db"},
    {"harbor-mailer", "", "MESSAGING_SERVICE", "JAVA", 10, ""},
    {"harbor-auth", "", "WEB_REQUEST_SERVICE", "JAVA", 13, ""},
    {"harbor-search", "", "WEB_REQUEST_SERVICE", "GO", 16, ""},
    {"harbor-reports", "", "WEB_REQUEST_SERVICE", "PYTHON", 19, "orders-db"},
    {"harbor-tickets <b>beta</b> \"quoted\" ~tilde", "", "WEB_REQUEST_SERVICE", "GO", 22, ""},
};

std::string id_of(const ServiceSeed& seed) {
  return seed.id.empty() ? entity_id("SERVICE", seed.name) : std::string(seed.id);
}

std::string id_of_service(std::string_view name) {
  for (auto const& seed : kServices) {
    if (seed.name == name) return id_of(seed);
  }
  return {};
}

Entity& add(Store& store, std::string id, std::string_view type, std::string_view name) {
  auto& entity = store.entities[id];
  entity.id = std::move(id);
  entity.type = type;
  entity.name = name;
  entity.first_seen = store.seeded - std::chrono::days(240);
  return entity;
}

Entity& add(Store& store, std::string_view type, std::string_view name) {
  return add(store, entity_id(type, name), type, name);
}

void add_calls(Entity& service, std::string_view names) {
  while (!names.empty()) {
    auto const blank = names.find(' ');
    service.relations.emplace_back("calls", id_of_service(names.substr(0, blank)));
    if (blank == names.npos) return;
    names.remove_prefix(blank + 1);
  }
}

void add_process_group(Store& store, Entity& service, const ServiceSeed& seed) {
  auto& group = add(store, "PROCESS_GROUP", seed.name);
  group.zone = service.zone;
  group.tags = service.tags;
  group.properties = {
      {"softwareTechnologies",
       json::Array{json::Object{{"type", seed.technology}, {"version", "22.11"}}}},
      {"metadata", json::Array{json::Object{{"key", "KUBERNETES_NAMESPACE"}, {"value", kNamespace}}}
      },
  };
  service.relations.emplace_back("runsOn", group.id);
  auto& workload = add(store, "CLOUD_APPLICATION", seed.name);
  workload.zone = service.zone;
  workload.properties = {{"workloadType", "KUBERNETES_DEPLOYMENT"}, {"namespace", kNamespace}};
  workload.relations.emplace_back(
      "isNamespaceOfCa", entity_id("CLOUD_APPLICATION_NAMESPACE", kNamespace)
  );
  group.relations.emplace_back("isPgAppOf", workload.id);
  for (int replica = 0; replica < 3; ++replica) {
    auto const host = host_entity(seed.host + replica);
    service.relations.emplace_back("runsOnHost", host);
    group.relations.emplace_back("runsOn", host);
    auto& process =
        add(store, "PROCESS_GROUP_INSTANCE", fmt::format("{} ({})", seed.name, replica + 1));
    process.zone = service.zone;
    process.properties = {{"kubernetesPodName", pod_name(seed.name, replica)}};
    process.relations = {{"isInstanceOf", group.id}, {"isProcessOf", host}};
  }
}

void add_service(Store& store, const ServiceSeed& seed) {
  auto const is_payments = seed.name == story::kService || seed.name == story::kProvider ||
                           seed.name == story::kDatabase || seed.name == story::kFrontEnd;
  auto& service = add(store, id_of(seed), "SERVICE", seed.name);
  service.zone = is_payments ? story::kTeam : "Tickets";
  service.tags = {
      is_payments ? "team:payments" : "team:tickets", fmt::format("app:{}", seed.name), "harbor"
  };
  service.properties = {
      {"serviceType", seed.kind},
      {"serviceTechnologyTypes", json::Array{json::Value(seed.technology)}},
      {"webServiceName", seed.name},
  };
  add_calls(service, seed.calls);
  if (seed.host > 0) add_process_group(store, service, seed);
}

void add_host(Store& store, int number) {
  auto& host = add(store, "HOST", host_name(number));
  host.zone = number <= 6 ? std::string(story::kTeam) : "Tickets";
  host.tags = {"env:production", fmt::format("rack:{}", number % 4)};
  host.properties = {
      {"osType", "LINUX"},
      {"osVersion", "Debian GNU/Linux 12 (kernel 6.1.0)"},
      {"cpuCores", 8},
      {"memoryTotal", std::int64_t{34'359'738'368}},
      {"ipAddress", json::Array{json::Value(fmt::format("10.20.0.{}", number + 10))}},
      {"monitoringMode", "FULL_STACK"},
      {"state", "RUNNING"},
      {"kubernetesLabels", json::Object{{"node-pool", "general"}}},
  };
}

}  // namespace

void seed_entities(Store& store) {
  add(store, "ENVIRONMENT-0000000000000001", "ENVIRONMENT", "Harbor");
  auto& cluster = add(store, "KUBERNETES_CLUSTER", kCluster);
  cluster.properties = {
      {"kubernetesClusterId", stable_uuid(kCluster)}, {"kubernetesVersion", "v1.31.4"}
  };
  for (int number = 1; number <= kHosts; ++number) {
    add_host(store, number);
    store.entities.at(cluster.id).relations.emplace_back("isClusterOfHost", host_entity(number));
  }
  for (std::string_view const name : {kNamespace, std::string_view("harbor-staging")}) {
    auto& space = add(store, "CLOUD_APPLICATION_NAMESPACE", name);
    space.relations.emplace_back("isClusterOfNamespace", cluster.id);
  }
  for (auto const& seed : kServices) add_service(store, seed);
  auto& application = add(store, "APPLICATION", "harbor.example");
  application.zone = story::kTeam;
  application.relations.emplace_back("calls", story::kFrontEndEntity);
}

}  // namespace davit::sandbox::dynatrace
