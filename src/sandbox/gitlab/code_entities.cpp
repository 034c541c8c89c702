#include <fmt/format.h>

#include "sandbox/gitlab/entities.h"

namespace davit::sandbox::gitlab {
namespace {

// A patch above the first size is not part of a list of diffs and comes only in whole; above the
// second it does not come at all. docs.gitlab.com/administration/diff_limits: 200 KB for one
// patch, and the interface collapses files from a tenth of it.
constexpr std::size_t kCollapsedBytes = 20 * 1024;
constexpr std::size_t kTooLargeBytes = 200 * 1024;

}  // namespace

json::Object show_commit(const Call& call, const Project& project, const Commit& commit) {
  json::Array parents;
  for (auto const& parent : commit.parents) parents.push_back(json::String(parent));
  return {
      {"id", commit.id},
      {"short_id", commit.id.substr(0, 8)},
      {"created_at", to_commit_text(commit.committer.when)},
      {"parent_ids", std::move(parents)},
      {"title", commit.title()},
      {"message", commit.message},
      {"author_name", commit.author.name},
      {"author_email", commit.author.email},
      {"authored_date", to_commit_text(commit.author.when)},
      {"committer_name", commit.committer.name},
      {"committer_email", commit.committer.email},
      {"committed_date", to_commit_text(commit.committer.when)},
      {"trailers", json::Object()},
      {"extended_trailers", json::Object()},
      {"web_url", fmt::format("{}/-/commit/{}", web_url(call, project), commit.id)},
  };
}

json::Object show_diff(const FileDiff& diff, DiffForm form) {
  auto const is_whole = form.is_expanded || diff.hunks.size() <= kCollapsedBytes;
  auto const is_too_large = diff.hunks.size() > kTooLargeBytes;
  auto const is_collapsed = !is_too_large && !is_whole;
  std::string text;
  if (!is_too_large && !is_collapsed) {
    text = (form.has_header ? file_header(diff) : std::string()) + diff.hunks;
  }
  return {
      {"diff", std::move(text)},
      {"collapsed", is_collapsed},
      {"too_large", is_too_large},
      {"new_path", diff.new_path},
      {"old_path", diff.old_path},
      {"a_mode", diff.old_mode},
      {"b_mode", diff.new_mode},
      {"new_file", diff.is_new},
      {"renamed_file", diff.is_renamed},
      {"deleted_file", diff.is_deleted},
      {"generated_file", diff.is_generated},
  };
}

}  // namespace davit::sandbox::gitlab
