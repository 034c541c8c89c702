// Configuration items and how they depend on one another.
#include <fmt/format.h>

#include "sandbox/servicenow/seed.h"

namespace davit::sandbox::servicenow {
namespace {

struct System {
  std::string_view table;
  std::string_view name;
  std::string_view description;
  std::string_view version;
  std::string_view address;
};
constexpr System kSystems[] = {
    {"cmdb_ci_service", "Harbor shop", "Selling tickets to customers", "", ""},
    {"cmdb_ci_appl", story::kFrontEnd, "The shop in the browser", "7.3.1", ""},
    {"cmdb_ci_appl", story::kService, "Orders, payments, tickets", story::kBadVersion, ""},
    {"cmdb_ci_db_instance", story::kDatabase, "Orders, PostgreSQL", "15.4", "10.20.4.11"},
    {"cmdb_ci_service", story::kProvider, "Takes the money; outside", "", ""},
    {"cmdb_ci_linux_server", "hrb-app-01", "Runs harbor-api", "", "10.20.3.21"},
    {"cmdb_ci_linux_server", "hrb-app-02", "Runs harbor-api", "", "10.20.3.22"},
    {"cmdb_ci_linux_server", "hrb-web-01", "Runs harbor-web", "", "10.20.2.21"},
    {"cmdb_ci_linux_server", "hrb-db-01", "Runs orders-db", "", "10.20.4.11"},
};

struct Kind {
  std::string_view name;
  std::string_view parent;
  std::string_view child;
};
constexpr Kind kKinds[] = {
    {"Depends on::Used by", "Depends on", "Used by"},
    {"Runs on::Runs", "Runs on", "Runs"},
};

struct Relation {
  std::string_view parent;
  std::string_view child;
  std::string_view type;
};
constexpr Relation kRelations[] = {
    {"Harbor shop", story::kFrontEnd, "Depends on::Used by"},
    {story::kFrontEnd, story::kService, "Depends on::Used by"},
    {story::kService, story::kDatabase, "Depends on::Used by"},
    {story::kService, story::kProvider, "Depends on::Used by"},
    {story::kFrontEnd, "hrb-web-01", "Runs on::Runs"},
    {story::kService, "hrb-app-01", "Runs on::Runs"},
    {story::kService, "hrb-app-02", "Runs on::Runs"},
    {story::kDatabase, "hrb-db-01", "Runs on::Runs"},
};

void add_system(World& world, const System& system) {
  Fields fields{
      {"sys_id", system_id(system.name)},
      {"name", std::string(system.name)},
      {"short_description", std::string(system.description)},
      {"operational_status", "1"},
      {"install_status", "1"},
      {"environment", "production"},
      {"version", std::string(system.version)},
      {"ip_address", std::string(system.address)},
      {"support_group", group_id("Payments on call")},
      {"owned_by", user_id("mina")},
  };
  if (system.table == "cmdb_ci_linux_server") {
    fields.insert({{"os", "Linux Debian"}, {"cpu_count", "8"}, {"ram", "32768"}});
  }
  if (system.table == "cmdb_ci_db_instance") fields.emplace("tcp_port", "5432");
  world.insert(system.table, std::move(fields));
}

}  // namespace

void seed_systems(World& world) {
  for (auto const& system : kSystems) add_system(world, system);
  for (auto const& kind : kKinds) {
    world.insert(
        "cmdb_rel_type",
        {{"sys_id", make_id(fmt::format("rel_type:{}", kind.name))},
         {"name", std::string(kind.name)},
         {"parent_descriptor", std::string(kind.parent)},
         {"child_descriptor", std::string(kind.child)}}
    );
  }
  for (auto const& relation : kRelations) {
    world.insert(
        "cmdb_rel_ci",
        {{"sys_id", make_id(fmt::format("relation:{}:{}", relation.parent, relation.child))},
         {"parent", system_id(relation.parent)},
         {"child", system_id(relation.child)},
         {"type", make_id(fmt::format("rel_type:{}", relation.type))}}
    );
  }
}

}  // namespace davit::sandbox::servicenow
