#include "sandbox/servicenow/query.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/servicenow/query_term.h"
#include "sandbox/servicenow/values.h"

namespace davit::sandbox::servicenow {
namespace {

struct Order {
  std::string field;
  bool is_descending = false;
};

// Alternatives, of which one must hold.
using Clause = std::vector<Term>;

// Clauses, all of which must hold. A query holds when one of its groups does.
using Group = std::vector<Clause>;

struct Query {
  std::vector<Group> groups{Group()};
  std::vector<Order> order;
};

// At single carets; "^^" is a caret in a value (GlideStringUtil.escapeQueryTermSeparator).
std::vector<std::string> pieces(std::string_view query) {
  std::vector<std::string> all{std::string()};
  for (std::size_t i = 0; i < query.size(); ++i) {
    if (query[i] != '^') {
      all.back() += query[i];
    } else if (i + 1 < query.size() && query[i + 1] == '^') {
      all.back() += '^';
      ++i;
    } else {
      all.emplace_back();
    }
  }
  return all;
}

bool take(std::string_view& text, std::string_view start) {
  if (!text.starts_with(start)) return false;
  text.remove_prefix(start.size());
  return true;
}

Query parse(const World& world, std::string_view table, std::string_view encoded) {
  Query query;
  auto const all = pieces(encoded);
  for (std::string_view piece : all) {
    if (piece.empty() || piece == "EQ" || piece.starts_with("GROUPBY")) continue;
    if (take(piece, "ORDERBYDESC")) {
      query.order.push_back({std::string(piece), true});
      continue;
    }
    if (take(piece, "ORDERBY")) {
      query.order.push_back({std::string(piece), false});
      continue;
    }
    auto is_alternative = false;
    if (take(piece, "NQ")) {
      query.groups.emplace_back();
    } else if (take(piece, "OR")) {
      is_alternative = true;
    }
    auto term = parse_term(world, table, piece);
    auto& group = query.groups.back();
    if (!is_alternative || group.empty()) group.emplace_back();
    if (term) group.back().push_back(*std::move(term));
  }
  return query;
}

bool holds(const World& world, const Clause& clause, const Record& record) {
  // Empty when all its fields are unknown.
  return clause.empty() ||
         std::ranges::any_of(clause, [&](const Term& term) { return holds(world, term, record); });
}

bool holds(const World& world, const Query& query, const Record& record) {
  return std::ranges::any_of(query.groups, [&](const Group& group) {
    return std::ranges::all_of(group, [&](const Clause& clause) {
      return holds(world, clause, record);
    });
  });
}

// References are ordered by what they show.
std::string order_key(const World& world, const Record& record, std::string_view path) {
  auto const field = resolve(world, record, path);
  if (!field) return {};
  return field->column->type == Type::reference ? display_value(world, *field)
                                                : stored_value(*field);
}

struct Row {
  std::vector<std::string> keys;
  std::size_t index = 0;
  Record* record = nullptr;
};

bool comes_before(const Query& query, const Row& a, const Row& b) {
  for (std::size_t i = 0; i < query.order.size(); ++i) {
    auto const compared = compare(a.keys[i], b.keys[i]);
    if (compared != 0) return query.order[i].is_descending ? compared > 0 : compared < 0;
  }
  return a.index < b.index;
}

}  // namespace

std::vector<Record*> run_query(
    const World& world, std::string_view table, std::string_view encoded
) {
  auto const query = parse(world, table, encoded);
  std::vector<Row> rows;
  for (auto* record : world.all(table)) {
    if (!holds(world, query, *record)) continue;
    Row row{{}, rows.size(), record};
    for (auto const& order : query.order) {
      row.keys.push_back(order_key(world, *record, order.field));
    }
    rows.push_back(std::move(row));
  }
  std::ranges::sort(rows, [&](const Row& a, const Row& b) { return comes_before(query, a, b); });
  std::vector<Record*> found;
  found.reserve(rows.size());
  for (auto const& row : rows) found.push_back(row.record);
  return found;
}

}  // namespace davit::sandbox::servicenow
