#include <fmt/format.h>

#include "connectors/servicenow/api.h"
#include "connectors/servicenow/changes.h"
#include "connectors/servicenow/choices.h"
#include "connectors/servicenow/tables.h"
#include "connectors/servicenow/writes.h"

namespace davit::connectors::servicenow {
namespace {

using enum FieldParam::Kind;

constexpr Str kApi = "/api/sn_chg_rest/change";
constexpr Str kSource =
    "https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/inbound-rest/"
    "concept/change-management-api.html";

constexpr WriteSpec kCreate{
    .table = "change_request",
    .fields =
        {
            {"short_description", "short_description"},
            {"description", "description"},
            {"ci", "cmdb_ci"},
            {"service", "business_service"},
            {"assignment_group", "assignment_group"},
            {"start", "start_date", time},
            {"end", "end_date", time},
            {"implementation_plan", "implementation_plan"},
            {"backout_plan", "backout_plan"},
            {"test_plan", "test_plan"},
            {"justification", "justification"},
            {"model", "chg_model"},
        },
};
constexpr WriteSpec kUpdate{
    .table = "change_request",
    .fields =
        {
            {"assignment_group", "assignment_group"},
            {"assigned_to", "assigned_to"},
            {"start", "start_date", time},
            {"end", "end_date", time},
            {"close_code", "close_code", choice},
            {"close_notes", "close_notes"},
            {"work_note", "work_notes"},
        },
};

constexpr Tool kTools[] = {
    {
        .name = "servicenow_create_change",
        .title = "Create change",
        .description = "Open a normal or emergency change, a standard one from its template, or "
                       "one of a model.",
        .toolset = "changes",
        .effect = Effect::write,
        .call =
            {.method = http::Method::post,
             .path = "/api/sn_chg_rest/change/normal|/api/sn_chg_rest/change/emergency|/api/"
                     "sn_chg_rest/change"},
        .params =
            {
                {.name = "kind",
                 .in = In::none,
                 .choices = "normal|emergency|standard|model",
                 .fallback = "normal"},
                {.name = "template",
                 .description = "Of a standard change, by name.",
                 .in = In::none,
                 .lookup = &kTemplateLookup},
                {.name = "model", .in = In::none, .lookup = &kModelLookup},
                {.name = "short_description", .in = In::none},
                {.name = "description", .in = In::none},
                kCi,
                kService,
                kGroup,
                {.name = "start", .in = In::none, .kind = Kind::timestamp},
                {.name = "end", .in = In::none, .kind = Kind::timestamp},
                {.name = "implementation_plan", .in = In::none},
                {.name = "backout_plan", .in = In::none},
                {.name = "test_plan", .in = In::none},
                {.name = "justification", .in = In::none},
                kExtra,
                kDryRun,
            },
        .foreign = "not_applied.stored",
        .source = kSource,
        .run = create_change,
    },
    {
        .name = "servicenow_update_change",
        .title = "Update change",
        .description = "Change fields or the state of a change; a state that is not allowed is "
                       "refused with those that are.",
        .toolset = "changes",
        .effect = Effect::write,
        .call = {.method = http::Method::patch, .path = "/api/sn_chg_rest/change/{change}"},
        .params =
            {
                kChange,
                {.name = "state", .description = "Label or code.", .in = In::none},
                {.name = "start", .in = In::none, .kind = Kind::timestamp},
                {.name = "end", .in = In::none, .kind = Kind::timestamp},
                kGroup,
                {.name = "assigned_to", .in = In::none, .lookup = &kUserLookup},
                {.name = "close_code", .in = In::none},
                {.name = "close_notes", .in = In::none},
                {.name = "work_note", .in = In::none},
                kExtra,
                kDryRun,
            },
        .foreign = "changed.old changed.new not_applied.stored",
        .source = kSource,
        .run = update_change,
    },
    {
        .name = "servicenow_approve_change",
        .title = "Approve change",
        .description = "Approve or reject a change as the signed-in user. Cannot be undone.",
        .toolset = "changes",
        .effect = Effect::destroy,
        .call =
            {.method = http::Method::patch, .path = "/api/sn_chg_rest/change/{change}/approvals"},
        .params =
            {
                kChange,
                {.name = "decision",
                 .in = In::body,
                 .required = true,
                 .choices = "approved|rejected",
                 .wire = "state"},
                {.name = "comments", .description = "Needed to reject.", .in = In::body},
            },
        .foreign = "waiting_for",
        .source = kSource,
        .run = approve_change,
    },
    {
        .name = "servicenow_check_change_conflicts",
        .title = "Check change conflicts",
        .description = "Run the conflict check of a change, wait for it, and show conflicts and "
                       "planned times.",
        .toolset = "changes",
        .effect = Effect::write,
        .idempotent = true,
        .offer = Offer::by_toolset,
        .call = {.method = http::Method::post, .path = "/api/sn_chg_rest/change/{change}/conflict"},
        .params =
            {
                kChange,
                {.name = "run",
                 .description = "False shows the last check.",
                 .in = In::none,
                 .kind = Kind::boolean,
                 .fallback = "true"},
                {.name = "wait_s",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "20",
                 .min = 0,
                 .max = 60},
            },
        .timeout_s = 75,
        .foreign = "conflicts.ci",
        .source = kSource,
        .run = check_change_conflicts,
    },
};
static_assert(checked(kTools));

Error missing(std::string_view text) { return Error(ErrorKind::invalid_input, std::string(text)); }

Result<std::string> create_path(const Invocation& call) {
  auto const kind = call.text("kind");
  if (kind != "standard" && !call.has("short_description")) {
    return missing("short_description is missing");
  }
  if (kind == "model") {
    if (!call.has("model")) return missing("a change of a model needs model");
    return std::string(kApi);
  }
  if (kind != "standard") return fmt::format("{}/{}", kApi, kind);
  if (!call.has("template")) return missing("a standard change needs template");
  return fmt::format("{}/standard/{}", kApi, call.text("template"));
}

std::string joined(const json::Value& list) {
  std::string text;
  auto const* array = list.if_array();
  for (auto const& each : array == nullptr ? json::Array() : *array) {
    auto const* word = each.if_string();
    if (word == nullptr) continue;
    text += fmt::format("{}{}", text.empty() ? "" : ", ", json::view(*word));
  }
  return text.empty() ? "none" : text;
}

// The code of a state, when the change may go there.
Async<std::string> allowed_state(Invocation call) {
  std::string const wanted(call.text("state"));
  DAVIT_CO_TRY(auto const code, co_await code_of(call, "change_request", "state", wanted));
  DAVIT_CO_TRY(auto const answer, co_await call.get("/api/sn_chg_rest/change/{change}/nextstates"));
  auto const* available = json::find_array(answer, "result.available_states");
  for (auto const& each : available == nullptr ? json::Array() : *available) {
    if (each == json::Value(code)) co_return code;
  }
  auto const* result = json::find(answer, "result");
  auto const states = readable_states(result == nullptr ? json::Value() : *result);
  auto text = fmt::format(
      "the change cannot go to '{}' now; allowed are: {}", wanted, joined(states.at("allowed"))
  );
  auto const* blocked = states.if_contains("blocked");
  if (blocked != nullptr) {
    for (auto const& each : blocked->get_array()) {
      text += fmt::format(
          "; {} waits for: {}",
          json::find_string(each, "state").value_or(""),
          joined(each.at("unmet"))
      );
    }
  }
  co_return Error(ErrorKind::conflict, std::move(text));
}

}  // namespace

constinit const std::span<const Tool> change_write_tools = kTools;

Async<json::Value> create_change(Invocation call) {
  DAVIT_CO_TRY(auto path, create_path(call));
  DAVIT_CO_TRY(auto fields, co_await fields_to_write(call, &kCreate));
  co_return co_await create_record(call, "change_request", std::move(path), std::move(fields));
}

Async<json::Value> update_change(Invocation call) {
  DAVIT_CO_TRY(auto fields, co_await fields_to_write(call, &kUpdate));
  if (call.has("state")) {
    DAVIT_CO_TRY(auto const state, co_await allowed_state(call));
    fields["state"] = state;
  }
  co_return co_await update_record(
      call, "change_request", std::string(kApi), std::string(call.text("change")), std::move(fields)
  );
}

Async<json::Value> approve_change(Invocation call) {
  auto const decision = std::string(call.text("decision"));
  if (decision == "rejected" && !call.has("comments")) {
    co_return missing("comments are needed to reject");
  }
  DAVIT_CO_TRY(auto const answer, co_await call.perform());
  json::Object out{{"decision", decision}};
  auto const stored = record_of(answer);
  if (auto const state = value_of(stored, "state"); !state.empty() && state != decision) {
    out["not_applied"] = fmt::format("the approval is '{}'", shown(state, 60));
  }
  auto const waiting = co_await call.get(
      "/api/now/table/sysapproval_approver?sysparm_query=sysapproval={change}%5Estate=requested"
      "&sysparm_display_value=true&sysparm_exclude_reference_link=true&sysparm_fields=approver"
      "&sysparm_limit=50"
  );
  if (!waiting) {
    out["unavailable"] = waiting.error().message();
    co_return out;
  }
  json::Array names;
  for (auto const& row : rows_of(*waiting)) {
    names.emplace_back(shown(json::find_string(row, "approver").value_or(""), 100));
  }
  out["waiting_for"] = std::move(names);
  co_return out;
}

}  // namespace davit::connectors::servicenow
