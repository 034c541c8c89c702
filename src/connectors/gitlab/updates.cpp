#include "connectors/gitlab/updates.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/projection.h"
#include "connectors/gitlab/edits.h"
#include "connectors/gitlab/merge_requests.h"
#include "connectors/gitlab/quick_actions.h"

namespace davit::connectors::gitlab {
namespace {

using connector::Invocation;
using connector::Keep;
using connector::Projection;
using connector::Str;

constexpr Keep kShown =
    "ref=references.full title~200 state draft assignees=assignees.username "
    "reviewers=reviewers.username labels~100 milestone=milestone.title~100 due_date "
    "target_branch updated=updated_at url=web_url";

// What changes is shown; the rest is known to who asked.
constexpr std::pair<std::string_view, std::string_view> kChanges[] = {
    {"title", "title"},
    {"draft", "draft"},
    {"state", "state"},
    {"add_labels", "labels"},
    {"remove_labels", "labels"},
    {"assignees", "assignees"},
    {"reviewers", "reviewers"},
    {"milestone", "milestone"},
    {"due_date", "due_date"},
    {"target_branch", "target_branch"},
};

std::string dropped(const Invocation& call, std::string_view argument, const json::Value& rows) {
  auto const* wanted = call.arguments().if_contains(argument);
  if (wanted == nullptr || !wanted->is_array()) return {};
  auto const kept = rows.is_array() ? rows.get_array().size() : 0;
  auto const asked = wanted->get_array().size();
  if (kept >= asked) return {};
  return fmt::format("GitLab kept {} of {}", kept, asked);
}

json::Object show(const Invocation& call, const json::Value& stored) {
  auto const all = Projection(kShown).apply(stored, {});
  json::Object out;
  auto const copy = [&](std::string_view name) {
    if (auto const* value = json::find(all, name)) out[name] = *value;
  };
  copy("ref");
  for (auto const& [argument, name] : kChanges) {
    if (!call.has(argument)) continue;
    copy(name);
    if (!out.contains(name)) out[name] = "none";
  }
  if (call.has("description")) out["description"] = "changed";
  tell_dropped_people(call, stored, out);
  copy("updated");
  copy("url");
  return out;
}

// What follows from how it is now: an edited description, a title with the mark of a draft.
Async<> complete(Invocation call, Str path) {
  auto& arguments = call.arguments();
  auto const* edit = arguments.if_contains("description_edit");
  auto const marks = call.has("draft") && !call.has("title");
  json::Value now;
  if (edit != nullptr || marks) {
    DAVIT_CO_TRY(now, co_await call.get(path));
  }
  if (edit != nullptr) {
    DAVIT_CO_TRY(
        auto text,
        replaced_once(
            "description",
            json::find_string(now, "description").value_or(""),
            json::find_string(*edit, "old_str").value_or(""),
            json::find_string(*edit, "new_str").value_or("")
        )
    );
    // The whole of it, for GitLab reads it again and would act in the caller's name.
    DAVIT_CO_CHECK(refuse_quick_actions_in("description", text));
    arguments["description"] = std::move(text);
  }
  if (call.has("draft")) {
    auto const title = marks ? std::string(json::find_string(now, "title").value_or(""))
                             : std::string(call.text("title"));
    arguments["title"] = with_draft_mark(title, call.flag("draft"));
  }
  co_return Result<>();
}

bool changes_something(const Invocation& call) {
  auto const has = [&](auto const& change) { return call.has(change.first); };
  return std::ranges::any_of(kChanges, has) || call.has("description");
}

Async<json::Value> update(Invocation call, Str path) {
  DAVIT_CO_CHECK(co_await complete(call, path));
  if (!changes_something(call)) {
    co_return Error(ErrorKind::invalid_input, "nothing to change was given");
  }
  DAVIT_CO_TRY(auto const stored, co_await call.perform());
  if (!stored.is_object()) co_return unclear_outcome("the changed object");
  co_return show(call, stored);
}

}  // namespace

void tell_dropped_people(const Invocation& call, const json::Value& stored, json::Object& out) {
  json::Object not_applied;
  for (auto const name : {"assignees", "reviewers"}) {
    auto const* rows = json::find(stored, name);
    auto why = dropped(call, name, rows == nullptr ? json::Value() : *rows);
    if (!why.empty()) not_applied[name] = std::move(why);
  }
  if (!not_applied.empty()) out["not_applied"] = std::move(not_applied);
}

Error unclear_outcome(std::string_view what) {
  return Error(
      ErrorKind::protocol,
      fmt::format(
          "GitLab answered without {}. It may have been carried out all the same: look before you "
          "try again",
          what
      )
  );
}

std::string with_draft_mark(std::string_view title, bool is_draft) {
  for (auto is_marked = true; is_marked;) {
    is_marked = false;
    for (auto const mark : {"draft:", "[draft]", "(draft)"}) {
      if (!to_lower(title).starts_with(mark)) continue;
      title = trim(title.substr(std::string_view(mark).size()));
      is_marked = true;
    }
  }
  return is_draft ? fmt::format("Draft: {}", title) : std::string(title);
}

Async<json::Value> update_merge_request(Invocation call) {
  return update(call, "/projects/{project}/merge_requests/{mr}");
}

Async<json::Value> update_issue(Invocation call) {
  return update(call, "/projects/{project}/issues/{issue}");
}

}  // namespace davit::connectors::gitlab
