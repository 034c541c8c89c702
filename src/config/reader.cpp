#include "config/reader.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "base/strings.h"
#include "config/one_line.h"
#include "config/units.h"
#include "config/value_text.h"

namespace davit::config {
namespace {

// What a reader of one map carries along.
struct Reading {
  std::span<const Part> parts;
  Report& report;
};

void complain(Report& report, const std::string& place, std::string key, std::string message) {
  report.problems.push_back({place, std::move(key), std::move(message)});
}

std::string_view name_of(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::null: return "nothing";
    case Node::Kind::scalar: return "one value";
    case Node::Kind::list: return "a list";
    case Node::Kind::map: return "a map";
  }
  return "";
}

// The next step of the rows' keys behind `prefix`: "limits" and "port" at the top.
std::vector<std::string_view> keys_behind(std::span<const Part> parts, std::string_view prefix) {
  std::vector<std::string_view> keys;
  for (auto const& part : parts) {
    for (auto const& row : part.rows) {
      if (!row.key.starts_with(prefix)) continue;
      auto const rest = row.key.substr(prefix.size());
      auto const key = rest.substr(0, rest.find('.'));
      if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
    }
  }
  return keys;
}

struct Found {
  const Row* row = nullptr;
  void* object = nullptr;  // that the row fills
};

Found find_row(std::span<const Part> parts, std::string_view key) {
  for (auto const& part : parts) {
    auto const row = std::ranges::find(part.rows, key, &Row::key);
    if (row != part.rows.end()) return {&*row, part.object};
  }
  return {};
}

std::string unknown_key(std::string_view key, std::span<const std::string_view> known) {
  if (auto const near = nearest(key, known); !near.empty()) {
    return fmt::format("unknown key; did you mean `{}`?", near);
  }
  return fmt::format("unknown key; known here: {}", fmt::join(known, ", "));
}

// A list's texts, or what is wrong.
Parsed parse_list(const Row& row, const Node& node) {
  if (node.kind != Node::Kind::list) {
    return {.wrong = fmt::format("expected a list such as [a, b], found {}", name_of(node.kind))};
  }
  std::vector<std::string> texts;
  for (auto const& item : node.items) {
    if (item.kind != Node::Kind::scalar) {
      return {.wrong = fmt::format("expected a list of texts, found {} in it", name_of(item.kind))};
    }
    if (auto wrong = check_text(row, item.text); !wrong.empty()) {
      return {.wrong = std::move(wrong)};
    }
    texts.push_back(item.text);
  }
  return {.value = std::move(texts)};
}

Parsed parse_node(const Row& row, const Node& node) {
  if (node.kind == Node::Kind::null) {
    return {.wrong = "has no value; leave the line out to take the default"};
  }
  if (row.target.type == Type::list) return parse_list(row, node);
  if (node.kind != Node::Kind::scalar) {
    return {.wrong = fmt::format("expected {}, found {}", expectation(row), name_of(node.kind))};
  }
  if (node.quoted && row.target.type != Type::text && row.target.type != Type::choice) {
    return {.wrong = fmt::format("expected {}, found text; remove the quotes", expectation(row))};
  }
  return parse_value(row, node.text);
}

void store(
    const Row& row,
    Parsed parsed,
    std::string key,
    const std::string& place,
    void* object,
    Report& report
) {
  if (!parsed.wrong.empty()) {
    return complain(report, place, std::move(key), std::move(parsed.wrong));
  }
  row.target.set(object, std::move(parsed.value));
  report.origins.insert_or_assign(std::move(key), place);
}

// Reads the entries of one map. `prefix` is what the rows' keys have in front there, "limits.".
void read_map(
    const Reading& reading, const Node& node, const std::string& path, const std::string& prefix
) {
  auto const known = keys_behind(reading.parts, prefix);
  for (auto const& entry : node.items) {
    auto const key = join_key(path, entry.key);
    auto const inner = prefix + entry.key;
    auto const [row, object] = find_row(reading.parts, inner);
    if (std::ranges::find(known, entry.key) == known.end()) {
      complain(reading.report, place_of(entry), key, unknown_key(entry.key, known));
    } else if (row != nullptr && row->target.type != Type::nested) {
      store(*row, parse_node(*row, entry), key, place_of(entry), object, reading.report);
    } else if (entry.kind != Node::Kind::map && entry.kind != Node::Kind::null) {
      auto wrong = fmt::format("expected a map, found {}", name_of(entry.kind));
      complain(reading.report, place_of(entry), key, std::move(wrong));
    } else if (row == nullptr) {
      read_map(reading, entry, key, inner + '.');
    }
  }
}

const Node* find_path(const Node& node, std::string_view key) {
  auto const* at = &node;
  for (auto const step : split(key, '.')) {
    at = at->find(step);
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::string summary(const Row& row) {
  std::string text(expectation(row));
  auto const most = std::min(row.range.most, row.target.most);
  if (auto const range = range_text(row.target.type, row.range.least, most); !range.empty()) {
    text += ", " + range;
  }
  return text;
}

}  // namespace

std::string to_text(const std::vector<Problem>& problems) {
  std::string text;
  for (auto const& problem : problems) {
    if (!text.empty()) text += '\n';
    for (auto const& part : {problem.place, on_one_line(problem.key)}) {
      if (!part.empty()) text += part + ": ";
    }
    text += on_one_line(problem.message);
  }
  return text;
}

std::string join_key(std::string_view prefix, std::string_view key) {
  return prefix.empty() ? std::string(key) : fmt::format("{}.{}", prefix, key);
}

std::string environment_name(std::string_view key) {
  std::string name = "DAVIT_";
  for (auto const c : key) {
    auto const is_lower = c >= 'a' && c <= 'z';
    name += c == '.' || c == '-' ? '_' : is_lower ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

std::string flag_name(std::string_view key) {
  std::string name = "--";
  for (auto const c : key) name += c == '.' || c == '_' ? '-' : c;
  return name;
}

std::string_view check_name(std::string_view name) {
  constexpr std::string_view kFirst = "abcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view kRest = "abcdefghijklmnopqrstuvwxyz0123456789-";
  // YAML reads `null` as nothing.
  if (!name.empty() && name.size() <= 32 && name != "null" &&
      kFirst.find(name[0]) != std::string_view::npos &&
      name.find_first_not_of(kRest) == std::string_view::npos) {
    return {};
  }
  return "a name is at most 32 of a-z, 0-9 and -, begins with a letter, and is not `null`";
}

void read_parts(
    const Node& node, std::string_view path, std::span<const Part> parts, Report& report
) {
  if (node.kind != Node::Kind::map && node.kind != Node::Kind::null) {
    complain(
        report,
        place_of(node),
        std::string(path),
        fmt::format("expected a map of settings, found {}", name_of(node.kind))
    );
    return;
  }
  for (auto const& part : parts) {
    for (auto const& row : part.rows) {
      if (!row.required || find_path(node, row.key) != nullptr) continue;
      auto wrong = fmt::format("is missing. {}", row.doc);
      complain(report, place_of(node), join_key(path, row.key), std::move(wrong));
    }
  }
  read_map({parts, report}, node, std::string(path), "");
}

void read_rows(
    const Node& node, std::string_view path, std::span<const Row> rows, void* object, Report& report
) {
  Part const part{rows, object};
  read_parts(node, path, {&part, 1}, report);
}

void read_row_text(
    const Row& row, std::string_view text, const std::string& place, void* object, Report& report
) {
  if (row.target.type != Type::list) {
    return store(row, parse_value(row, text), std::string(row.key), place, object, report);
  }
  Node list;
  list.kind = Node::Kind::list;
  for (auto const piece : split(text, ',')) {
    auto& item = list.items.emplace_back();
    item.kind = Node::Kind::scalar;
    item.text = trim(piece);
  }
  store(row, parse_list(row, list), std::string(row.key), place, object, report);
}

void print_rows(
    std::string& out,
    std::size_t indent,
    std::string_view path,
    std::span<const Row> rows,
    const void* object,
    const Origins& origins
) {
  std::string_view open;  // the map that the last lines stand in
  for (auto const& row : rows) {
    if (row.target.type == Type::nested) continue;
    auto const text = format_value(row, row.target.get(object));
    if (text.empty()) continue;
    auto const dot = row.key.find('.');
    auto const map = dot == std::string_view::npos ? std::string_view() : row.key.substr(0, dot);
    if (map != open && !map.empty()) out += fmt::format("{:{}}{}:\n", "", indent, map);
    open = map;
    auto const origin = origins.find(join_key(path, row.key));
    out += fmt::format(
        "{:{}}{}: {}  # {}{}\n",
        "",
        indent + (map.empty() ? 0 : 2),
        map.empty() ? row.key : row.key.substr(dot + 1),
        text,
        origin == origins.end() ? "" : "from ",
        origin == origins.end() ? "default" : origin->second
    );
  }
}

std::string describe_rows(std::span<const Row> rows, const void* defaults) {
  std::string text = "| Key | Kind | Default | Meaning |\n| --- | --- | --- | --- |\n";
  for (auto const& row : rows) {
    std::string standard;
    if (row.required) {
      standard = "required ";
    } else if (row.target.type != Type::nested) {
      auto const value = format_value(row, row.target.get(defaults));
      if (!value.empty()) standard = fmt::format("`{}` ", value);
    }
    text += fmt::format("| `{}` | {} | {}| {} |\n", row.key, summary(row), standard, row.doc);
  }
  return text;
}

}  // namespace davit::config
