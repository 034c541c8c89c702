#include <fmt/format.h>

#include "connectors/servicenow/api.h"
#include "connectors/servicenow/choices.h"
#include "connectors/servicenow/incidents.h"
#include "connectors/servicenow/writes.h"

namespace davit::connectors::servicenow {
namespace {

using connector::Invocation;
using enum FieldParam::Kind;

constexpr std::size_t kShownReasons = 20;

constexpr WriteSpec kSpec{
    .table = "incident",
    .fields =
        {
            {"short_description", "short_description"},
            {"description", "description"},
            {"caller", "caller_id"},
            {"impact", "impact", choice},
            {"urgency", "urgency", choice},
            {"category", "category", choice},
            {"subcategory", "subcategory", choice},
            {"assignment_group", "assignment_group"},
            {"assigned_to", "assigned_to"},
            {"ci", "cmdb_ci"},
            {"service", "business_service"},
            {"state", "state", choice},
            {"hold_reason", "hold_reason", choice},
            {"close_code", "close_code", choice},
            {"close_notes", "close_notes"},
            {"work_note", "work_notes"},
        },
};

Error needs_reason(const std::vector<Choice>& reasons) {
  std::string text = "On Hold needs hold_reason";
  for (std::size_t i = 0; i < reasons.size() && i < kShownReasons; ++i) {
    text += fmt::format("{}{}", i == 0 ? ": one of " : ", ", shown(reasons[i].label, 60));
  }
  return Error(ErrorKind::invalid_input, std::move(text));
}

}  // namespace

Async<json::Value> create_incident(Invocation call) {
  DAVIT_CO_TRY(auto fields, co_await fields_to_write(call, &kSpec));
  co_return co_await create_record(call, "incident", "", std::move(fields));
}

Async<json::Value> update_incident(Invocation call) {
  DAVIT_CO_TRY(auto fields, co_await fields_to_write(call, &kSpec));
  // https://www.servicenow.com/docs/bundle/zurich-it-service-management/page/product/
  // incident-management/concept/c_IncidentManagementStateModel.html
  if (fields.contains("state") && fields.at("state") == "3" && !fields.contains("hold_reason")) {
    DAVIT_CO_TRY(auto const reasons, co_await choices_of(call, "incident", "hold_reason"));
    co_return needs_reason(reasons);
  }
  co_return co_await update_record(
      call, "incident", "", std::string(call.text("incident")), std::move(fields)
  );
}

Async<json::Value> resolve_incident(Invocation call) { return update_incident(std::move(call)); }

}  // namespace davit::connectors::servicenow
