#include <algorithm>

#include <fmt/format.h>

#include "connectors/servicenow/access.h"
#include "connectors/servicenow/api.h"
#include "connectors/servicenow/records.h"

namespace davit::connectors::servicenow {
namespace {

using connector::Invocation;

constexpr std::size_t kTextBytes = 500;
constexpr std::size_t kJournalBytes = 4000;

// What happened, and which source it came from.
struct Event {
  std::string time;  // as it is stored, which sorts
  bool is_audit = false;
  std::size_t place = 0;  // among those of one moment
  json::Object shown;
};

std::string text_in(const json::Value& row, std::string_view field) {
  return std::string(json::find_string(row, field).value_or(""));
}

bool wants(const Invocation& call, std::string_view kind) {
  auto const kinds = call.list("kinds");
  return std::ranges::find(kinds, kind) != kinds.end();
}

std::string journal_path(const Invocation& call, const RecordRef& record, std::int64_t offset) {
  auto const elements = fmt::format(
      "{}{}{}",
      wants(call, "comment") ? "comments" : "",
      wants(call, "comment") && wants(call, "work_note") ? "," : "",
      wants(call, "work_note") ? "work_notes" : ""
  );
  return fmt::format(
      "/api/now/table/sys_journal_field?sysparm_query=element_id={}%5EelementIN{}"
      "%5EORDERBYDESCsys_created_on%5EORDERBYsys_id"
      "&sysparm_fields=element,value,sys_created_on,sys_created_by"
      "&sysparm_limit={}&sysparm_offset={}",
      record.sys_id,
      elements,
      call.integer("limit"),
      offset
  );
}

// Entries of the journal are audited too, and come from there.
std::string audit_path(const Invocation& call, const RecordRef& record, std::int64_t offset) {
  return fmt::format(
      "/api/now/table/sys_audit?sysparm_query=tablename={}%5Edocumentkey={}"
      "%5EfieldnameNOT%20INcomments,work_notes"
      "%5EORDERBYDESCsys_created_on%5EORDERBYsys_id"
      "&sysparm_fields=fieldname,oldvalue,newvalue,user,sys_created_on"
      "&sysparm_limit={}&sysparm_offset={}",
      record.table,
      record.sys_id,
      call.integer("limit"),
      offset
  );
}

Event journal_event(const json::Value& row) {
  auto const time = text_in(row, "sys_created_on");
  json::Object event{
      {"at", plain_field(json::Value(time), 40)}, {"by", text_in(row, "sys_created_by")}
  };
  event["kind"] = text_in(row, "element") == "comments" ? "comment" : "work_note";
  event["text"] = shown(text_in(row, "value"), kTextBytes);
  return {.time = time, .shown = std::move(event)};
}

Event audit_event(const json::Value& row) {
  auto const time = text_in(row, "sys_created_on");
  auto const field = text_in(row, "fieldname");
  json::Object event{{"at", plain_field(json::Value(time), 40)}, {"by", text_in(row, "user")}};
  event["kind"] = "change";
  event["field"] = field;
  if (!is_secret_field(field)) {
    event["old"] = shown(text_in(row, "oldvalue"), kTextBytes);
    event["new"] = shown(text_in(row, "newvalue"), kTextBytes);
  }
  return {.time = time, .is_audit = true, .shown = std::move(event)};
}

// Who may not read the journal's table may still see it in the record.
Async<std::string> journal_in_record(Invocation call, RecordRef record) {
  auto const target = record_target(record.table, record.sys_id, "comments_and_work_notes");
  DAVIT_CO_TRY(auto const answer, co_await call.get(target));
  co_return label_of(record_of(answer), "comments_and_work_notes");
}

json::Value answer_of(
    const Invocation& call,
    std::vector<Event> events,
    std::int64_t journal,
    std::int64_t audit,
    bool may_go_on
) {
  for (std::size_t i = 0; i < events.size(); ++i) events[i].place = i;
  std::ranges::sort(events, [](const Event& a, const Event& b) {
    return a.time != b.time ? a.time > b.time : a.place < b.place;
  });
  auto const limit = static_cast<std::size_t>(call.integer("limit"));
  auto const has_more = may_go_on || events.size() > limit;
  if (events.size() > limit) events.resize(limit);
  json::Array items;
  for (auto& event : events) {
    (event.is_audit ? audit : journal) += 1;
    items.push_back(std::move(event.shown));
  }
  json::Object out;
  if (has_more) out["next_cursor"] = call.make_cursor(json::Array{journal, audit});
  out["complete"] = !has_more;
  out["items"] = std::move(items);
  return out;
}

}  // namespace

Async<json::Value> get_record_activity(Invocation call) {
  DAVIT_CO_TRY(auto const at, call.cursor());
  auto const journal = json::find_int(at, "0").value_or(0);
  auto const audit = json::find_int(at, "1").value_or(0);
  DAVIT_CO_TRY(auto const record, co_await find_record(call));
  auto const has_journal = wants(call, "comment") || wants(call, "work_note");
  std::vector<std::string> paths;
  if (has_journal) paths.push_back(journal_path(call, record, journal));
  if (wants(call, "change")) paths.push_back(audit_path(call, record, audit));
  DAVIT_CO_TRY(auto const answers, co_await call.get_each(paths));
  std::vector<Event> events;
  json::Object unavailable;
  auto may_go_on = false;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto const is_audit = !has_journal || i == 1;
    if (!answers[i]) {
      if (answers.size() == 1 && is_audit) co_return answers[i].error();
      unavailable[is_audit ? "change" : "journal"] = answers[i].error().message();
      continue;
    }
    auto const& rows = rows_of(*answers[i]);
    if (static_cast<std::int64_t>(rows.size()) >= call.integer("limit")) may_go_on = true;
    for (auto const& row : rows) events.push_back(is_audit ? audit_event(row) : journal_event(row));
  }
  auto out = answer_of(call, std::move(events), journal, audit, may_go_on);
  if (unavailable.contains("journal")) {
    auto const text = co_await journal_in_record(call, record);
    if (text && !text->empty()) out.get_object()["journal"] = shown(*text, kJournalBytes);
  }
  if (!unavailable.empty()) out.get_object()["unavailable"] = std::move(unavailable);
  co_return out;
}

}  // namespace davit::connectors::servicenow
