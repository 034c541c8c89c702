// Which fields of an issue a request wants, and the issue with them.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"
#include "sandbox/atlassian/fields.h"
#include "sandbox/atlassian/store.h"
#include "sandbox/rest.h"

namespace davit::sandbox::atlassian {

// What "fields=" asks for: "*all", "*navigable", "-comment", ids.
class Selection {
 public:
  explicit Selection(const std::vector<std::string>& asked, std::string_view fallback);
  bool has(const Field& field) const;
  bool is_more_than_keys() const;  // anything but "id" and "key"
  bool only_ids() const;

 private:
  bool all_ = false;
  bool navigable_ = false;
  std::set<std::string, std::less<>> named_;
  std::set<std::string, std::less<>> without_;
};
// "a,b" and repeated parameters alike.
std::vector<std::string> comma_list(const Call& call, std::string_view name);
// An array of strings in the body, or one string with commas.
std::vector<std::string> body_list(const json::Value& body, std::string_view name);

json::Object issue_json(const Store& store, const Issue& issue, const Selection& selection);
// "expand": names and schema of all fields that were selected.
void add_names(json::Object& out, const Selection& selection);
void add_schema(json::Object& out, const Selection& selection);

}  // namespace davit::sandbox::atlassian
