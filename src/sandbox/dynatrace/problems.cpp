// Problems: list, one, and close.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/dynatrace/comments.h"
#include "sandbox/dynatrace/entity_selector.h"
#include "sandbox/dynatrace/paging.h"
#include "sandbox/dynatrace/timeframe.h"
#include "sandbox/sorted.h"

namespace davit::sandbox::dynatrace {
namespace {

using enum http::Method;

constexpr std::string_view kAlertingProfile = "Payments on call";

std::string status_of(const Problem& problem) { return problem.end ? "CLOSED" : "OPEN"; }

std::vector<std::string> tags_of(const Store& store, const Problem& problem) {
  std::vector<std::string> tags;
  for (auto const& id : problem.affected) {
    auto const* entity = store.find_entity(id);
    if (entity == nullptr) continue;
    for (auto const& tag : entity->tags) {
      if (std::ranges::find(tags, tag) == tags.end()) tags.push_back(tag);
    }
  }
  return tags;
}

json::Object show_problem(const Store& store, const Call& call, const Problem& problem) {
  json::Array profiles;
  if (problem.zone == story::kTeam) {
    profiles.push_back(
        json::Object{{"id", stable_uuid(kAlertingProfile)}, {"name", kAlertingProfile}}
    );
  }
  json::Object out{
      {"problemId", problem.id},
      {"displayId", problem.display_id},
      {"title", problem.title},
      {"impactLevel", problem.impact},
      {"severityLevel", problem.severity},
      {"status", status_of(problem)},
      {"affectedEntities", show_stubs(store, problem.affected)},
      {"impactedEntities", show_stubs(store, problem.impacted)},
      {"rootCauseEntity", nullptr},
      {"managementZones", show_zones(problem.zone)},
      {"entityTags", show_tags(tags_of(store, problem))},
      {"problemFilters", std::move(profiles)},
      {"startTime", to_millis(problem.start)},
      {"endTime", problem.end ? to_millis(*problem.end) : -1},
  };
  if (!problem.root_cause.empty()) out["rootCauseEntity"] = show_stub(store, problem.root_cause);
  if (wants_field(call, "evidenceDetails")) {
    out["evidenceDetails"] =
        json::Object{{"totalCount", problem.evidence.size()}, {"details", problem.evidence}};
  }
  if (wants_field(call, "impactAnalysis")) {
    out["impactAnalysis"] = json::Object{{"impacts", problem.impacts}};
  }
  if (wants_field(call, "recentComments")) out["recentComments"] = show_recent_comments(problem);
  return out;
}

bool has_any(const Criterion& one, const std::vector<std::string>& entities) {
  return std::ranges::any_of(entities, [&](auto const& id) { return one.has(id); });
}

bool matches_text(const Store& store, const Problem& problem, std::string_view text) {
  if (contains_similar(problem.title, text) || contains_similar(problem.display_id, text)) {
    return true;
  }
  return std::ranges::any_of(problem.affected, [&](auto const& id) {
    return contains_similar(id, text) || contains_similar(store.entity_name(id), text);
  });
}

struct Test {
  std::string_view name;
  bool (*holds)(const Store& store, const Problem& problem, const Criterion& one);
};

constexpr Test kTests[] = {
    {"status", [](auto&, auto& p, auto& one) { return one.has_similar(status_of(p)); }},
    {"severityLevel", [](auto&, auto& p, auto& one) { return one.has_similar(p.severity); }},
    {"impactLevel", [](auto&, auto& p, auto& one) { return one.has_similar(p.impact); }},
    {"rootCauseEntity", [](auto&, auto& p, auto& one) { return one.has(p.root_cause); }},
    {"managementZones", [](auto&, auto& p, auto& one) { return one.has(p.zone); }},
    {"managementZoneIds",
     [](auto&, auto& p, auto& one) { return !p.zone.empty() && one.has(zone_id(p.zone)); }},
    {"impactedEntities", [](auto&, auto& p, auto& one) { return has_any(one, p.impacted); }},
    {"affectedEntities", [](auto&, auto& p, auto& one) { return has_any(one, p.affected); }},
    {"affectedEntityTypes",
     [](auto&, auto& p, auto& one) {
       return std::ranges::any_of(p.affected, [&](auto const& id) {
         return one.has(id.substr(0, id.rfind('-')));
       });
     }},
    {"problemId", [](auto&, auto& p, auto& one) { return one.has(p.id); }},
    {"displayId", [](auto&, auto& p, auto& one) { return one.has(p.display_id); }},
    {"entityTags", [](auto& store, auto& p, auto& one) { return has_any(one, tags_of(store, p)); }},
    {"underMaintenance", [](auto&, auto&, auto& one) { return one.has("false"); }},
    {"text", [](auto& store, auto& p, auto& one) { return matches_text(store, p, one.value()); }},
};

Or<Selector> read_selector(const Call& call) {
  auto const text = call.text("problemSelector").value_or("");
  DAVIT_TRY(auto all, parse_selector(text, "problemSelector"));
  for (auto const& one : all) {
    auto const is_known =
        std::ranges::find(kTests, std::string_view(one.name), &Test::name) != std::end(kTests);
    if (!is_known || one.values.empty()) {
      return violation("problemSelector", fmt::format("Unknown criterion '{}'", one.name));
    }
    if (one.name == "status" && !one.has_similar("open") && !one.has_similar("closed")) {
      return violation("problemSelector", "status must be one of: open, closed");
    }
    if (one.name == "text" && one.value().size() > 30) {
      return violation("problemSelector", "The text search value is limited to 30 characters");
    }
  }
  return all;
}

bool matches(const Store& store, const Problem& problem, const Selector& all) {
  return std::ranges::all_of(all, [&](const Criterion& one) {
    auto const* test = std::ranges::find(kTests, std::string_view(one.name), &Test::name);
    return test->holds(store, problem, one);
  });
}

std::optional<http::Response> sort_problems(const Call& call, std::vector<const Problem*>& rows) {
  auto const by = call.text("sort").value_or("-startTime");
  auto const parts = split(by, ',');
  for (auto const& whole : std::vector(parts.rbegin(), parts.rend())) {
    auto name = trim(whole);
    auto const is_down = name.starts_with('-');
    if (is_down || name.starts_with('+')) name.remove_prefix(1);
    if (name != "startTime" && name != "status" && name != "relevance") {
      return violation("sort", fmt::format("Unknown sort property '{}'", name));
    }
    if (name == "relevance") continue;
    auto const key = [&](const Problem* one) {
      return name == "status" ? std::int64_t{one->end.has_value()} : to_millis(one->start);
    };
    sort_keeping_order(rows, [&](auto const* a, auto const* b) {
      return is_down ? key(a) > key(b) : key(a) < key(b);
    });
  }
  return std::nullopt;
}

http::Response list_problems(World& world, Call& call) {
  // "The field is valid only for the current page": fields may stand beside a key.
  if (auto refused = turn_page(call, {"fields"})) return *std::move(refused);
  DAVIT_TRY(auto const timeframe, read_timeframe(call, "now-2h"));
  DAVIT_TRY(auto const selector, read_selector(call));
  std::vector<const Entity*> entities;
  if (auto const text = call.text("entitySelector")) {
    DAVIT_TRY(entities, select_entities(world.store, *text));
  }
  std::vector<const Problem*> rows;
  for (auto const& problem : world.store.problems) {
    if (!timeframe.overlaps(problem.start, problem.end.value_or(call.now))) continue;
    if (!matches(world.store, problem, selector)) continue;
    auto const is_about = [&](const Entity* one) {
      return std::ranges::find(problem.affected, one->id) != problem.affected.end();
    };
    if (call.has("entitySelector") && std::ranges::none_of(entities, is_about)) continue;
    rows.push_back(&problem);
  }
  if (auto refused = sort_problems(call, rows)) return *std::move(refused);
  return paged_rows(call, {.name = "problems"}, rows, [&](const Problem& problem) {
    return show_problem(world.store, call, problem);
  });
}

http::Response get_problem(World& world, Call& call) {
  auto const* problem = world.store.find_problem(call.arg("id"));
  if (problem == nullptr) return no_problem(call);
  return json_answer(show_problem(world.store, call, *problem));
}

// 204 when it is closed already: the vendor's document.
http::Response close_problem(World& world, Call& call) {
  auto* problem = world.store.find_problem(call.arg("id"));
  if (problem == nullptr) return no_problem(call);
  if (!json::find_string(call.body, "message")) return bad_body("message", "must not be null");
  if (problem->end) return no_content();
  problem->end = call.now;
  auto const& comment = add_comment(world, *problem, call.now, body_text(call, "message"), "");
  return json_answer(json::Object{
      {"problemId", problem->id},
      {"comment", show_comment(comment)},
      {"closeTimestamp", to_millis(call.now)},
      {"closing", true},
  });
}

constexpr Row kRoutes[] = {
    {get, "/problems", list_problems},
    {get, "/problems/:id", get_problem},
    {post, "/problems/:id/close", close_problem},
};

}  // namespace

std::span<const Row> problem_routes() { return kRoutes; }

}  // namespace davit::sandbox::dynatrace
