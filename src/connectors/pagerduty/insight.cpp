// What PagerDuty finds out by itself about an incident.
#include <fmt/format.h>

#include "connector/failure.h"
#include "connector/projection.h"
#include "connectors/pagerduty/tables.h"

namespace davit::connectors::pagerduty {
namespace {

struct Section {
  Str name;
  Str path;  // behind the incident, with the limit where PagerDuty takes one
  Str root;
  Keep keep;
};

constexpr Section kSections[] = {
    {"past",
     "past_incidents?limit={}",
     "past_incidents",
     "id=incident.id title=incident.title~200 created=incident.created_at score"},
    {"related",
     "related_incidents",
     "related_incidents",
     "id=incident.id title=incident.title~200 created=incident.created_at "
     "relationship=relationships.type similarity=relationships.metadata.grouping_classification"},
    {"outlier",
     "outlier_incident",
     "outlier_incident",
     "category=incident.occurrence.category count=incident.occurrence.count "
     "frequency=incident.occurrence.frequency since=incident.occurrence.since "
     "until=incident.occurrence.until pattern=incident_template.mined_text~200"},
};

const Section* find_section(Str name) {
  for (auto const& section : kSections) {
    if (section.name == name) return &section;
  }
  return nullptr;
}

// A plan without AIOps answers 402 to each: the tool then says so and does not fail.
Async<json::Value> find_similar_incidents(Invocation call) {
  auto const given = std::string(call.text("incident"));
  DAVIT_CO_TRY(auto const incident, co_await incident_id(call, given));
  auto const limit = static_cast<std::size_t>(call.integer("limit"));
  std::vector<const Section*> wanted;
  std::vector<std::string> paths;
  for (auto const kind : call.list("kinds")) {
    auto const* section = find_section(kind);
    if (section == nullptr) continue;
    wanted.push_back(section);
    auto const path = fmt::format(fmt::runtime(section->path), limit);
    paths.push_back(fmt::format("/incidents/{}/{}", incident, path));
  }
  DAVIT_CO_TRY(auto const answers, co_await call.get_each(std::move(paths)));
  json::Object out{{"incident", incident}};
  json::Array warnings;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto const& section = *wanted[i];
    auto const& answer = answers[i];
    if (!answer) {
      // The incident is wrong for all of them alike.
      if (answer.error().kind() == ErrorKind::not_found) co_return answer.error();
      auto const why = http_status_of(answer.error()) == 402
                           ? std::string("not in the plan of this account (AIOps)")
                           : answer.error().message();
      warnings.emplace_back(fmt::format("{}: {}", section.name, why));
      continue;
    }
    auto const* rows = json::find(*answer, section.root);
    if (rows == nullptr) continue;
    auto kept = Projection(section.keep).apply(*rows, {});
    if (auto* array = kept.if_array(); array != nullptr && array->size() > limit) {
      array->resize(limit);
    }
    out[section.name] = std::move(kept);
  }
  if (!warnings.empty()) out["warnings"] = std::move(warnings);
  co_return out;
}

constexpr Tool kTools[] = {
    {
        .name = "pagerduty_find_similar_incidents",
        .title = "Find similar incidents",
        .description =
            "Past, related and how rare: what PagerDuty's AIOps knows about an incident.",
        .toolset = "incidents",
        .call =
            {.path = "/incidents/{incident}/past_incidents"
                     "|/incidents/{incident}/related_incidents"
                     "|/incidents/{incident}/outlier_incident"},
        .params =
            {
                kIncident,
                {.name = "kinds",
                 .in = In::none,
                 .kind = Kind::string_list,
                 .choices = "past|related|outlier",
                 .fallback = "past|related|outlier"},
                {.name = "limit",
                 .in = In::none,
                 .kind = Kind::integer,
                 .fallback = "5",
                 .min = 1,
                 .max = 50},
            },
        .foreign = "past.title related.title outlier.pattern",
        .source = "https://developer.pagerduty.com/api-reference/reference/REST/openapiv3.json/"
                  "paths/~1incidents~1%7Bid%7D~1past_incidents/get",
        .run = find_similar_incidents,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> insight_tools = kTools;

}  // namespace davit::connectors::pagerduty
