// CI lint. There is no YAML reader here: only the outline is looked at, jobs and stages, which
// finds the mistakes that people make most.
#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/gitlab/routes.h"

namespace davit::sandbox::gitlab {
namespace {

using enum http::Method;

struct JobOutline {
  std::string name;
  std::string stage = "test";
  bool is_runnable = false;
};

struct Outline {
  std::vector<std::string> stages{"build", "test", "deploy"};
  std::vector<JobOutline> jobs;
  std::vector<std::string> errors;
};

bool is_keyword(std::string_view key) {
  for (auto const* known :
       {"stages",
        "default",
        "variables",
        "workflow",
        "include",
        "image",
        "services",
        "cache",
        "before_script",
        "after_script",
        "spec",
        "pages"}) {
    if (key == known) return true;
  }
  return key.starts_with('.');
}

std::vector<std::string> inline_list(std::string_view text) {
  std::vector<std::string> items;
  text = trim(text);
  if (!text.starts_with('[') || !text.ends_with(']')) return items;
  for (auto const item : split(text.substr(1, text.size() - 2), ',')) {
    items.emplace_back(trim(item));
  }
  return items;
}

Outline outline_of(std::string_view content) {
  Outline outline;
  bool in_stages = false;
  std::size_t number = 0;
  for (auto line : split(content, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    auto const text = trim(line);
    if (text.empty() || text.starts_with('#') || text == "---") continue;
    auto const indent = line.find_first_not_of(' ');
    if (line[indent] == '\t') {
      outline.errors.push_back(fmt::format(
          "(<unknown>): found character that cannot start any token while scanning for the next "
          "token at line {} column {}",
          number,
          indent + 1
      ));
      return outline;
    }
    auto const colon = text.find(':');
    auto const key = std::string(text.substr(0, colon));
    auto const value = colon == std::string_view::npos ? "" : trim(text.substr(colon + 1));
    if (indent == 0 && !text.starts_with('-')) {
      if (colon == std::string_view::npos) {
        outline.errors.emplace_back("Invalid configuration format");
        return outline;
      }
      in_stages = key == "stages";
      if (in_stages) outline.stages = inline_list(value);
      if (!is_keyword(key)) outline.jobs.push_back({key});
      continue;
    }
    if (in_stages && text.starts_with('-')) outline.stages.emplace_back(trim(text.substr(1)));
    if (in_stages || outline.jobs.empty() || indent > 4) continue;
    auto& job = outline.jobs.back();
    if (key == "stage") job.stage = value;
    if (key == "script" || key == "trigger" || key == "extends" || key == "run") {
      job.is_runnable = true;
    }
  }
  return outline;
}

void check(Outline& outline) {
  if (!outline.errors.empty()) return;
  if (outline.jobs.empty()) {
    outline.errors.emplace_back("jobs config should contain at least one visible job");
  }
  for (auto const& job : outline.jobs) {
    if (!job.is_runnable) {
      outline.errors.push_back(fmt::format(
          "jobs:{} config should implement the script:, run:, or trigger: keyword", job.name
      ));
      continue;
    }
    auto const is_known = job.stage == ".pre" || job.stage == ".post" ||
                          std::ranges::find(outline.stages, job.stage) != outline.stages.end();
    if (is_known) continue;
    outline.errors.push_back(fmt::format(
        "{} job: chosen stage {} does not exist; available stages are .pre, {}, .post",
        job.name,
        job.stage,
        fmt::join(outline.stages, ", ")
    ));
  }
}

http::Response lint(const Call& call, std::string_view content) {
  auto outline = outline_of(content);
  if (trim(content).empty()) {
    outline.errors = {"Please provide content of .gitlab-ci.yml"};
  } else {
    check(outline);
  }
  json::Array errors;
  for (auto const& text : outline.errors) errors.push_back(json::String(text));
  auto const is_valid = errors.empty();
  json::Object shown{
      {"valid", is_valid},
      {"errors", std::move(errors)},
      {"warnings", json::Array()},
      {"merged_yaml", is_valid ? json::Value(content) : json::Value()},
      {"includes", json::Array()},
  };
  if (call.flag("include_jobs")) {
    json::Array jobs;
    for (auto const& job : outline.jobs) {
      if (!is_valid) break;
      jobs.push_back(json::Object{
          {"name", job.name},
          {"stage", job.stage},
          {"before_script", json::Array()},
          {"script", json::Array()},
          {"after_script", json::Array()},
          {"tag_list", json::Array()},
          {"only", nullptr},
          {"except", nullptr},
          {"environment", nullptr},
          {"when", "on_success"},
          {"allow_failure", false},
          {"needs", nullptr}
      });
    }
    shown["jobs"] = is_valid ? json::Value(std::move(jobs)) : json::Value();
  }
  return answer(shown);
}

constexpr Param kPost[] = {
    {"content", Kind::text, Need::required},
    {"dry_run", Kind::flag},
    {"include_jobs", Kind::flag},
    {"ref"},
};

http::Response lint_content(Call& call) {
  DAVIT_TRY(auto* project, call.project(Role::developer));
  static_cast<void>(project);
  return lint(call, call.text("content").value_or(""));
}

constexpr Param kGet[] = {
    {"content_ref"},
    {"sha"},
    {"ref"},
    {"dry_run", Kind::flag},
    {"dry_run_ref"},
    {"include_jobs", Kind::flag},
};

http::Response lint_committed(Call& call) {
  DAVIT_TRY(auto* project, call.project());
  auto const fallback = call.text("sha").value_or(project->repository.default_branch);
  auto const* commit = project->repository.resolve(call.text("content_ref").value_or(fallback));
  if (commit == nullptr) return not_found("Commit");
  auto const file = commit->files.find(".gitlab-ci.yml");
  return lint(call, file == commit->files.end() ? std::string_view() : file->second.content());
}

constexpr Route kRoutes[] = {
    {post, "/ci/lint", lint_content, kPost},
    {get, "/ci/lint", lint_committed, kGet},
};

}  // namespace

std::span<const Route> ci_lint_routes() { return kRoutes; }

}  // namespace davit::sandbox::gitlab
