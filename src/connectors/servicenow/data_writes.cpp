#include <fmt/format.h>

#include "connectors/servicenow/access.h"
#include "connectors/servicenow/api.h"
#include "connectors/servicenow/data.h"
#include "connectors/servicenow/dictionary.h"
#include "connectors/servicenow/records.h"
#include "connectors/servicenow/writes.h"

namespace davit::connectors::servicenow {
namespace {

using connector::Invocation;

Async<json::Object> values_for(Invocation call, std::string table) {
  WriteSpec spec{.table = table};
  co_return co_await fields_to_write(call, &spec);
}

json::Object outcome(const json::Value& answer) {
  auto const* rows = json::find_array(answer, "result");
  json::Object out;
  if (rows == nullptr || rows->empty()) return out;
  auto const text = [&](std::string_view path) {
    return shown(json::find_string(rows->front(), path).value_or(""), 200);
  };
  out["status"] = text("status");
  for (auto const& [name, path] : {
           std::pair{"table", "table"},
           std::pair{"record", "display_value"},
           std::pair{"sys_id", "sys_id"},
           std::pair{"message", "error_message"},
       }) {
    if (auto value = text(path); !value.empty()) out[name] = std::move(value);
  }
  return out;
}

}  // namespace

Async<json::Value> create_table_record(Invocation call) {
  std::string table(call.text("table"));
  DAVIT_CO_CHECK(check_writable(table));
  DAVIT_CO_TRY(auto fields, co_await values_for(call, table));
  co_return co_await create_record(call, std::move(table), "", std::move(fields));
}

Async<json::Value> update_table_record(Invocation call) {
  DAVIT_CO_TRY(auto const record, co_await find_record(call));
  DAVIT_CO_CHECK(check_writable(record.table));
  DAVIT_CO_TRY(auto fields, co_await values_for(call, record.table));
  co_return co_await update_record(call, record.table, "", record.sys_id, std::move(fields));
}

Async<json::Value> delete_table_record(Invocation call) {
  DAVIT_CO_TRY(auto const record, co_await find_record(call));
  DAVIT_CO_CHECK(check_writable(record.table));
  auto const read = record_target(record.table, record.sys_id);
  DAVIT_CO_TRY(auto const found, co_await call.get(read));
  auto const fields = record_of(found);
  auto title = value_of(fields, "short_description");
  if (title.empty()) title = value_of(fields, "name");
  json::Object out{
      {"table", record.table},
      {"sys_id", record.sys_id},
      {"title", shown(title, 200)},
  };
  auto const number = value_of(fields, "number");
  if (!number.empty()) out["number"] = shown(number, 40);
  if (call.flag("dry_run")) {
    out["dry_run"] = true;
    out["deleted"] = false;
    co_return out;
  }
  auto const path = fmt::format("/api/now/table/{}/{}", record.table, record.sys_id);
  DAVIT_CO_TRY(auto const answer, co_await call.request(http::Method::del, path));
  out["deleted"] = true;
  co_return out;
}

// One by one: the API has a request for several, which does not say what became of each.
Async<json::Value> import_rows(Invocation call) {
  std::string const table(call.text("table"));
  DAVIT_CO_CHECK(check_writable(table));
  auto const* given = call.arguments().if_contains("rows");
  json::Array rows = given == nullptr ? json::Array() : given->get_array();
  auto const path = fmt::format("/api/now/import/{}", table);
  json::Array outcomes;
  auto is_whole = true;
  for (auto const& row : rows) {
    auto const answer = co_await call.request(http::Method::post, path, row);
    if (!answer) {
      if (outcomes.empty()) co_return answer.error();
      // What was done before must be told.
      is_whole = false;
      outcomes.push_back(json::Object{{"status", "failed"}, {"message", answer.error().message()}});
      break;
    }
    outcomes.push_back(outcome(*answer));
  }
  json::Object out{{"sent", outcomes.size()}, {"complete", is_whole}};
  out["rows"] = std::move(outcomes);
  co_return out;
}

}  // namespace davit::connectors::servicenow
