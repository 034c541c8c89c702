#include "release/contract_schema.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::release {
namespace {

constexpr std::size_t kMaxDepth = 64;  // of schemas in schemas
constexpr std::size_t kMaxText = 80;   // bytes of a name or value in a message
constexpr std::size_t kMaxPath = 400;  // bytes

// "string", "integer", or "object with `a`, `b`": enough to know an alternative by.
std::string describe(const Shape& shape) {
  auto text = to_text(shape.types());
  auto const names = shape.required();
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 3); ++i) {
    text += fmt::format("{} `{}`", i == 0 ? " with" : ",", shown(names[i]));
  }
  return text;
}

// What an alternative has become: the only other one of its type, or that in its place.
const Shape* counterpart(const Shape& one, std::size_t index, const std::vector<Shape>& others) {
  auto const is_alike = [&one](const Shape& other) { return other.types() == one.types(); };
  if (std::ranges::count_if(others, is_alike) == 1) {
    return &*std::ranges::find_if(others, is_alike);
  }
  return index < others.size() && is_alike(others[index]) ? &others[index] : nullptr;
}

std::string problem_of(const std::vector<Shape>& ways) {
  auto const place =
      std::ranges::find_if(ways, [](const Shape& way) { return !way.problem().empty(); });
  return place == ways.end() ? "" : place->problem();
}

}  // namespace

