#include "sandbox/gitlab/entities.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/crypto.h"
#include "sandbox/gitlab/sha1.h"

namespace davit::sandbox::gitlab {
namespace {

json::Object milestone_fields(const Call& call, const Milestone& one) {
  return {
      {"id", one.id},
      {"iid", one.iid},
      {"title", one.title},
      {"description", one.description},
      {"state", one.state},
      {"created_at", to_text(one.created)},
      {"updated_at", to_text(one.created)},
      {"due_date", or_null(one.due_date)},
      {"start_date", or_null(one.start_date)},
      {"expired", !one.due_date.empty() && one.due_date < to_date_text(call.now)},
  };
}

}  // namespace

json::Value to_json(std::optional<Time> time) {
  return time ? json::Value(to_text(*time)) : json::Value();
}

json::Array to_json(const std::vector<std::string>& texts) {
  json::Array all;
  for (auto const& text : texts) all.push_back(json::String(text));
  return all;
}

json::Value or_null(std::string_view text) {
  return text.empty() ? json::Value() : json::Value(text);
}

json::Object show_user_basic(const Call& call, Id id) {
  auto const& user = call.store.user(id);
  return {
      {"id", user.id},
      {"username", user.username},
      {"public_email", nullptr},
      {"name", user.name},
      {"state", "active"},
      {"locked", false},
      {"avatar_url",
       fmt::format(
           "https://secure.gravatar.com/avatar/{}?s=80&d=identicon", to_hex(sha256(user.email))
       )},
      {"web_url", fmt::format("{}/{}", call.base_url, user.username)}
  };
}

json::Array show_users(const Call& call, const std::vector<Id>& users) {
  json::Array all;
  for (auto const id : users) all.push_back(show_user_basic(call, id));
  return all;
}

json::Object show_user(const Call& call, const User& user) {
  auto shown = show_user_basic(call, user.id);
  shown.insert({
      {"created_at", to_text(user.created)},
      {"bio", ""},
      {"location", nullptr},
      {"linkedin", ""},
      {"twitter", ""},
      {"discord", ""},
      {"website_url", ""},
      {"github", ""},
      {"job_title", user.job_title},
      {"pronouns", nullptr},
      {"organization", "Harbor"},
      {"bot", user.is_bot},
      {"work_information", or_null(user.job_title)},
      {"followers", 0},
      {"following", 0},
      {"is_followed", false},
      {"local_time", nullptr},
  });
  return shown;
}

json::Object show_current_user(const Call& call, const User& user) {
  auto shown = show_user(call, user);
  shown.insert({
      {"last_sign_in_at", "2026-11-19T08:02:11.100Z"},
      {"confirmed_at", to_text(user.created)},
      {"last_activity_on", "2026-11-20"},
      {"email", user.email},
      {"theme_id", 3},
      {"color_scheme_id", 1},
      {"projects_limit", 100000},
      {"current_sign_in_at", "2026-11-20T07:58:40.000Z"},
      {"identities", json::Array()},
      {"can_create_group", true},
      {"can_create_project", true},
      {"two_factor_enabled", true},
      {"external", false},
      {"private_profile", false},
      {"commit_email", user.email},
      {"preferred_language", "en"},
      {"shared_runners_minutes_limit", nullptr},
      {"extra_shared_runners_minutes_limit", nullptr},
      {"scim_identities", json::Array()},
  });
  return shown;
}

json::Object show_label(const Label& label) {
  // GitLab picks white on dark colours; the seed's colours are dark, but for the last one.
  return {
      {"id", label.id},
      {"name", label.name},
      {"description", or_null(label.description)},
      {"description_html", label.description},
      {"text_color", label.color == "#eee600" ? "#1F1E24" : "#FFFFFF"},
      {"color", label.color},
      {"archived", false},
  };
}

json::Object show_milestone(const Call& call, const Project& project, const Milestone& one) {
  auto shown = milestone_fields(call, one);
  shown["project_id"] = project.id;
  shown["web_url"] = fmt::format("{}/-/milestones/{}", web_url(call, project), one.iid);
  return shown;
}

json::Object show_milestone(const Call& call, const Group& group, const Milestone& one) {
  auto shown = milestone_fields(call, one);
  shown["group_id"] = group.id;
  shown["web_url"] =
      fmt::format("{}/groups/{}/-/milestones/{}", call.base_url, group.full_path, one.iid);
  return shown;
}

json::Value show_milestone(const Call& call, const Project& project, Id id) {
  auto const found = std::ranges::find(project.milestones, id, &Milestone::id);
  if (found == project.milestones.end()) return nullptr;
  return show_milestone(call, project, *found);
}

json::Object show_member(const Call& call, Id user, Role role, Time since) {
  auto shown = show_user_basic(call, user);
  shown.insert({
      {"access_level", static_cast<int>(role)},
      {"created_at", to_text(since)},
      {"created_by", show_user_basic(call, 15)},
      {"expires_at", nullptr},
      {"membership_state", "active"},
  });
  return shown;
}

json::Object show_references(
    const Call& call, const Issuable& of, char sigil, std::string_view relative_to
) {
  auto const path = call.store.full_path(call.store.projects.at(of.project));
  auto const number = fmt::format("{}{}", sigil, of.iid);
  auto relative = path + number;
  if (relative_to == path) {
    relative = number;
  } else if (!relative_to.empty() && path.starts_with(std::string(relative_to) + "/")) {
    relative = path.substr(relative_to.size() + 1) + number;
  }
  return {{"short", number}, {"relative", relative}, {"full", path + number}};
}

json::Object show_time_stats(const Issuable& of) {
  auto const human = [](std::int64_t seconds) {
    return seconds == 0 ? json::Value() : json::Value(fmt::format("{}h", seconds / 3600));
  };
  return {
      {"time_estimate", of.time_estimate},
      {"total_time_spent", of.time_spent},
      {"human_time_estimate", human(of.time_estimate)},
      {"human_total_time_spent", human(of.time_spent)},
  };
}

int count_user_notes(const Issuable& of) {
  int count = 0;
  for (auto const& discussion : of.discussions) {
    for (auto const& note : discussion.notes) count += note.is_system ? 0 : 1;
  }
  return count;
}

json::Object show_task_completion(const Issuable& of) {
  auto const count = [&](std::string_view mark) {
    int found = 0;
    for (auto i = of.description.find(mark); i != std::string::npos;
         i = of.description.find(mark, i + 1)) {
      ++found;
    }
    return found;
  };
  auto const done = count("- [x] ");
  return {{"count", done + count("- [ ] ")}, {"completed_count", done}};
}

json::Array show_issuable_labels(const Call& call, const Project& project, const Issuable& of) {
  if (!call.flag("with_labels_details")) return to_json(of.labels);
  json::Array all;
  for (auto const& name : of.labels) {
    auto const found = std::ranges::find(project.labels, name, &Label::name);
    if (found != project.labels.end()) all.push_back(show_label(*found));
  }
  return all;
}

}  // namespace davit::sandbox::gitlab
