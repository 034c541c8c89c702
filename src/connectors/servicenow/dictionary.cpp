#include "connectors/servicenow/dictionary.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connectors/servicenow/access.h"
#include "connectors/servicenow/api.h"
#include "connectors/servicenow/names.h"
#include "connectors/servicenow/query.h"

namespace davit::connectors::servicenow {
namespace {

using connector::Invocation;

constexpr std::chrono::minutes kAge{30};

// A table extends at most so many, which one request answers by walking through the references.
constexpr std::string_view kParents =
    "name,super_class.name,super_class.super_class.name,super_class.super_class.super_class.name,"
    "super_class.super_class.super_class.super_class.name";

std::string text_at(const json::Value& row, std::string_view name) {
  auto const* object = row.if_object();
  auto const* value = object == nullptr ? nullptr : object->if_contains(name);
  auto const* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(json::view(*text));
}

const json::Array& rows_in(const json::Value& answer) {
  static const json::Array none;
  auto const* rows = json::find_array(answer, "result");
  return rows == nullptr ? none : *rows;
}

// What may not be read is no failure here: there are other ways.
bool is_hidden(const Error& error) {
  return error.kind() == ErrorKind::forbidden || error.kind() == ErrorKind::not_found ||
         error.kind() == ErrorKind::invalid_input;
}

Async<std::vector<std::string>> tables_of(Invocation call, std::string table) {
  auto const path = fmt::format(
      "/api/now/table/sys_db_object?sysparm_query=name={}&sysparm_fields={}&sysparm_limit=1",
      table,
      kParents
  );
  auto const answer = co_await call.get_cached(path, kAge);
  if (!answer && !is_hidden(answer.error())) co_return answer.error();
  if (!answer) remember_empty(call, path);
  std::vector<std::string> tables;
  if (answer && !rows_in(*answer).empty()) {
    for (auto const name : split(kParents, ',')) {
      auto parent = text_at(rows_in(*answer)[0], name);
      if (is_table_name(parent)) tables.push_back(std::move(parent));
    }
  }
  if (tables.empty()) tables.push_back(std::move(table));
  co_return tables;
}

void add_column(const json::Value& row, std::vector<Column>& columns) {
  columns.push_back({
      .name = text_at(row, "element"),
      .label = text_at(row, "column_label"),
      .type = text_at(row, "internal_type"),
      .reference = text_at(row, "reference"),
      .mandatory = text_at(row, "mandatory") == "true",
      .read_only = text_at(row, "read_only") == "true",
      .has_choices = !text_at(row, "choice").empty() && text_at(row, "choice") != "0",
  });
}

// Every table has these, also where their own rows of the dictionary are not found.
void add_common(std::vector<Column>& columns) {
  constexpr std::string_view kCommon[] = {
      "sys_id",
      "sys_created_on",
      "sys_created_by",
      "sys_updated_on",
      "sys_updated_by",
      "sys_mod_count"
  };
  for (auto const name : kCommon) {
    auto const is_there =
        std::ranges::any_of(columns, [&](auto const& c) { return c.name == name; });
    if (!is_there)
      columns.push_back({.name = std::string(name), .type = "string", .read_only = true});
  }
}

Async<Dictionary> from_record(Invocation call, Dictionary dictionary) {
  auto const path = fmt::format("/api/now/table/{}?sysparm_limit=1", dictionary.tables.front());
  DAVIT_CO_TRY(auto const answer, co_await call.get_cached(path, kAge));
  if (rows_in(answer).empty() || !rows_in(answer)[0].is_object()) {
    co_return Error(
        ErrorKind::not_found,
        fmt::format(
            "the fields of {} cannot be read: it does not exist, is empty, or the user may see "
            "neither it nor sys_dictionary; look for its name in sys_db_object",
            dictionary.tables.front()
        )
    );
  }
  dictionary.has_names_only = true;
  for (auto const& member : rows_in(answer)[0].get_object()) {
    dictionary.columns.push_back({.name = std::string(member.key())});
  }
  co_return dictionary;
}

Error no_field(
    std::string_view argument,
    std::string_view table,
    std::string_view name,
    const Dictionary& dictionary
) {
  std::vector<std::string_view> names;
  names.reserve(dictionary.columns.size());
  for (auto const& column : dictionary.columns) names.push_back(column.name);
  auto text = fmt::format("{}: {} has no field '{}'", argument, table, name);
  auto const first = nearest(name, names);
  std::string similar(first);
  auto count = similar.empty() ? 0 : 1;
  for (auto const candidate : names) {
    auto const is_like =
        candidate.size() > 3 && name.size() > 3 && candidate != first &&
        (candidate.find(name) != candidate.npos || name.find(candidate) != name.npos);
    if (!is_like || count >= 5) continue;
    similar += fmt::format("{}{}", count++ == 0 ? "" : ", ", candidate);
  }
  text += similar.empty() ? "; servicenow_describe_table lists them"
                          : fmt::format("; near ones: {}", similar);
  return Error(ErrorKind::invalid_input, std::move(text));
}

Error secret_field(std::string_view argument, std::string_view name) {
  return Error(
      ErrorKind::forbidden,
      fmt::format(
          "{}: '{}' holds a secret, which this server neither reads nor writes", argument, name
      )
  );
}

}  // namespace

const Column* Dictionary::find(std::string_view name) const {
  auto const at = std::ranges::find(columns, name, &Column::name);
  return at == columns.end() ? nullptr : &*at;
}

Async<Dictionary> dictionary_of(Invocation call, std::string table) {
  DAVIT_CO_CHECK(check_readable(table));
  Dictionary dictionary;
  DAVIT_CO_TRY(dictionary.tables, co_await tables_of(call, table));
  auto const path = fmt::format(
      "/api/now/table/sys_dictionary?sysparm_query=nameIN{}%5EelementISNOTEMPTY%5EORDERBYelement"
      "&sysparm_fields=name,element,column_label,internal_type,reference,mandatory,read_only,choice"
      "&sysparm_exclude_reference_link=true&sysparm_limit=2000",
      fmt::join(dictionary.tables, ",")
  );
  auto const answer = co_await call.get_cached(path, kAge);
  if (!answer && !is_hidden(answer.error())) co_return answer.error();
  if (!answer) remember_empty(call, path);
  if (!answer || rows_in(*answer).empty()) {
    co_return co_await from_record(call, std::move(dictionary));
  }
  for (auto const& owner : dictionary.tables) {
    for (auto const& row : rows_in(*answer)) {
      if (text_at(row, "name") != owner || dictionary.find(text_at(row, "element"))) continue;
      add_column(row, dictionary.columns);
    }
  }
  add_common(dictionary.columns);
  co_return dictionary;
}

Async<Column> checked_column(
    Invocation call, std::string table, std::string argument, std::string field
) {
  if (!is_field_name(field)) {
    co_return Error(
        ErrorKind::invalid_input,
        fmt::format("{}: '{}' is no name of a field", argument, utf8_prefix(field, 80))
    );
  }
  auto const steps = split(field, '.');
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (is_secret_field(steps[i])) co_return secret_field(argument, steps[i]);
    DAVIT_CO_CHECK(check_readable(table));
    DAVIT_CO_TRY(auto const dictionary, co_await dictionary_of(call, table));
    auto const* column = dictionary.find(steps[i]);
    if (column == nullptr) co_return no_field(argument, table, steps[i], dictionary);
    if (is_secret_type(column->type)) co_return secret_field(argument, steps[i]);
    if (i + 1 == steps.size()) co_return *column;
    if (column->reference.empty()) {
      auto const why = dictionary.has_names_only ? "cannot be followed without sys_dictionary"
                                                 : "refers to no other record";
      co_return Error(
          ErrorKind::invalid_input, fmt::format("{}: '{}' of {} {}", argument, steps[i], table, why)
      );
    }
    table = column->reference;
  }
  co_return Column();  // not reached: a name has at least one step
}

Async<> check_fields(
    Invocation call, std::string table, std::string argument, std::vector<std::string> fields
) {
  for (auto const& field : fields) {
    DAVIT_CO_CHECK(co_await checked_column(call, table, argument, field));
  }
  co_return Result<>();
}

Async<std::string> checked_query(Invocation call, std::string table, std::string text) {
  DAVIT_CO_TRY(auto const parsed, parse_query(text));
  DAVIT_CO_CHECK(co_await check_fields(call, std::move(table), "query", parsed.fields));
  co_return parsed.text;
}

}  // namespace davit::connectors::servicenow
