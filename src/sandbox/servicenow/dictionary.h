// Dictionary: the tables, their columns, and the labels of choices. What a field's display value is
// follows from here, and so do the tables sys_dictionary, sys_db_object and sys_choice.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace davit::sandbox::servicenow {

enum class Type {
  string,
  integer,
  boolean,
  date_time,
  reference,      // `of` names the table
  named,          // a reference by name instead of by sys_id, as in sys_dictionary.internal_type
  choice,         // a string with labels; `of` names the set
  number_choice,  // an integer with labels
  journal,
  html,
  password,  // password2: never shown
};

struct Table {
  std::string_view name;
  std::string_view label;
  std::string_view extends;
  std::string_view display;  // the field that stands for a record; empty has none
  std::string_view prefix;   // of numbers, "INC"
};

struct Column {
  std::string_view table;
  std::string_view name;
  std::string_view label;
  Type type = Type::string;
  std::string_view of = {};
  bool mandatory = false;
  bool read_only = false;  // an ACL drops what is written, silently
};

struct Choice {
  std::string_view set;  // "incident.state"
  std::string_view value;
  std::string_view label;
};

std::span<const Table> tables();
std::span<const Column> columns();
std::span<const Choice> choices();

const Table* find_table(std::string_view name);

// True when `table` is `ancestor` or extends it, in any number of steps.
bool extends(std::string_view table, std::string_view ancestor);

// The column of a table or of one that it extends; null without one.
const Column* find_column(std::string_view table, std::string_view name);
// Of the table and of those that it extends.
std::vector<const Column*> columns_of(std::string_view table);

std::optional<std::string_view> choice_label(std::string_view set, std::string_view value);

// "string", "glide_date_time", as sys_dictionary has it.
std::string_view internal_type(Type type);

// The field that stands for a record of this table; "" for none.
std::string_view display_field(std::string_view table);

}  // namespace davit::sandbox::servicenow
