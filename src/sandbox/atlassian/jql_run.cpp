#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/atlassian/answers.h"
#include "sandbox/atlassian/jql.h"
#include "sandbox/atlassian/jql_fields.h"
#include "sandbox/atlassian/jql_text.h"
#include "sandbox/atlassian/jql_time.h"

namespace davit::sandbox::atlassian {
namespace {

using Test = std::function<bool(const Issue&)>;

struct Compiler {
  const Store& store;

  Or<Test> compile(const JqlNode& node) const {
    if (node.kind == JqlNode::Kind::test) return test(node);
    std::vector<Test> parts;
    for (auto const& child : node.children) {
      DAVIT_TRY(auto part, compile(child));
      parts.push_back(std::move(part));
    }
    auto const kind = node.kind;
    return Test([parts, kind](const Issue& issue) {
      auto const holds = [&](const Test& one) { return one(issue); };
      if (kind == JqlNode::Kind::all) return std::ranges::all_of(parts, holds);
      if (kind == JqlNode::Kind::any) return std::ranges::any_of(parts, holds);
      return !parts.front()(issue);
    });
  }

  Or<Test> test(const JqlNode& node) const {
    auto const* field = find_jql_field(node.field);
    if (field == nullptr) {
      return error(
          400,
          fmt::format(
              "Field '{}' does not exist or you do not have permission to view it.", node.field
          )
      );
    }
    auto const is_order = node.op.starts_with('<') || node.op.starts_with('>');
    auto const is_text_op = node.op == "~" || node.op == "!~";
    auto const asks_empty =
        node.op.starts_with("is") || (node.operands.size() == 1 && node.operands[0].is_empty);
    if (node.op.starts_with("is") && !node.operands[0].is_empty) {
      return error(
          400, fmt::format("The operator '{}' can only be used with EMPTY or NULL.", node.op)
      );
    }
    if (asks_empty && !is_order) {
      return emptiness(*field, node.op == "is" || node.op == "=" || node.op == "in");
    }
    auto const fits = field->kind == JqlKind::text   ? is_text_op
                      : field->kind == JqlKind::list ? !is_text_op && (!is_order || field->order)
                                                     : !is_text_op;
    if (!fits) {
      return error(
          400,
          fmt::format("The operator '{}' is not supported by the '{}' field.", node.op, node.field)
      );
    }
    if (field->kind == JqlKind::text) return text_test(node, *field);
    if (field->kind == JqlKind::list && !is_order) return list_test(node, *field);
    return order_test(node, *field);
  }

  Or<Test> emptiness(const JqlField& field, bool wanted) const {
    auto const* store_ptr = &store;
    return Test([&field, wanted, store_ptr](const Issue& issue) {
      auto const is_empty = field.values != nullptr ? field.values(*store_ptr, issue).empty()
                                                    : !field.order(*store_ptr, issue);
      return is_empty == wanted;
    });
  }

  Or<Test> text_test(const JqlNode& node, const JqlField& field) const {
    auto const wanted = to_lower(node.operands[0].text);
    auto const is_not = node.op == "!~";
    auto const* store_ptr = &store;
    return Test([&field, wanted, is_not, store_ptr](const Issue& issue) {
      auto const values = field.values(*store_ptr, issue);
      auto const found = std::ranges::any_of(values, [&](const std::string& value) {
        return is_in_text(value, wanted);
      });
      return found != is_not;
    });
  }

  // What a function stands for.
  Or<std::vector<std::string>> call(const JqlOperand& operand) const {
    auto const name = to_lower(operand.text);
    if (name == "currentuser") return std::vector{std::string(kCallerId)};
    constexpr std::pair<std::string_view, std::string_view> kSprints[] = {
        {"opensprints", "active"}, {"futuresprints", "future"}, {"closedsprints", "closed"}
    };
    constexpr std::pair<std::string_view, bool> kVersions[] = {
        {"releasedversions", true}, {"unreleasedversions", false}
    };
    std::vector<std::string> ids;
    for (auto const& [function, state] : kSprints) {
      if (name != function) continue;
      for (auto const& one : store.sprints) {
        if (one.state == state) ids.push_back(fmt::format("{}", one.id));
      }
      return ids;
    }
    for (auto const& [function, is_released] : kVersions) {
      if (name != function) continue;
      for (auto const& one : store.versions) {
        if (one.is_released == is_released) ids.push_back(fmt::format("{}", one.id));
      }
      return ids;
    }
    return error(400, fmt::format("Unable to find JQL function '{}()'.", operand.text));
  }

  // Positive tests of a list field want one of the values; negative ones also leave out issues
  // whose field is empty, as Jira does.
  Or<Test> list_test(const JqlNode& node, const JqlField& field) const {
    std::vector<std::string> wanted;
    bool wants_empty = false;
    for (auto const& operand : node.operands) {
      if (operand.is_empty) {
        wants_empty = true;
      } else if (operand.is_function) {
        DAVIT_TRY(auto ids, call(operand));
        wanted.insert(wanted.end(), ids.begin(), ids.end());
      } else {
        wanted.push_back(to_lower(operand.text));
        if (auto refused = check(node, field, operand.text)) return *std::move(refused);
      }
    }
    auto const is_not = node.op == "!=" || node.op == "not in";
    auto const* store_ptr = &store;
    return Test([&field, wanted, wants_empty, is_not, store_ptr](const Issue& issue) {
      auto const values = field.values(*store_ptr, issue);
      if (values.empty()) return wants_empty && !is_not;
      auto const found = std::ranges::any_of(values, [&](const std::string& value) {
        return std::ranges::find(wanted, value) != wanted.end();
      });
      return found != is_not;
    });
  }

