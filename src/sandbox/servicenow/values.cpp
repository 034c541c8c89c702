#include "sandbox/servicenow/values.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::sandbox::servicenow {
namespace {

// Europe/Berlin without its summer time: enough to tell a display value from a value.
constexpr auto kZone = std::chrono::hours(1);

std::string moved(std::string_view value, std::chrono::hours by) {
  std::string text(value);
  if (text.size() < 11 || text[10] != ' ') return text;
  text[10] = 'T';
  auto const time = parse_time(text);
  return time ? time_value(*time + by) : std::string(value);
}

// Integers are shown in the format of the session: "1,234".
std::string grouped(std::string_view digits) {
  std::string text(digits);
  auto const first = text.starts_with('-') ? 1 : 0;
  for (auto at = static_cast<int>(text.size()) - 3; at > first; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

// All entries, the newest first: "2026-11-21 09:00:00 - Mina Okafor (Work notes)\nText\n\n".
std::string journal_text(const World& world, const Field& field) {
  std::vector<const Record*> entries;
  for (auto const* entry : world.all("sys_journal_field")) {
    if (entry->get("element_id") == field.record->id() &&
        entry->get("element") == field.column->name) {
      entries.push_back(entry);
    }
  }
  std::ranges::reverse(entries);
  std::string text;
  for (auto const* entry : entries) {
    auto const* author = world.find_by("sys_user", "user_name", entry->get("sys_created_by"));
    text += fmt::format(
        "{} - {} ({})\n{}\n\n",
        in_zone(entry->get("sys_created_on")),
        author == nullptr ? entry->get("sys_created_by") : author->get("name"),
        field.column->label,
        entry->get("value")
    );
  }
  return text;
}

std::string named_label(const Column& column, const std::string& value) {
  if (column.of == "sys_db_object") {
    auto const* table = find_table(value);
    return table == nullptr ? std::string() : std::string(table->label);
  }
  std::string label;
  bool is_start = true;
  for (auto const letter : value) {
    if (letter == '_') {
      label += ' ';
    } else {
      label += is_start && letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter;
    }
    is_start = letter == '_';
  }
  return label;
}

}  // namespace

std::string in_zone(std::string_view value) { return moved(value, kZone); }
std::string from_zone(std::string_view value) { return moved(value, -kZone); }

const Column* resolve_column(std::string_view table, std::string_view path) {
  auto const dot = path.find('.');
  auto const* column = find_column(table, path.substr(0, dot));
  if (column == nullptr || dot == path.npos) return column;
  if (column->type != Type::reference) return nullptr;
  return resolve_column(column->of, path.substr(dot + 1));
}

std::optional<Field> resolve(const World& world, const Record& record, std::string_view path) {
  auto const dot = path.find('.');
  auto const* column = find_column(record.table, path.substr(0, dot));
  if (column == nullptr) return std::nullopt;
  if (dot == path.npos) return Field{&record, column};
  if (column->type != Type::reference) return std::nullopt;
  auto const rest = path.substr(dot + 1);
  if (auto const* next = world.find(record.get(column->name))) return resolve(world, *next, rest);
  auto const* behind = resolve_column(column->of, rest);
  if (behind == nullptr) return std::nullopt;
  return Field{nullptr, behind};
}

std::string display_name(const World& world, const Record& record) {
  auto const field = display_field(record.table);
  if (field.empty()) return record.get("sys_created_on");
  auto const* column = find_column(record.table, field);
  return column == nullptr ? std::string() : display_value(world, {&record, column});
}

std::string display_value(const World& world, const Field& field) {
  if (field.record == nullptr) return {};
  auto const& column = *field.column;
  auto const& value = field.record->get(column.name);
  switch (column.type) {
    case Type::reference: {
      auto const* other = world.find(value);
      return other == nullptr ? std::string() : display_name(world, *other);
    }
    case Type::named: return named_label(column, value);
    case Type::choice:
    case Type::number_choice: return std::string(choice_label(column.of, value).value_or(value));
    case Type::date_time: return in_zone(value);
    case Type::integer: return grouped(value);
    case Type::journal: return journal_text(world, field);
    case Type::password: return value.empty() ? "" : "********";
    default: break;
  }
  if (column.name == "sys_class_name") {
    auto const* table = find_table(value);
    if (table != nullptr) return std::string(table->label);
  }
  return value;
}

std::string stored_value(const Field& field) {
  if (field.record == nullptr || field.column->type == Type::journal) return {};
  return field.record->get(field.column->name);
}

std::string from_display(const World& world, const Column& column, std::string_view text) {
  if (column.type == Type::date_time) return from_zone(text);
  if (column.type == Type::choice || column.type == Type::number_choice) {
    for (auto const& choice : choices()) {
      if (choice.set == column.of && iequals(choice.label, text)) return std::string(choice.value);
    }
  }
  if (column.type == Type::reference && world.find(column.of, text) == nullptr) {
    for (auto const* record : world.all(column.of)) {
      if (iequals(display_name(world, *record), text)) return record->id();
    }
  }
  return std::string(text);
}

}  // namespace davit::sandbox::servicenow
