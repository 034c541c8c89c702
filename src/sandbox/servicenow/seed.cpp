#include "sandbox/servicenow/seed.h"

#include <fmt/format.h>

#include "sandbox/servicenow/dictionary.h"

namespace davit::sandbox::servicenow {
namespace {

std::string_view text(bool flag) { return flag ? "true" : "false"; }

std::string table_id(std::string_view table) { return make_id(fmt::format("table:{}", table)); }

void add_column(World& world, std::string_view table, const Column& column) {
  auto const has_labels = column.type == Type::choice || column.type == Type::number_choice;
  auto const is_reference = column.type == Type::reference || column.type == Type::named;
  auto const length = is_reference ? 32 : (column.type == Type::journal ? 4000 : 255);
  world.insert(
      "sys_dictionary",
      {{"sys_id", make_id(fmt::format("column:{}.{}", table, column.name))},
       {"name", std::string(table)},
       {"element", std::string(column.name)},
       {"column_label", std::string(column.label)},
       {"internal_type", std::string(internal_type(column.type))},
       {"reference", is_reference ? std::string(column.of) : std::string()},
       {"mandatory", std::string(text(column.mandatory))},
       {"read_only", std::string(text(column.read_only))},
       {"active", "true"},
       {"display", std::string(text(display_field(table) == column.name))},
       {"choice", has_labels ? "3" : "0"},
       {"max_length", fmt::format("{}", length)}}
  );
}

void add_table(World& world, const Table& table) {
  world.insert(
      "sys_db_object",
      {{"sys_id", table_id(table.name)},
       {"name", std::string(table.name)},
       {"label", std::string(table.label)},
       {"super_class", table.extends.empty() ? std::string() : table_id(table.extends)},
       {"is_extendable", "true"}}
  );
  // Columns that every table has are listed with the tables that extend none.
  for (auto const* column : columns_of(table.name)) {
    auto const is_own = column->table == table.name;
    if (is_own || (column->table.empty() && table.extends.empty())) {
      add_column(world, table.name, *column);
    }
  }
}

}  // namespace

void fill(World& world) {
  seed_dictionary(world);
  seed_people(world);
  world.user = user_id(story::kCaller.username);
  seed_systems(world);
  seed_changes(world);
  seed_problems(world);
  seed_incidents(world);
  seed_knowledge(world);
  seed_catalog(world);
  seed_attachments(world);
}

void seed_dictionary(World& world) {
  for (auto const& table : tables()) add_table(world, table);
  auto sequence = 0;
  for (auto const& choice : choices()) {
    auto const dot = choice.set.find('.');
    world.insert(
        "sys_choice",
        {{"sys_id", make_id(fmt::format("choice:{}:{}", choice.set, choice.value))},
         {"name", std::string(choice.set.substr(0, dot))},
         {"element", std::string(choice.set.substr(dot + 1))},
         {"value", std::string(choice.value)},
         {"label", std::string(choice.label)},
         {"language", "en"},
         {"sequence", fmt::format("{}", ++sequence)},
         {"inactive", "false"}}
    );
  }
}

std::string user_id(std::string_view user_name) {
  return user_name.empty() ? "" : make_id(fmt::format("user:{}", user_name));
}
std::string group_id(std::string_view name) {
  return name.empty() ? "" : make_id(fmt::format("group:{}", name));
}
std::string system_id(std::string_view name) {
  return name.empty() ? "" : make_id(fmt::format("ci:{}", name));
}
std::string number_id(std::string_view number) {
  return number.empty() ? "" : make_id(fmt::format("number:{}", number));
}

std::string before(const World& world, std::chrono::minutes ago) {
  return time_value(world.now - ago);
}

void say(
    World& world,
    const Record& record,
    std::string_view element,
    std::string_view user_name,
    std::chrono::minutes ago,
    std::string_view text
) {
  world.insert(
      "sys_journal_field",
      {{"element", std::string(element)},
       {"element_id", record.id()},
       {"name", record.table},
       {"value", std::string(text)},
       {"sys_created_by", std::string(user_name)},
       {"sys_created_on", before(world, ago)}}
  );
}

}  // namespace davit::sandbox::servicenow
