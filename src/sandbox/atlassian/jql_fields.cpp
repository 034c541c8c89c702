#include "sandbox/atlassian/jql_fields.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/atlassian/adf.h"
#include "sandbox/atlassian/catalog.h"

namespace davit::sandbox::atlassian {
namespace {

using Values = std::vector<std::string>;

template <class... Parts>
Values spelt(const Parts&... parts) {
  Values all{to_lower(fmt::format("{}", parts))...};
  std::erase(all, "");
  return all;
}

void append(Values& all, Values more) {
  for (auto& one : more) all.push_back(std::move(one));
}

template <class T, std::size_t N>
Values all_of(const T (&table)[N]) {
  Values all;
  for (auto const& one : table) append(all, spelt(one.name, one.id));
  return all;
}

template <class T, std::size_t N>
Values one_of(const T (&table)[N], int id) {
  auto const* found = find_in(table, id);
  return found == nullptr ? Values() : spelt(found->name, found->id);
}

template <class Records>
Values by_ids(const Records& records, const std::vector<int>& ids) {
  Values all;
  for (auto const& one : records) {
    if (std::ranges::find(ids, one.id) != ids.end()) append(all, spelt(one.name, one.id));
  }
  return all;
}

template <class Records>
Values names_of(const Records& records) {
  Values all;
  for (auto const& one : records) append(all, spelt(one.name, one.id));
  return all;
}

Values person(const Store& store, std::string_view id) {
  auto const* found = store.person(id);
  return found == nullptr ? Values() : spelt(id, found->name, found->email);
}
Values people(const Store& store) {
  Values all;
  for (auto const& one : store.people) append(all, person(store, one.account_id));
  return all;
}
Values projects(const Store& store) {
  Values all;
  for (auto const& one : store.projects) append(all, spelt(one.key, one.name, one.id));
  return all;
}
Values categories(const Store&) { return {"to do", "in progress", "done", "new", "indeterminate"}; }
Values keys(const Store& store) {
  Values all;
  for (auto const& [id, one] : store.issues) append(all, spelt(one.key, id));
  return all;
}

double number(Time time) { return static_cast<double>(time.time_since_epoch().count()); }

using S = const Store&;
using I = const Issue&;
constexpr auto kList = JqlKind::list;
constexpr auto kText = JqlKind::text;
constexpr auto kDate = JqlKind::date;

constexpr JqlField kFields[] = {
    {{"project"},
     kList,
     [](S s, I i) {
       auto const& one = s.project(i.project);
       return spelt(one.key, one.name, one.id);
     },
     projects},
    {{"key", "issuekey", "issue", "id"},
     kList,
     [](S, I i) { return spelt(i.key, i.id); },
     keys,
     [](S, I i) -> std::optional<double> { return i.id; }},
    {{"issuetype", "type", "work type"},
     kList,
     [](S, I i) { return one_of(kIssueTypes, i.type); },
     [](S) { return all_of(kIssueTypes); }},
    {{"status"},
     kList,
     [](S, I i) { return one_of(kStatuses, i.status); },
     [](S) { return all_of(kStatuses); }},
    {{"statuscategory"},
     kList,
     [](S, I i) {
       auto const& one = find_in(kStatuses, i.status)->category;
       return spelt(one.name, one.key, one.id);
     },
     categories},
    {{"priority"},
     kList,
     [](S, I i) { return one_of(kPriorities, i.priority); },
     [](S) { return all_of(kPriorities); },
     [](S, I i) -> std::optional<double> { return -i.priority; }},
    {{"resolution"},
     kList,
     [](S, I i) {
       return i.resolution == 0 ? Values{"unresolved"} : one_of(kResolutions, i.resolution);
     },
     [](S) {
       auto all = all_of(kResolutions);
       all.emplace_back("unresolved");
       return all;
     }},
    {{"assignee"}, kList, [](S s, I i) { return person(s, i.assignee); }, people},
    {{"reporter"}, kList, [](S s, I i) { return person(s, i.reporter); }, people},
    {{"creator"}, kList, [](S s, I i) { return person(s, i.creator); }, people},
    {{"labels", "label"},
     kList,
     [](S, I i) {
       Values all;
       for (auto const& one : i.labels) all.push_back(to_lower(one));
       return all;
     }},
    {{"component", "components"},
     kList,
     [](S s, I i) { return by_ids(s.components, i.components); },
     [](S s) { return names_of(s.components); }},
    {{"fixversion", "fixversions"},
     kList,
     [](S s, I i) { return by_ids(s.versions, i.fix_versions); },
     [](S s) { return names_of(s.versions); }},
    {{"affectedversion", "affectsversion"},
     kList,
     [](S s, I i) { return by_ids(s.versions, i.affects_versions); },
     [](S s) { return names_of(s.versions); }},
    {{"sprint", "cf[10020]"},
     kList,
     [](S s, I i) { return by_ids(s.sprints, i.sprints); },
     [](S s) { return names_of(s.sprints); }},
    {{"parent"},
     kList,
     [](S s, I i) {
       auto const* one = s.issue(i.parent);
       return one == nullptr ? Values() : spelt(one->key, one->id);
     },
     keys},
    {{"summary"}, kText, [](S, I i) { return spelt(i.summary); }},
    {{"description"}, kText, [](S, I i) { return spelt(adf::plain(i.description)); }},
    {{"comment"},
     kText,
     [](S, I i) {
       Values all;
       for (auto const& one : i.comments) append(all, spelt(adf::plain(one.body)));
       return all;
     }},
    {{"text", "textfields"},
     kText,
     [](S, I i) {
       auto all = spelt(i.summary, adf::plain(i.description));
       for (auto const& one : i.comments) append(all, spelt(adf::plain(one.body)));
       return all;
     }},
    {{"created", "createddate"},
     kDate,
     nullptr,
     nullptr,
     [](S, I i) -> std::optional<double> { return number(i.created); }},
    {{"updated", "updateddate"},
     kDate,
     nullptr,
     nullptr,
     [](S, I i) -> std::optional<double> { return number(i.updated); }},
    {{"resolved", "resolutiondate"},
     kDate,
     nullptr,
     nullptr,
     [](S, I i) { return i.resolved ? std::optional(number(*i.resolved)) : std::nullopt; }},
    {{"duedate", "due"},
     kDate,
     nullptr,
     nullptr,
     [](S, I i) {
       auto const day = parse_time(i.due_date);
       return day ? std::optional(number(*day)) : std::nullopt;
     }},
    {{"story points", "cf[10016]"},
     JqlKind::number,
     nullptr,
     nullptr,
     [](S, I i) { return i.points; }},
    {{"rank", "cf[10019]"},
     JqlKind::number,
     nullptr,
     nullptr,
     [](S, I i) -> std::optional<double> { return i.rank; }},
    {{"severity", "cf[10041]"},
     kList,
     [](S, I i) {
       auto const* one = i.custom.if_contains("customfield_10041");
       return one == nullptr ? Values() : spelt(json::find_string(*one, "value").value_or(""));
     }},
};

}  // namespace

const JqlField* find_jql_field(std::string_view name) {
  if (name.empty()) return nullptr;  // the rest of the names is empty
  auto const wanted = to_lower(name);
  auto const found = std::ranges::find_if(kFields, [&](const JqlField& field) {
    return std::ranges::find(field.names, wanted) != field.names.end();
  });
  return found == std::end(kFields) ? nullptr : &*found;
}

}  // namespace davit::sandbox::atlassian
