#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"
#include "connector/instance.h"
#include "connector/text.h"
#include "connectors/servicenow/access.h"
#include "connectors/servicenow/api.h"
#include "connectors/servicenow/data.h"
#include "connectors/servicenow/dictionary.h"
#include "connectors/servicenow/names.h"
#include "connectors/servicenow/records.h"

namespace davit::connectors::servicenow {
namespace {

using connector::Invocation;

constexpr std::size_t kCellBytes = 200;
constexpr std::size_t kFieldBytes = 1500;

// What a person would look at first; only those that the table has.
constexpr std::string_view kUsual[] = {
    "number", "name", "short_description", "title", "state", "active", "sys_updated_on"
};

std::string value_text(const json::Value& filter) {
  auto const* value = json::find(filter, "value");
  return value == nullptr ? std::string() : connector::to_plain_text(*value);
}

// Times as they are stored. Anything else would be compared as text, and find nothing.
Result<std::string> value_for(
    const Invocation& call, const Column& column, std::string_view op, std::string text
) {
  constexpr std::string_view kCompared[] = {"=", "!=", ">", ">=", "<", "<=", "BETWEEN"};
  if (!column.is_time() || std::ranges::find(kCompared, op) == std::end(kCompared)) {
    return to_stored_time(text);
  }
  auto const now = call.instance().collaborators().clock.now();
  std::string value;
  for (auto const part : split(text, '@')) {
    auto const time = connector::to_timestamp(part, now);
    if (!time && !is_stored_time(part)) {
      return Error(
          ErrorKind::invalid_input,
          fmt::format(
              "filters: {} is compared with a time, ISO 8601 or 24h, 7d ago, not '{}'",
              column.name,
              utf8_prefix(part, 60)
          )
      );
    }
    value += fmt::format(
        "{}{}", value.empty() ? "" : "@", to_stored_time(time.value_or(std::string(part)))
    );
  }
  return value;
}

Async<std::vector<std::string>> columns_for(Invocation call, std::string table) {
  if (call.has("fields")) co_return co_await checked_fields(call, table, "fields");
  DAVIT_CO_TRY(auto const dictionary, co_await dictionary_of(call, table));
  std::vector<std::string> columns{"sys_id"};
  for (auto const name : kUsual) {
    if (dictionary.find(name) != nullptr) columns.emplace_back(name);
  }
  co_return columns;
}

// A time is shown in UTC even as display: the user's zone is not told with it.
json::Value cell(const json::Value& field, std::string_view display) {
  json::Object const row{{"it", field}};
  auto const is_time = display == "display" && is_stored_time(value_of(row, "it"));
  if (display == "both" || is_time) return plain_field(field, kCellBytes);
  return json::Value(
      shown(display == "value" ? value_of(row, "it") : label_of(row, "it"), kCellBytes)
  );
}

json::Array rows_by_column(
    const json::Array& rows, const std::vector<std::string>& columns, std::string_view display
) {
  json::Array out;
  for (auto const& row : rows) {
    json::Array cells;
    for (auto const& column : columns) {
      auto const* record = row.if_object();
      auto const* field = record == nullptr ? nullptr : record->if_contains(column);
      cells.push_back(field == nullptr ? json::Value() : cell(*field, display));
    }
    out.push_back(std::move(cells));
  }
  return out;
}

// A name that the answer nowhere has: an ACL hides it, for it is in the dictionary.
json::Array hidden_columns(const json::Array& rows, const std::vector<std::string>& columns) {
  json::Array hidden;
  for (auto const& column : columns) {
    auto const is_there = std::ranges::any_of(rows, [&](auto const& row) {
      return row.is_object() && row.get_object().contains(column);
    });
    if (!is_there && !rows.empty()) hidden.emplace_back(column);
  }
  return hidden;
}

Async<std::string> first_page(
    Invocation call, std::string table, std::vector<std::string> columns
) {
  Query query;
  DAVIT_CO_CHECK(co_await add_conditions(call, table, &query));
  auto const order = call.text("order");
  if (!order.empty()) {
    auto const field = order.substr(order.starts_with('-') ? 1 : 0);
    std::vector<std::string> const names{std::string(field)};
    DAVIT_CO_CHECK(co_await check_fields(call, table, "order", names));
    query.order_by(order);
  }
  auto const fields = fmt::format("{}", fmt::join(columns, ","));
  co_return target_of({
      .table = table,
      .query = query.text(),
      .fields = fields,
      .limit = call.integer("limit"),
  });
}

}  // namespace

Async<std::vector<std::string>> checked_fields(
    Invocation call, std::string table, std::string argument
) {
  std::vector<std::string> fields;
  for (auto const field : call.list(argument)) fields.emplace_back(field);
  DAVIT_CO_CHECK(co_await check_fields(call, std::move(table), argument, fields));
  co_return fields;
}

Async<> add_conditions(Invocation call, std::string table, Query* query) {
  if (call.has("query")) {
    DAVIT_CO_TRY(
        auto const text, co_await checked_query(call, table, std::string(call.text("query")))
    );
    query->add_trusted(text);
  }
  auto const* filters = call.arguments().if_contains("filters");
  if (filters == nullptr || !filters->is_array()) co_return Result<>();
  for (auto const& filter : filters->get_array()) {
    std::string const field(json::find_string(filter, "field").value_or(""));
    auto const op = json::find_string(filter, "op").value_or("=");
    DAVIT_CO_TRY(auto const column, co_await checked_column(call, table, "filters", field));
    DAVIT_CO_TRY(auto value, value_for(call, column, op, value_text(filter)));
    DAVIT_CO_CHECK(query->add("filters", field, op, value));
  }
  co_return Result<>();
}

Async<json::Value> query_table(Invocation call) {
  std::string const table(call.text("table"));
  DAVIT_CO_CHECK(check_readable(table));
  DAVIT_CO_TRY(auto const at, call.cursor());
  DAVIT_CO_TRY(auto const columns, co_await columns_for(call, table));
  std::string target(json::find_string(at, "at").value_or(""));
  if (target.empty()) {
    DAVIT_CO_TRY(target, co_await first_page(call, table, columns));
  }
  connector::ApiRequest request{.target = target};
  DAVIT_CO_TRY(auto const page, co_await call.send(request));
  auto const& rows = rows_of(page.body);
  json::Object out;
  if (page.next.request) {
    out["next_cursor"] = call.make_cursor(json::Object{{"at", page.next.request->target}});
  }
  if (page.next.total) out["total"] = *page.next.total;
  out["complete"] = !page.next.request && !page.next.is_outside;
  if (auto hidden = hidden_columns(rows, columns); !hidden.empty()) {
    out["not_readable"] = std::move(hidden);
  }
  json::Array names;
  for (auto const& column : columns) names.emplace_back(column);
  out["columns"] = std::move(names);
  out["items"] = rows_by_column(rows, columns, call.text("display"));
  co_return out;
}

Async<json::Value> get_record(Invocation call) {
  DAVIT_CO_TRY(auto const record, co_await find_record(call));
  std::string fields;
  if (call.has("fields")) {
    DAVIT_CO_TRY(auto const names, co_await checked_fields(call, record.table, "fields"));
    fields = fmt::format("{}", fmt::join(names, ","));
  }
  auto const target = record_target(record.table, record.sys_id, fields);
  DAVIT_CO_TRY(auto const answer, co_await call.get(target));
  // For the types; the names of secrets are known without it.
  auto const dictionary = co_await dictionary_of(call, record.table);
  json::Object shown_fields;
  for (auto const& member : record_of(answer)) {
    if (is_secret_field(member.key())) continue;
    auto const* column = dictionary ? dictionary->find(member.key()) : nullptr;
    if (column != nullptr && is_secret_type(column->type)) continue;
    auto value = plain_field(member.value(), kFieldBytes);
    if (!value.is_null()) shown_fields[member.key()] = std::move(value);
  }
  co_return json::Object{
      {"table", record.table},
      {"sys_id", record.sys_id},
      {"url", address_of(call, record.table, record.sys_id)},
      {"fields", std::move(shown_fields)},
  };
}

}  // namespace davit::connectors::servicenow
