#include "connectors/servicenow/writes.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"
#include "connectors/servicenow/access.h"
#include "connectors/servicenow/api.h"
#include "connectors/servicenow/choices.h"
#include "connectors/servicenow/dictionary.h"
#include "connectors/servicenow/names.h"

namespace davit::connectors::servicenow {
namespace {

using connector::Invocation;

constexpr std::size_t kShownBytes = 200;
constexpr std::string_view kIdentity = "sys_id,number";

// Written there, but never in the field itself.
bool is_journal(std::string_view field) {
  return field == "work_notes" || field == "comments" || field == "comments_and_work_notes";
}

std::string plain(const json::Value& value) {
  return value.is_null() ? std::string() : connector::to_plain_text(value);
}

std::string normal(std::string_view text) {
  std::string out;
  for (auto const c : text) {
    if (c != '\r') out += c;
  }
  while (out.ends_with('\n') || out.ends_with(' ')) out.pop_back();
  return out;
}

bool is_stored(std::string_view asked, std::string_view stored) {
  auto const is_flag = asked == "true" || asked == "false";
  if (is_flag) return stored == asked || stored == (asked == "true" ? "1" : "0");
  return normal(asked) == normal(stored);
}

// Fields that the tool has no argument for.
Async<> add_extra(Invocation call, std::string table, Str argument, json::Object* fields) {
  auto const* given = call.arguments().if_contains(argument);
  auto const* extra = given == nullptr ? nullptr : given->if_object();
  if (extra == nullptr) co_return Result<>();
  std::vector<std::string> names;
  for (auto const& member : *extra) {
    std::string const name(member.key());
    if (name.find('.') != name.npos) {
      co_return Error(
          ErrorKind::invalid_input, fmt::format("{}: write '{}' in its own record", argument, name)
      );
    }
    if (member.value().is_object() || member.value().is_array()) {
      co_return Error(
          ErrorKind::invalid_input, fmt::format("{}: '{}' must be one value", argument, name)
      );
    }
    names.push_back(name);
  }
  for (auto const& name : names) {
    DAVIT_CO_TRY(
        auto const column, co_await checked_column(call, table, std::string(argument), name)
    );
    auto value = plain(extra->at(name));
    (*fields)[name] = column.is_time() ? to_stored_time(value) : value;
  }
  co_return Result<>();
}

std::string field_list(const json::Object& fields) {
  std::string list(kIdentity);
  for (auto const& member : fields) {
    if (member.key() != "number" && member.key() != "sys_id")
      list += fmt::format(",{}", std::string_view(member.key()));
  }
  return list;
}

// "sysparm_fields" and the rest for an address that may have a query already.
std::string write_target(std::string_view path, const json::Object& fields) {
  if (path.find("/sn_chg_rest/") != path.npos) return std::string(path);
  auto const shape = record_target("", "", field_list(fields));
  return fmt::format("{}{}", path, shape.substr(shape.find('?')));
}

json::Value would_send(std::string_view method, std::string_view path, json::Object fields) {
  return json::Object{
      {"dry_run", true},
      {"would_send", json::Object{{"method", method}, {"path", path}, {"fields", std::move(fields)}}
      },
  };
}

// What was asked and is not stored; and what could not be read back.
void compare(const json::Object& fields, const json::Object& stored, json::Object& out) {
  json::Array lost;
  json::Array unread;
  for (auto const& member : fields) {
    std::string_view const name = member.key();
    if (is_journal(name)) continue;
    if (!stored.contains(name)) {
      unread.emplace_back(name);
      continue;
    }
    auto const asked = plain(member.value());
    auto const value = value_of(stored, name);
    if (is_stored(asked, value) || is_stored(asked, label_of(stored, name))) continue;
    lost.push_back(json::Object{
        {"field", name}, {"asked", shown(asked, kShownBytes)}, {"stored", shown(value, kShownBytes)}
    });
  }
  if (!lost.empty()) {
    out["not_applied"] = std::move(lost);
    out["note"] = "ServiceNow left these as they were: an ACL or a business rule decides them.";
  }
  if (!unread.empty()) out["not_readable"] = std::move(unread);
}

// The label, but a time in UTC: its label is in the user's zone, without saying which.
json::Value as_read(const json::Object& record, std::string_view name) {
  auto const value = value_of(record, name);
  if (is_stored_time(value)) return plain_field(record.at(name), kShownBytes);
  auto const label = label_of(record, name);
  return json::Value(shown(label.empty() ? value : label, kShownBytes));
}

json::Array changes(
    const json::Object& fields, const json::Object& before, const json::Object& after
) {
  json::Array changed;
  for (auto const& member : fields) {
    std::string_view const name = member.key();
    if (is_journal(name)) {
      changed.push_back(
          json::Object{{"field", name}, {"new", shown(plain(member.value()), kShownBytes)}}
      );
      continue;
    }
    if (!after.contains(name) || value_of(before, name) == value_of(after, name)) continue;
    json::Object change{{"field", name}};
    change["old"] = as_read(before, name);
    change["new"] = as_read(after, name);
    changed.push_back(std::move(change));
  }
  return changed;
}

json::Object identity(const Invocation& call, std::string_view table, const json::Object& record) {
  json::Object out;
  if (auto const number = value_of(record, "number"); !number.empty()) {
    out["number"] = shown(number, 40);
  }
  auto const id = value_of(record, "sys_id");
  out["sys_id"] = shown(id, 40);
  if (is_sys_id(id)) out["url"] = address_of(call, table, id);
  return out;
}

}  // namespace

Async<json::Object> fields_to_write(Invocation call, const WriteSpec* spec) {
  json::Object fields;
  std::string const table(spec->table);
  for (auto const& param : spec->fields) {
    if (param.param.empty() || !call.has(param.param)) continue;
    auto value = plain(call.arguments().at(param.param));
    if (param.kind == FieldParam::Kind::time) value = to_stored_time(value);
    if (param.kind == FieldParam::Kind::choice && !value.empty()) {
      DAVIT_CO_TRY(value, co_await code_of(call, table, std::string(param.field), value));
    }
    fields[param.field] = value;
  }
  DAVIT_CO_CHECK(co_await add_extra(call, table, "extra", &fields));
  DAVIT_CO_CHECK(co_await add_extra(call, table, "values", &fields));
  co_return fields;
}

Async<json::Value> create_record(
    Invocation call, std::string table, std::string path, json::Object fields
) {
  DAVIT_CO_CHECK(check_writable(table));
  if (path.empty()) path = fmt::format("/api/now/table/{}", table);
  if (call.flag("dry_run")) co_return would_send("POST", path, std::move(fields));
  auto asked = fields;
  asked["priority"] = "";  // read back, but not compared
  auto const target = write_target(path, asked);
  DAVIT_CO_TRY(
      auto const answer, co_await call.request(http::Method::post, target, json::Value(fields))
  );
  auto const stored = record_of(answer);
  auto out = identity(call, table, stored);
  for (std::string_view const field : {"priority", "state"}) {
    if (auto const label = label_of(stored, field); !label.empty()) out[field] = shown(label, 60);
  }
  compare(fields, stored, out);
  co_return out;
}

Async<json::Value> update_record(
    Invocation call, std::string table, std::string path, std::string sys_id, json::Object fields
) {
  DAVIT_CO_CHECK(check_writable(table));
  if (fields.empty()) {
    co_return Error(
        ErrorKind::invalid_input, "there is nothing to change: give at least one field"
    );
  }
  if (path.empty()) path = fmt::format("/api/now/table/{}", table);
  path += fmt::format("/{}", sys_id);
  if (call.flag("dry_run")) co_return would_send("PATCH", path, std::move(fields));
  auto const read = record_target(table, sys_id, field_list(fields));
  DAVIT_CO_TRY(auto const old, co_await call.get(read));
  auto const target = write_target(path, fields);
  DAVIT_CO_TRY(
      auto const answer, co_await call.request(http::Method::patch, target, json::Value(fields))
  );
  auto const before = record_of(old);
  auto const after = record_of(answer);
  auto out = identity(call, table, after.contains("sys_id") ? after : before);
  out["changed"] = changes(fields, before, after);
  compare(fields, after, out);
  co_return out;
}

}  // namespace davit::connectors::servicenow
