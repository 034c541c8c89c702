#include "sandbox/dynatrace/seed.h"

#include <fmt/format.h>

namespace davit::sandbox::dynatrace {

std::string host_name(int number) { return fmt::format("harbor-prod-{:02}", number); }
std::string host_entity(int number) { return entity_id("HOST", host_name(number)); }
std::string provider_entity() { return entity_id("SERVICE", story::kProvider); }
std::string database_entity() { return entity_id("SERVICE", story::kDatabase); }

std::string pod_name(std::string_view service, int replica) {
  auto const hash = stable_hex(fmt::format("{}/{}", service, replica), 14);
  return fmt::format("{}-{}-{}", service, hash.substr(0, 9), hash.substr(9));
}

Store make_seed(Time now, const Addresses& addresses) {
  Store store;
  store.seeded = now;
  seed_entities(store);
  seed_events(store, addresses);
  seed_problems(store, addresses);
  seed_logs(store);
  seed_spans(store);
  seed_kubernetes(store);
  seed_objectives(store);
  seed_vulnerabilities(store);
  seed_documents(store, addresses);
  return store;
}

}  // namespace davit::sandbox::dynatrace
