// Store: the records of all tables. A record is its fields as the database has them, all text; what
// they mean is in the dictionary.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/servicenow/servicenow.h"
#include "sandbox/time_text.h"

namespace davit::sandbox::servicenow {

using Fields = std::map<std::string, std::string, std::less<>>;

struct Record {
  std::string table;
  Fields fields;
  bool is_hidden = false;  // by an ACL, from the caller

  const std::string& get(std::string_view name) const;
  const std::string& id() const { return get("sys_id"); }
};

// A check that the Change Management API runs in the background.
struct Worker {
  std::string kind;  // "conflict", "schedule", "ci"
  std::string change;
  Time done{};
  bool is_settled = false;
};

struct World {
  World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Addresses addresses;
  Time now{};
  std::string user;  // sys_id of the caller

  std::map<std::string, std::list<Record>, std::less<>> rows;  // by the class of the record
  std::map<std::string, Record*, std::less<>> by_id;
  std::map<std::string, std::string> contents;  // of attachments
  std::map<std::string, Worker> workers;
  std::map<std::string, std::vector<std::string>> carts;  // none or one: items to check out
  std::map<std::string, int> last_numbers;                // by prefix
  int made = 0;                                           // records that got a sys_id from here

  // With the system fields, a sys_id and a number where they are not given.
  Record& insert(std::string_view table, Fields fields);
  void erase(const Record& record);

  // Null when there is none, in no table.
  Record* find(std::string_view id) const;
  // Of this table or one that extends it.
  Record* find(std::string_view table, std::string_view id) const;
  // By the value of a field; null without one.
  Record* find_by(std::string_view table, std::string_view field, std::string_view value) const;
  // Of this table and those that extend it, in the order they came.
  std::vector<Record*> all(std::string_view table) const;

  const std::string& user_name() const;
};

// 32 hex digits, the same for the same name.
std::string make_id(std::string_view name);

// "2026-11-21 08:15:00", UTC.
std::string time_value(Time time);

}  // namespace davit::sandbox::servicenow
