// Reader: fills structs from YAML, environment and flags by their tables of rows. It finds all
// mistakes, not only the first, and says of each where it stands and what to write instead.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/row.h"
#include "config/yaml.h"

namespace davit::config {

struct Problem {
  std::string place;  // "davit.yaml:3", "environment DAVIT_PORT"
  std::string key;    // "servers.gitlab.url"; may be empty
  std::string message;
};
// One line each, "davit.yaml:3: servers.gitlab.url: must start with https://", without a newline at
// the end. Keys and messages are from the file: their control characters are not shown.
std::string to_text(const std::vector<Problem>& problems);

// The full key of each value that was given, and the place that gave it.
using Origins = std::map<std::string, std::string, std::less<>>;

struct Report {
  std::vector<Problem> problems;
  Origins origins;
};

// The key of an entry: "servers" and "gitlab" give "servers.gitlab".
std::string join_key(std::string_view prefix, std::string_view key);

// "DAVIT_LIMITS_MAX_BODY" and "--limits-max-body" for "limits.max_body".
std::string environment_name(std::string_view key);
std::string flag_name(std::string_view key);

// A struct and its rows. One map may fill several.
struct Part {
  std::span<const Row> rows;
  void* object = nullptr;
};
void read_parts(
    const Node& node, std::string_view path, std::span<const Part> parts, Report& report
);
void read_rows(
    const Node& node, std::string_view path, std::span<const Row> rows, void* object, Report& report
);
void read_row_text(
    const Row& row, std::string_view text, const std::string& place, void* object, Report& report
);
void print_rows(
    std::string& out,
    std::size_t indent,
    std::string_view path,
    std::span<const Row> rows,
    const void* object,
    const Origins& origins
);
std::string describe_rows(std::span<const Row> rows, const void* defaults);

// Fills `object` from a map; what is wrong goes to the report and leaves its member as it was. A
// null is an empty map. `path` is the full key of the map, empty at the top.
template <class T>
void read(const Node& node, std::string_view path, Table<T> table, T& object, Report& report) {
  read_rows(node, path, table.rows, &object, report);
}

// Sets one member from text that comes from no file; the items of a list are divided by commas. The
// row must be one of the table.
template <class T>
void read_text(
    const Row& row, std::string_view text, const std::string& place, T& object, Report& report
) {
  read_row_text(row, text, place, &object, report);
}

// One entry of a map of named tables, such as `servers:`. Its problems are kept apart, so that one
// bad entry need not spoil the others.
template <class T>
struct Named {
  const Node* node = nullptr;  // lives as long as the map
  T value;
  Report report;
};

// What is wrong with a name that becomes part of paths, host names and labels, or nothing:
// [a-z][a-z0-9-]{0,31}.
std::string_view check_name(std::string_view name);

// Reads every entry of the map `node`. That it is a map is the caller's to check.
template <class T>
std::vector<Named<T>> read_named(const Node& node, std::string_view path, Table<T> table) {
  std::vector<Named<T>> all;
  for (auto const& item : node.items) {
    auto& entry = all.emplace_back();
    entry.node = &item;
    auto const key = join_key(path, item.key);
    if (auto const wrong = check_name(item.key); !wrong.empty()) {
      entry.report.problems.push_back({place_of(item), key, std::string(wrong)});
    }
    read(item, key, table, entry.value, entry.report);
  }
  return all;
}

// Appends what is set, as YAML that can be read again: `port: 8080  # from davitd.yaml:3`. Nested
// rows are left out.
template <class T>
void print(
    std::string& out,
    std::size_t indent,
    std::string_view path,
    Table<T> table,
    const T& object,
    const Origins& origins
) {
  print_rows(out, indent, path, table.rows, &object, origins);
}

// The reference: a Markdown table of key, kind, default and meaning.
template <class T>
std::string describe(Table<T> table, const T& defaults = {}) {
  return describe_rows(table.rows, &defaults);
}

}  // namespace davit::config
