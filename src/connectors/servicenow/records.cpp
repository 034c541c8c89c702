#include "connectors/servicenow/records.h"

#include <fmt/format.h>

#include "connectors/servicenow/access.h"
#include "connectors/servicenow/api.h"
#include "connectors/servicenow/names.h"
#include "connectors/servicenow/tables.h"

namespace davit::connectors::servicenow {
namespace {

constexpr Str kFields = "sys_id,number,sys_class_name";

Error not_found(std::string_view table, std::string_view record) {
  return Error(
      ErrorKind::invalid_input,
      fmt::format(
          "there is no {} in {}, or an ACL hides it; give table where it is in another one",
          record,
          table
      )
  );
}

// The class of the record is its table; other tables have none.
RecordRef ref_of(std::string_view table, const json::Object& record) {
  auto const own = value_of(record, "sys_class_name");
  auto const is_task = table == "task" && is_table_name(own);
  return {
      .table = is_task ? own : std::string(table),
      .sys_id = value_of(record, "sys_id"),
      .number = value_of(record, "number"),
  };
}

constexpr Tool kTools[] = {
    {
        .name = "servicenow_add_comment",
        .title = "Add comment",
        .description = "Add a work note, or a comment that is mailed to the caller, to any task.",
        .toolset = "incidents",
        .effect = Effect::write,
        .call = {.method = http::Method::patch},
        .params =
            {
                kRecord,
                {.name = "text", .in = In::none, .required = true},
                {.name = "kind",
                 .in = In::none,
                 .choices = "work_note|comment",
                 .fallback = "work_note"},
            },
        .source = "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/"
                  "inbound-rest/concept/c_TableAPI.html",
        .run = add_comment,
    },
    {
        .name = "servicenow_get_record_activity",
        .title = "Get record activity",
        .description = "Comments, work notes and field changes of a record, last first.",
        .toolset = "incidents",
        .call = {.path = "/api/now/table/sys_journal_field|/api/now/table/sys_audit"},
        .params =
            {
                kRecord,
                {.name = "table", .description = "Where the number does not say it.", .in = In::none
                },
                {.name = "kinds",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .choices = "comment|work_note|change",
                 .fallback = "comment|work_note|change"},
                {.name = "limit",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "20",
                 .min = 1,
                 .max = 100},
                kCursor,
            },
        .foreign = "items.text items.old items.new journal",
        .source = "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/"
                  "inbound-rest/concept/c_TableAPI.html",
        .run = get_record_activity,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> record_tools = kTools;

Async<RecordRef> find_record(Invocation call) {
  std::string const record(call.text("record"));
  std::string table(call.text("table"));
  if (table.empty()) table = table_of_number(record);
  if (table.empty()) table = "task";
  DAVIT_CO_CHECK(check_readable(table));
  if (is_sys_id(record)) {
    if (table != "task") co_return RecordRef{.table = table, .sys_id = record};
    auto const found = co_await call.get(record_target("task", record, kFields));
    if (found) co_return ref_of("task", record_of(*found));
    if (found.error().kind() == ErrorKind::not_found) co_return not_found("task", record);
    co_return found.error();
  }
  auto const target = target_of(
      {.table = table, .query = fmt::format("number={}", record), .fields = kFields, .limit = 2}
  );
  DAVIT_CO_TRY(auto const found, co_await call.get_cached(target, std::chrono::minutes(5)));
  auto const& rows = rows_of(found);
  // A number that is no field of the table would be left out of the query.
  auto const is_it =
      rows.size() == 1 && rows[0].is_object() && value_of(rows[0].get_object(), "number") == record;
  if (!is_it) co_return not_found(table, record);
  co_return ref_of(table, rows[0].get_object());
}

Async<json::Value> add_comment(Invocation call) {
  DAVIT_CO_TRY(auto const record, co_await find_record(call));
  DAVIT_CO_CHECK(check_writable(record.table));
  auto const is_note = call.text("kind") == "work_note";
  std::string const field = is_note ? "work_notes" : "comments";
  std::string const text(call.text("text"));
  auto const target = record_target(
      record.table, record.sys_id, fmt::format("sys_id,number,sys_updated_on,{}", field)
  );
  json::Value body = json::Object{{field, text}};
  DAVIT_CO_TRY(auto const answer, co_await call.request(http::Method::patch, target, body));
  auto const stored = record_of(answer);
  json::Object out{{"record", shown(value_of(stored, "number"), 40)}, {"kind", call.text("kind")}};
  if (auto const at = stored.if_contains("sys_updated_on")) out["at"] = plain_field(*at, 40);
  // A journal shows its newest entry first, as it was written.
  auto const first_line = text.substr(0, text.find_first_of("\r\n"));
  auto const is_there = label_of(stored, field).find(first_line) != std::string::npos;
  out["added"] = is_there;
  if (!is_there) {
    out["note"] =
        "The answer does not show the entry: an ACL may have dropped it, or hides it; "
        "look with servicenow_get_record_activity.";
  }
  co_return out;
}

}  // namespace davit::connectors::servicenow