std::string shown(std::string_view text) {
  std::string out(utf8_prefix(text, kMaxText));
  for (auto& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return out.size() < text.size() ? out + "..." : out;
}

std::string shown(const json::Value& value) {
  if (!value.is_structured()) return shown(json::to_text(value));
  auto const is_list = value.is_array();
  auto const size = is_list ? value.get_array().size() : value.get_object().size();
  if (size > 8) return is_list ? "[...]" : "{...}";
  return shown(json::to_text(value));
}

Weight SchemaComparison::weigh(Turn turn) const {
  switch (turn) {
    case Turn::neither: return Weight::cosmetic;
    case Turn::both: return Weight::breaking;
    case Turn::narrower:
      return direction_ == Direction::input ? Weight::breaking : Weight::additive;
    case Turn::wider: return direction_ == Direction::input ? Weight::additive : Weight::breaking;
  }
  return Weight::breaking;
}

void SchemaComparison::find(Turn turn, const std::string& path, std::string what) {
  if (budget_.changes == 0) return;
  --budget_.changes;
  auto const is_input = direction_ == Direction::input;
  auto place = path.empty() ? std::string(is_input ? "the arguments" : "the result")
                            : fmt::format("{} `{}`", is_input ? "argument" : "field", path);
  findings_.push_back({turn, fmt::format("{}: {}", std::move(place), what)});
}

std::vector<SchemaChange> SchemaComparison::changes() const {
  std::vector<SchemaChange> changes;
  changes.reserve(findings_.size());
  for (auto const& finding : findings_) changes.push_back({weigh(finding.turn), finding.what});
  return changes;
}

void SchemaComparison::compare(
    const json::Value* before, const json::Value* after, const std::string& path
) {
  if (!budget_.take() || (before == nullptr && after == nullptr)) return;
  if (open_.size() >= kMaxDepth || path.size() > kMaxPath) {
    return find(Turn::both, path, "it is nested too deeply to be compared");
  }
  auto const [place, is_new] = open_.emplace(before, after);
  if (!is_new) return;
  Shape old_shape(before, before_root_);
  Shape new_shape(after, after_root_);
  if (path.empty()) {
    // Arguments and structured results are objects, whatever the schema says.
    old_shape.limit_to(kObject);
    new_shape.limit_to(kObject);
  }
  compare_ways(
      old_shape,
      new_shape,
      path,
      before != nullptr && after != nullptr && same(*before, *after, budget_)
  );
  open_.erase(place);
}

// `is_same` when both are written in the same way; what they refer to may differ.
void SchemaComparison::compare_ways(
    const Shape& before, const Shape& after, const std::string& path, bool is_same
) {
  auto was = before.branches();
  auto is = after.branches();
  auto const old_problem = problem_of(was);
  auto const new_problem = problem_of(is);
  if (!old_problem.empty() || !new_problem.empty()) {
    if (is_same && old_problem == new_problem) return;
    auto const whose = new_problem.empty() ? "old" : "new";
    auto const& problem = new_problem.empty() ? old_problem : new_problem;
    return find(
        Turn::both, path, fmt::format("cannot be compared: in the {} schema, {}", whose, problem)
    );
  }
  compare_annotations(before, after, path);
  if (was.size() == 1 && is.size() == 1) return compare_shapes(was.front(), is.front(), path);
  if (was.size() == 1) was = was.front().by_type();
  if (is.size() == 1) is = is.front().by_type();
  compare_branches(was, is, path);
}

// True when every value of one passes the other. What is found on the way is forgotten.
bool SchemaComparison::is_within(const Shape& inner, const Shape& outer, bool inner_is_before) {
  auto const mark = findings_.size();
  auto const changes = budget_.changes;
  budget_.changes = std::max<std::size_t>(changes, 1);
  compare_shapes(inner_is_before ? inner : outer, inner_is_before ? outer : inner, "");
  auto const bad = inner_is_before ? Turn::narrower : Turn::wider;
  auto const found = std::any_of(
      findings_.begin() + static_cast<std::ptrdiff_t>(mark),
      findings_.end(),
      [bad](const Finding& finding) { return finding.turn == bad || finding.turn == Turn::both; }
  );
  findings_.resize(mark);
  budget_.changes = changes;
  return !found;
}

// Of an alternative that lists its values: whether each is one of another's. The first that is not
// is told.
bool SchemaComparison::takes_values(
    const Shape& shape, const std::vector<Shape>& outer, std::string* first_other
) {
  auto const values = shape.values();
  if (!values) return false;
  return std::ranges::all_of(*values, [&](const json::Value* value) {
    auto const has_it = std::ranges::any_of(outer, [&](const Shape& other) {
      auto const others = other.values();
      return others && std::ranges::any_of(*others, [&](const json::Value* one) {
               return same(*value, *one, budget_);
             });
    });
    if (!has_it) *first_other = shown(*value);
    return has_it;
  });
}

// Each old alternative has to lie within a new one, else less passes; and each new one within an
// old one, else more does. Alternatives of the same type are compared with each other, so that the
// reader learns what it is.
void SchemaComparison::compare_branches(
    const std::vector<Shape>& before, const std::vector<Shape>& after, const std::string& path
) {
  std::vector<const Shape*> explained;
  auto const look_at = [&](std::size_t index, bool is_before) {
    auto const& one = is_before ? before[index] : after[index];
    auto const& others = is_before ? after : before;
    if (!budget_.take()) return;
    std::string value;
    if (takes_values(one, others, &value)) return;
    auto const is_covered = std::ranges::any_of(others, [&](const Shape& other) {
      return is_within(one, other, is_before);
    });
    if (is_covered || std::ranges::find(explained, &one) != explained.end()) return;
    auto const* other = value.empty() ? counterpart(one, index, others) : nullptr;
    if (other != nullptr) {
      explained.push_back(other);
      return is_before ? compare_shapes(one, *other, path) : compare_shapes(*other, one, path);
    }
    auto const what = value.empty() ? describe(one) : value;
    if (is_before) {
      find(Turn::narrower, path, fmt::format("may no longer be {}", what));
    } else {
      find(Turn::wider, path, fmt::format("may be {} now", what));
    }
  };
  for (std::size_t i = 0; i < before.size(); ++i) look_at(i, true);
  for (std::size_t i = 0; i < after.size(); ++i) look_at(i, false);
}

void SchemaComparison::compare_shapes(
    const Shape& before, const Shape& after, const std::string& path
) {
  if (!budget_.take()) return;
  auto const old_types = before.types();
  auto const new_types = after.types();
  auto const common = static_cast<Types>(old_types & new_types);
  if (old_types != new_types && !(before.values() && after.values())) {
    auto const turn = common == old_types   ? Turn::wider
                      : common == new_types ? Turn::narrower
                                            : Turn::both;
    find(turn, path, fmt::format("is {} now, and was {}", to_text(new_types), to_text(old_types)));
  }
  compare_values(before, after, path);
  if ((common & kObject) != 0) compare_properties(before, after, path);
  if ((common & kArray) != 0) compare_elements(before, after, path);
  compare_bounds(before, after, common, path);
  compare_facets(before, after, common, path);
  compare_allof(before, after, path);
  compare_unknown(before, after, path);
}

std::vector<SchemaChange> compare_schemas(
    Direction direction, const json::Value& before, const json::Value& after, Budget& budget
) {
  if (same(before, after, budget)) return {};
  SchemaComparison comparison(direction, before, after, budget);
  comparison.compare(&before, &after, "");
  auto changes = comparison.changes();
  if (comparison.is_unfinished()) {
    changes.push_back(
        {Weight::breaking,
         fmt::format(
             "{} schema differs and is too large to be compared to the end",
             direction == Direction::input ? "the input" : "the output"
         )}
    );
  }
  return changes;
}

}  // namespace davit::release