  std::optional<http::Response> check(
      const JqlNode& node, const JqlField& field, const std::string& operand
  ) const {
    if (field.known == nullptr) return std::nullopt;
    auto const known = field.known(store);
    if (std::ranges::find(known, to_lower(operand)) != known.end()) return std::nullopt;
    auto const is_key = field.names.front() == "key" || field.names.front() == "parent";
    return error(
        400,
        is_key
            ? fmt::format(
                  "An issue with key '{}' does not exist for field '{}'.", operand, node.field
              )
            : fmt::format("The value '{}' does not exist for the field '{}'.", operand, node.field)
    );
  }

  Or<double> limit(const JqlNode& node, const JqlField& field) const {
    auto const& operand = node.operands[0];
    std::optional<double> value;
    if (field.kind == JqlKind::date) {
      value = jql_time(operand, store.now);
    } else if (field.kind == JqlKind::number) {
      auto const parsed = json::parse(operand.text);
      if (parsed && parsed->is_number()) value = parsed->to_number<double>();
    } else {
      for (auto const& [id, issue] : store.issues) {
        auto const values = field.values(store, issue);
        if (std::ranges::find(values, to_lower(operand.text)) == values.end()) continue;
        value = field.order(store, issue);
        break;
      }
    }
    if (value) return *value;
    if (field.kind == JqlKind::date) {
      return error(
          400,
          fmt::format(
              "Date value '{}' for field '{}' is invalid. Valid formats include: 'yyyy/MM/dd "
              "HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. "
              "'-5d', '4w 2d'.",
              operand.text,
              node.field
          )
      );
    }
    return error(
        400,
        fmt::format("The value '{}' does not exist for the field '{}'.", operand.text, node.field)
    );
  }

  Or<Test> order_test(const JqlNode& node, const JqlField& field) const {
    std::vector<double> limits;
    for (auto const& operand : node.operands) {
      JqlNode one;
      one.field = node.field;
      one.operands = {operand};
      DAVIT_TRY(auto const value, limit(one, field));
      limits.push_back(value);
    }
    auto const op = node.op;
    auto const* store_ptr = &store;
    return Test([&field, limits, op, store_ptr](const Issue& issue) {
      auto const value = field.order(*store_ptr, issue);
      if (!value) return false;
      auto const is_one = std::ranges::find(limits, *value) != limits.end();
      if (op == "<") return *value < limits[0];
      if (op == ">") return *value > limits[0];
      if (op == "<=") return *value <= limits[0];
      if (op == ">=") return *value >= limits[0];
      return op == "=" || op == "in" ? is_one : !is_one;
    });
  }
};

// What is empty comes last in both directions.
int compare(const Store& store, const JqlField& field, const Issue& a, const Issue& b, bool down) {
  auto const by = [&](auto const& x, auto const& y, bool no_x, bool no_y) {
    if (no_x || no_y) return no_x == no_y ? 0 : no_x ? 1 : -1;
    if (x == y) return 0;
    return (x < y) != down ? -1 : 1;
  };
  if (field.order != nullptr) {
    auto const x = field.order(store, a);
    auto const y = field.order(store, b);
    return by(x, y, !x, !y);
  }
  auto const x = field.values(store, a);
  auto const y = field.values(store, b);
  return by(x, y, x.empty(), y.empty());
}

}  // namespace

Or<std::vector<const Issue*>> run_jql(const Store& store, const JqlQuery& query) {
  Compiler const compiler{store};
  Test fits = [](const Issue&) { return true; };
  if (query.where) {
    DAVIT_TRY(fits, compiler.compile(*query.where));
  }
  std::vector<std::pair<const JqlField*, bool>> order;
  for (auto const& one : query.order) {
    auto const* field = find_jql_field(one.field);
    if (field == nullptr) {
      return error(
          400,
          fmt::format(
              "Not able to sort using field '{}'. Verify that the field is valid and that you "
              "have permission to view it.",
              one.field
          )
      );
    }
    order.emplace_back(field, one.is_descending);
  }
  std::vector<const Issue*> found;
  for (auto const& [id, issue] : store.issues) {
    if (fits(issue)) found.push_back(&issue);
  }
  std::ranges::sort(found, [&](const Issue* a, const Issue* b) {
    for (auto const& [field, is_descending] : order) {
      auto const result = compare(store, *field, *a, *b, is_descending);
      if (result != 0) return result < 0;
    }
    return std::pair(a->created, a->id) > std::pair(b->created, b->id);
  });
  return found;
}

}  // namespace davit::sandbox::atlassian
