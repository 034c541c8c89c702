#include "sandbox/dynatrace/entity_selector.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::sandbox::dynatrace {
namespace {

bool matches(const Store& store, const Entity& entity, const Criterion& one, bool with_case);

bool any_value(
    const Criterion& one, bool (*holds)(std::string_view, std::string_view), std::string_view text
) {
  return std::ranges::any_of(one.values, [&](auto const& value) { return holds(text, value); });
}

bool has_tag(const Entity& entity, const Criterion& one) {
  return std::ranges::any_of(one.values, [&](std::string wanted) {
    constexpr std::string_view kContext = "[CONTEXTLESS]";
    if (wanted.starts_with(kContext)) wanted.erase(0, kContext.size());
    return std::ranges::find(entity.tags, wanted) != entity.tags.end();
  });
}

struct NameTest {
  std::string_view name;
  bool (*holds)(std::string_view text, std::string_view value);
};

constexpr NameTest kNameTests[] = {
    {"entityName", [](auto text, auto value) { return text == value; }},
    {"entityName.equals", [](auto text, auto value) { return text == value; }},
    {"entityName.in", [](auto text, auto value) { return text == value; }},
    {"entityName.startsWith", [](auto text, auto value) { return text.starts_with(value); }},
    {"entityName.contains",
     [](auto text, auto value) { return text.find(value) != std::string_view::npos; }},
};

constexpr std::string_view kKnown[] = {
    "type", "entityId", "tag", "mzName", "mzId", "healthState", "not", "caseSensitive"
};

bool matches_name(const Entity& entity, const Criterion& one, const NameTest& test, bool exact) {
  if (exact) return any_value(one, test.holds, entity.name);
  auto const name = to_lower(entity.name);
  return std::ranges::any_of(one.values, [&](auto const& value) {
    return test.holds(name, to_lower(value));
  });
}

// fromRelationships.runsOn(...): this entity is the FROM end.
bool is_related(const Store& store, const Entity& entity, const Criterion& one, bool is_from) {
  auto const kind = std::string_view(one.name).substr(one.name.find('.') + 1);
  auto const fits = [&](const Entity& other) {
    return std::ranges::all_of(one.nested, [&](auto const& inner) {
      return matches(store, other, inner, false);
    });
  };
  auto const links = [&](const Entity& from, const Entity& to) {
    return std::ranges::any_of(from.relations, [&](auto const& relation) {
      return relation.first == kind && relation.second == to.id;
    });
  };
  return std::ranges::any_of(store.entities, [&](auto const& pair) {
    auto const& other = pair.second;
    return (is_from ? links(entity, other) : links(other, entity)) && fits(other);
  });
}

bool matches(const Store& store, const Entity& entity, const Criterion& one, bool with_case) {
  if (one.name == "type") return one.has(entity.type);
  if (one.name == "entityId") return one.has(entity.id);
  if (one.name == "tag") return has_tag(entity, one);
  if (one.name == "mzName") return one.has(entity.zone);
  if (one.name == "mzId") return !entity.zone.empty() && one.has(zone_id(entity.zone));
  if (one.name == "healthState") {
    return one.has(store.is_healthy(entity.id) ? "HEALTHY" : "UNHEALTHY");
  }
  if (one.name == "not") return !matches(store, entity, one.nested.front(), with_case);
  if (one.name == "caseSensitive") return matches(store, entity, one.nested.front(), true);
  if (one.name.starts_with("fromRelationships.")) return is_related(store, entity, one, true);
  if (one.name.starts_with("toRelationships.")) return is_related(store, entity, one, false);
  auto const* test = std::ranges::find(kNameTests, std::string_view(one.name), &NameTest::name);
  return test != std::end(kNameTests) && matches_name(entity, one, *test, with_case);
}

std::optional<http::Response> check(const Criterion& one, std::string_view parameter) {
  auto const is_relation =
      one.name.starts_with("fromRelationships.") || one.name.starts_with("toRelationships.");
  auto const takes_nested = is_relation || one.name == "not" || one.name == "caseSensitive";
  auto const is_known =
      is_relation || std::ranges::find(kKnown, std::string_view(one.name)) != std::end(kKnown) ||
      std::ranges::find(kNameTests, std::string_view(one.name), &NameTest::name) !=
          std::end(kNameTests);
  if (!is_known) return violation(parameter, fmt::format("Unknown criterion '{}'", one.name));
  if (takes_nested == one.nested.empty()) {
    return violation(parameter, fmt::format("Criterion '{}' has a wrong argument", one.name));
  }
  for (auto const& inner : one.nested) {
    if (auto wrong = check(inner, parameter)) return wrong;
  }
  return std::nullopt;
}

}  // namespace

Or<std::vector<const Entity*>> select_entities(
    const Store& store, std::string_view selector, std::string_view parameter
) {
  if (selector.size() > 2000) {
    return violation(parameter, "The entity selector must not be longer than 2000 characters");
  }
  DAVIT_TRY(auto const all, parse_selector(selector, parameter));
  auto const is_anchor = [](const Criterion& one) {
    return one.name == "type" || one.name == "entityId";
  };
  if (std::ranges::none_of(all, is_anchor)) {
    return violation(parameter, "Either type or entityId must be set in the entity selector");
  }
  for (auto const& one : all) {
    if (auto wrong = check(one, parameter)) return *std::move(wrong);
  }
  std::vector<const Entity*> found;
  for (auto const& [id, entity] : store.entities) {
    auto const fits = std::ranges::all_of(all, [&](auto const& one) {
      return matches(store, entity, one, false);
    });
    if (fits) found.push_back(&entity);
  }
  return found;
}

}  // namespace davit::sandbox::dynatrace
