#include "sandbox/servicenow/store.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/crypto.h"
#include "sandbox/servicenow/dictionary.h"

namespace davit::sandbox::servicenow {
namespace {

std::string next_number(World& world, const Table& table) {
  auto& last = world.last_numbers[std::string(table.prefix)];
  if (last == 0) last = 10000;
  return fmt::format("{}{:07}", table.prefix, ++last);
}

void remember_number(World& world, const Table& table, std::string_view number) {
  if (!number.starts_with(table.prefix)) return;
  int value = 0;
  for (auto const digit : number.substr(table.prefix.size())) {
    if (digit < '0' || digit > '9') return;
    value = value * 10 + (digit - '0');
  }
  auto& last = world.last_numbers[std::string(table.prefix)];
  last = std::max(last, value);
}

}  // namespace

const std::string& Record::get(std::string_view name) const {
  static const std::string empty;
  auto const found = fields.find(name);
  return found == fields.end() ? empty : found->second;
}

Record& World::insert(std::string_view table, Fields fields) {
  auto const given = [&](std::string_view name, const std::string& value) {
    fields.try_emplace(std::string(name), value);
  };
  given("sys_id", make_id(fmt::format("{}:{}", table, ++made)));
  given("sys_created_on", time_value(now));
  given("sys_created_by", user_name());
  given("sys_updated_on", fields.find("sys_created_on")->second);
  given("sys_updated_by", fields.find("sys_created_by")->second);
  given("sys_mod_count", "0");
  if (find_column(table, "sys_class_name") != nullptr) given("sys_class_name", std::string(table));
  auto const* info = find_table(table);
  if (info != nullptr && !info->prefix.empty()) {
    if (!fields.contains("number")) given("number", next_number(*this, *info));
    remember_number(*this, *info, fields.find("number")->second);
  }
  auto& list = rows[std::string(table)];
  list.push_back({std::string(table), std::move(fields)});
  by_id[list.back().id()] = &list.back();
  return list.back();
}

void World::erase(const Record& record) {
  by_id.erase(record.id());
  auto& list = rows[record.table];
  list.remove_if([&](const Record& other) { return &other == &record; });
}

Record* World::find(std::string_view id) const {
  auto const found = by_id.find(id);
  return found == by_id.end() ? nullptr : found->second;
}

Record* World::find(std::string_view table, std::string_view id) const {
  auto* record = find(id);
  return record != nullptr && extends(record->table, table) ? record : nullptr;
}

Record* World::find_by(std::string_view table, std::string_view field, std::string_view value)
    const {
  for (auto* record : all(table)) {
    if (record->get(field) == value) return record;
  }
  return nullptr;
}

std::vector<Record*> World::all(std::string_view table) const {
  std::vector<Record*> found;
  for (auto const& [name, list] : rows) {
    if (!extends(name, table)) continue;
    for (auto const& record : list) found.push_back(by_id.find(record.id())->second);
  }
  return found;
}

const std::string& World::user_name() const {
  static const std::string system = "system";
  auto const* record = find(user);
  return record == nullptr ? system : record->get("user_name");
}

std::string make_id(std::string_view name) {
  std::string id;
  for (auto const byte : sha256(name).substr(0, 16)) {
    id += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return id;
}

std::string time_value(Time time) {
  auto text = to_text(time).substr(0, 19);
  text[10] = ' ';
  return text;
}

}  // namespace davit::sandbox::servicenow
