#include "connector/projection.h"
#include "connectors/pagerduty/parts.h"
#include "connectors/pagerduty/tables.h"

namespace davit::connectors::pagerduty {
namespace {

constexpr Lookup kPageLookup{
    .what = "status page",
    .path = "/status_pages",
    .root = "status_pages",
    .names = "name url",
    .is_id = is_id,
};
// What a page calls its states differs from page to page and from incidents to maintenance. The
// arguments before are ids by then.
constexpr Lookup kStatusLookup{
    .what = "status",
    .path = "/status_pages/{page}/statuses?post_type={post_type}",
    .root = "statuses",
    .names = "description",
    .is_id = is_id,
};
constexpr Lookup kSeverityLookup{
    .what = "severity",
    .path = "/status_pages/{page}/severities?post_type={post_type}",
    .root = "severities",
    .names = "description",
    .is_id = is_id,
};
constexpr Lookup kImpactLookup{
    .what = "impact",
    .path = "/status_pages/{page}/impacts?post_type={post_type}",
    .root = "impacts",
    .names = "description",
    .is_id = is_id,
};
constexpr Lookup kPageServiceLookup{
    .what = "service of the page",
    .path = "/status_pages/{page}/services",
    .root = "services",
    .is_id = is_id,
};

constexpr Keep kPost = "id title~200 type=post_type starts=starts_at ends=ends_at";

json::Object reference(Str id, Str type) { return {{"id", id}, {"type", type}}; }

json::Array impacted(const Invocation& call) {
  json::Array all;
  for (auto const service : call.list("services")) {
    all.push_back(json::Object{
        {"service", reference(service, "status_page_service")},
        {"impact", reference(call.text("impact"), "status_page_impact")},
    });
  }
  return all;
}

// Both times are only for maintenance, and must be there all the same.
json::Value time_of(const Invocation& call, Str name) {
  return call.has(name) ? json::Value(call.text(name)) : json::Value();
}

Async<json::Value> create_status_page_post(Invocation call) {
  if (call.text("post_type") == "maintenance" && !(call.has("starts_at") && call.has("ends_at"))) {
    co_return Error(ErrorKind::invalid_input, "maintenance needs starts_at and ends_at");
  }
  json::Object update{
      {"type", "status_page_post_update"},
      {"message", call.text("message")},
      {"status", reference(call.text("status"), "status_page_status")},
      {"severity", reference(call.text("severity"), "status_page_severity")},
      {"impacted_services", impacted(call)},
      {"update_frequency_ms", nullptr},
      {"notify_subscribers", call.flag("notify_subscribers")},
  };
  json::Value const body = json::Object{
      {"post",
       json::Object{
           {"type", "status_page_post"},
           {"title", call.text("title")},
           {"post_type", call.text("post_type")},
           {"starts_at", time_of(call, "starts_at")},
           {"ends_at", time_of(call, "ends_at")},
           {"updates", json::Array{std::move(update)}},
           {"status_page", reference(call.text("page"), "status_page")},
       }},
  };
  DAVIT_CO_TRY(
      auto const answer,
      co_await call.request(http::Method::post, "/status_pages/{page}/posts", body)
  );
  auto const* post = json::find(answer, "post");
  if (post == nullptr) co_return answered_without("the post");
  co_return Projection(kPost).apply(*post, {});
}

constexpr Tool kTools[] = {
    {
        .name = "pagerduty_list_status_pages",
        .title = "List status pages",
        .description = "The status pages of the account.",
        .toolset = "status_pages",
        .offer = Offer::by_toolset,
        .call = {.path = "/status_pages"},
        .params =
            {
                {.name = "type", .choices = "public|private", .wire = "status_page_type"},
                kLimit,
                kCursor,
            },
        .paging = kOffset,
        .root = "status_pages",
        .keep = "id name~150 type=status_page_type url published=published_at",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1status_pages/get",
    },
    {
        .name = "pagerduty_create_status_page_post",
        .title = "Create status page post",
        .description = "Publish an incident or maintenance on a status page.",
        .toolset = "status_pages",
        .effect = Effect::destroy,
        .offer = Offer::by_toolset,
        .call = {.method = http::Method::post, .path = "/status_pages/{page}/posts"},
        .params =
            {
                {.name = "page",
                 .description = "Name, address or id.",
                 .in = In::path,
                 .required = true,
                 .lookup = &kPageLookup},
                {.name = "post_type",
                 .in = In::none,
                 .choices = "incident|maintenance",
                 .fallback = "incident"},
                {.name = "title", .in = In::none, .required = true},
                {.name = "message", .in = In::none, .required = true},
                {.name = "status",
                 .description = "As the page calls it, such as investigating.",
                 .in = In::none,
                 .required = true,
                 .lookup = &kStatusLookup},
                {.name = "severity",
                 .description = "As the page calls it, such as minor.",
                 .in = In::none,
                 .required = true,
                 .lookup = &kSeverityLookup},
                {.name = "services",
                 .description = "As the page names them.",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .needs = "impact",
                 .lookup = &kPageServiceLookup},
                {.name = "impact",
                 .description = "Such as partial outage.",
                 .in = In::none,
                 .lookup = &kImpactLookup},
                {.name = "starts_at", .in = In::none, .kind = Kind::timestamp},
                {.name = "ends_at", .in = In::none, .kind = Kind::timestamp},
                {.name = "notify_subscribers", .in = In::none, .kind = Kind::boolean},
            },
        .foreign = "title",
        .scopes = "status_pages.read and status_pages.write",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1status_pages~1%7Bid%7D~1posts/post",
        .run = create_status_page_post,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> status_page_tools = kTools;

}  // namespace davit::connectors::pagerduty
