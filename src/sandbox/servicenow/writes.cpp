#include "sandbox/servicenow/writes.h"

#include <charconv>

#include <fmt/format.h>

#include "sandbox/servicenow/rules.h"
#include "sandbox/servicenow/values.h"

namespace davit::sandbox::servicenow {
namespace {

std::string text_of(const json::Value& value) {
  if (auto const* text = value.if_string()) return std::string(json::view(*text));
  if (value.is_null()) return {};
  // Some APIs read back what they have shown.
  if (auto const* inner = value.is_object() ? value.get_object().if_contains("value") : nullptr) {
    return text_of(*inner);
  }
  return to_json_text(value);
}

int count_of(const Record& record) {
  int count = 0;
  auto const& text = record.get("sys_mod_count");
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

void write_journal(World& world, const Record& record, std::string_view name, std::string text) {
  if (text.empty()) return;
  world.insert(
      "sys_journal_field",
      {{"element", std::string(name)},
       {"element_id", record.id()},
       {"name", record.table},
       {"value", std::move(text)}}
  );
}

void write_audit(
    World& world, const Record& record, const std::string& name, const std::string& value
) {
  world.insert(
      "sys_audit",
      {{"tablename", record.table},
       {"documentkey", record.id()},
       {"fieldname", name},
       {"oldvalue", record.get(name)},
       {"newvalue", value},
       {"user", world.user_name()},
       {"record_checkpoint", fmt::format("{}", count_of(record) + 1)}}
  );
}

// True when something was written.
bool apply(World& world, Record& record, const Fields& changes) {
  auto is_changed = false;
  for (auto const& [name, value] : changes) {
    auto const* column = find_column(record.table, name);
    if (column->type == Type::journal) {
      write_journal(world, record, name, value);
      is_changed = is_changed || !value.empty();
    } else if (record.get(name) != value) {
      write_audit(world, record, name, value);
      record.fields.insert_or_assign(name, value);
      is_changed = true;
    }
  }
  return is_changed;
}

}  // namespace

Fields read_fields(
    const World& world, std::string_view table, const json::Object& body, bool as_display
) {
  Fields fields;
  for (auto const& member : body) {
    auto const* column = find_column(table, member.key());
    if (column == nullptr || column->read_only) continue;
    auto text = text_of(member.value());
    if (as_display) text = from_display(world, *column, text);
    fields.insert_or_assign(std::string(member.key()), std::move(text));
  }
  return fields;
}

Or<Record*> create(World& world, std::string_view table, Fields fields) {
  Record fresh{std::string(table), {}};
  derive(world, fresh, fields);
  if (auto refused = check(world, fresh, fields)) return *std::move(refused);
  set_defaults(world, table, fields);
  Fields journal;
  for (auto const* column : columns_of(table)) {
    if (column->type != Type::journal) continue;
    auto const found = fields.find(column->name);
    if (found != fields.end()) journal.insert(fields.extract(found));
  }
  auto& record = world.insert(table, std::move(fields));
  apply(world, record, journal);
  return &record;
}

std::optional<http::Response> update(World& world, Record& record, Fields fields) {
  derive(world, record, fields);
  if (auto refused = check(world, record, fields)) return refused;
  if (!apply(world, record, fields)) return std::nullopt;
  record.fields["sys_updated_on"] = time_value(world.now);
  record.fields["sys_updated_by"] = world.user_name();
  record.fields["sys_mod_count"] = fmt::format("{}", count_of(record) + 1);
  follow_up(world, record, fields);
  return std::nullopt;
}

}  // namespace davit::sandbox::servicenow
