#include "connector/arguments.h"
#include "connector/text.h"
#include "connectors/pagerduty/tables.h"
#include "connectors/pagerduty/times.h"

namespace davit::connectors::pagerduty {
namespace {

Result<> check_window(const json::Object& arguments) {
  auto const duration = text_of(arguments, "duration");
  if (duration.empty() && text_of(arguments, "end").empty()) {
    return Error(ErrorKind::invalid_input, "give end, or duration such as 2h");
  }
  if (!duration.empty() && !parse_length(duration)) {
    return Error(ErrorKind::invalid_input, "duration must be such as 30m, 2h or 1d");
  }
  return {};
}

// The end of a window given by its length.
Async<ApiRequest> make_create(Invocation call) {
  make_whole(call.arguments(), {"start", "end"});
  if (call.has("duration")) {
    auto const start = from_rfc3339(call.text("start"));
    if (!start) {
      co_return Error(ErrorKind::invalid_input, "start must have a time when duration is given");
    }
    auto const length = parse_length(call.text("duration")).value_or(std::chrono::seconds(0));
    call.arguments()["end"] = to_rfc3339(*start + length);
  }
  co_return build_request(call.tool(), call.arguments());
}

void finish_end(const json::Object& arguments, json::Object& answer) {
  answer["id"] = text_of(arguments, "window");
  answer["result"] = "ended; a window that had not begun is deleted";
}

constexpr Tool kTools[] = {
    {
        .name = "pagerduty_list_maintenance_windows",
        .title = "List maintenance windows",
        .description = "Planned times in which services page nobody.",
        .toolset = "maintenance",
        .call = {.path = "/maintenance_windows"},
        .params =
            {
                {.name = "filter",
                 .description = "Open is ongoing and future.",
                 .choices = "ongoing|future|past|open|all",
                 .fallback = "open"},
                kServices,
                kTeams,
                {.name = "query", .description = "Part of the description."},
                kLimit,
                kCursor,
            },
        .paging = kOffset,
        .root = "maintenance_windows",
        .keep = "id start=start_time end=end_time services=services.summary~100 description~200 "
                "created_by=created_by.summary~100",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1maintenance_windows/get",
    },
    {
        .name = "pagerduty_create_maintenance_window",
        .title = "Create maintenance window",
        .description = "Let services page nobody for a while.",
        .toolset = "maintenance",
        .effect = Effect::destroy,
        .offer = Offer::by_toolset,
        .call =
            {.method = http::Method::post,
             .path = "/maintenance_windows",
             .body = R"({"maintenance_window":{"type":"maintenance_window"}})"},
        .params =
            {
                {.name = "services",
                 .description = "Names or ids.",
                 .in = In::body,
                 .kind = Kind::string_list,
                 .required = true,
                 .wire = "maintenance_window.services",
                 .reference = "service_reference",
                 .lookup = &kServiceLookup},
                {.name = "start",
                 .in = In::body,
                 .kind = Kind::timestamp,
                 .fallback = "now",
                 .wire = "maintenance_window.start_time"},
                {.name = "end",
                 .in = In::body,
                 .kind = Kind::timestamp,
                 .needs = "!duration",
                 .wire = "maintenance_window.end_time"},
                {.name = "duration", .description = "30m, 2h, 1d.", .in = In::none},
                {.name = "description", .in = In::body, .wire = "maintenance_window.description"},
            },
        .root = "maintenance_window",
        .keep = "id start=start_time end=end_time services=services.summary~100 url=html_url",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1maintenance_windows/post",
        .check = check_window,
        .make = make_create,
    },
    {
        .name = "pagerduty_end_maintenance_window",
        .title = "End maintenance window",
        .description = "End an ongoing window now, or delete a future one.",
        .toolset = "maintenance",
        .effect = Effect::destroy,
        .idempotent = true,
        .offer = Offer::by_toolset,
        .call = {.method = http::Method::del, .path = "/maintenance_windows/{window}"},
        .params = {{.name = "window", .description = "Id.", .in = In::path, .required = true}},
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1maintenance_windows~1%7Bid%7D/delete",
        .finish = finish_end,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> maintenance_tools = kTools;

}  // namespace davit::connectors::pagerduty
