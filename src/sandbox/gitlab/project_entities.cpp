#include <algorithm>

#include <fmt/format.h>

#include "sandbox/gitlab/entities.h"

namespace davit::sandbox::gitlab {
namespace {

json::Object namespace_of(const Call& call, const Project& project) {
  auto const& group = call.store.groups.at(project.group);
  return {
      {"id", group.id},
      {"name", group.name},
      {"path", group.path},
      {"kind", "group"},
      {"full_path", group.full_path},
      {"parent_id", group.parent == 0 ? json::Value() : json::Value(group.parent)},
      {"avatar_url", nullptr},
      {"web_url", fmt::format("{}/groups/{}", call.base_url, group.full_path)}
  };
}

json::Value access_of(Role role) {
  if (role == Role::none) return nullptr;
  return json::Object{{"access_level", static_cast<int>(role)}, {"notification_level", 3}};
}

}  // namespace

json::Object show_group(const Call& call, const Group& group) {
  return {
      {"id", group.id},
      {"web_url", fmt::format("{}/groups/{}", call.base_url, group.full_path)},
      {"name", group.name},
      {"path", group.path},
      {"description", group.description},
      {"visibility", "private"},
      {"share_with_group_lock", false},
      {"require_two_factor_authentication", false},
      {"two_factor_grace_period", 48},
      {"project_creation_level", "developer"},
      {"auto_devops_enabled", nullptr},
      {"subgroup_creation_level", "maintainer"},
      {"emails_disabled", false},
      {"emails_enabled", true},
      {"mentions_disabled", nullptr},
      {"lfs_enabled", true},
      {"default_branch", nullptr},
      {"default_branch_protection", 2},
      {"avatar_url", nullptr},
      {"request_access_enabled", true},
      {"full_name", group.full_name},
      {"full_path", group.full_path},
      {"created_at", to_text(group.created)},
      {"parent_id", group.parent == 0 ? json::Value() : json::Value(group.parent)},
      {"organization_id", 1},
      {"shared_runners_setting", "enabled"},
      {"ldap_cn", nullptr},
      {"ldap_access", nullptr},
      {"archived", false},
      {"marked_for_deletion_on", nullptr},
      {"wiki_access_level", "enabled"},
  };
}

std::string web_url(const Call& call, const Project& project) {
  return fmt::format("{}/{}", call.base_url, call.store.full_path(project));
}

json::Object show_project_simple(const Call& call, const Project& project) {
  auto const path = call.store.full_path(project);
  auto const& group = call.store.groups.at(project.group);
  auto const url = web_url(call, project);
  auto const host = call.base_url.substr(call.base_url.find("://") + 3);
  return {
      {"id", project.id},
      {"description", or_null(project.description)},
      {"name", project.name},
      {"name_with_namespace", fmt::format("{} / {}", group.full_name, project.name)},
      {"path", project.path},
      {"path_with_namespace", path},
      {"created_at", to_text(project.created)},
      {"default_branch", project.repository.default_branch},
      {"tag_list", to_json(project.topics)},
      {"topics", to_json(project.topics)},
      {"ssh_url_to_repo", fmt::format("git@{}:{}.git", host.substr(0, host.find(':')), path)},
      {"http_url_to_repo", url + ".git"},
      {"web_url", url},
      {"readme_url", fmt::format("{}/-/blob/{}/README.md", url, project.repository.default_branch)},
      {"forks_count", 0},
      {"avatar_url", nullptr},
      {"star_count", project.stars},
      {"last_activity_at", to_text(project.last_activity)},
      {"visibility", project.visibility},
      {"namespace", namespace_of(call, project)},
  };
}

json::Object show_project(const Call& call, const Project& project) {
  auto shown = show_project_simple(call, project);
  auto const api = fmt::format("{}/api/v4/projects/{}", call.base_url, project.id);
  auto const open_issues = std::ranges::count_if(project.issues, [](auto const& entry) {
    return entry.second.state == "opened";
  });
  auto const& group = call.store.groups.at(project.group);
  shown.insert({
      {"container_registry_image_prefix",
       fmt::format("registry.example.com/{}", call.store.full_path(project))},
      {"_links",
       json::Object{
           {"self", api},
           {"issues", api + "/issues"},
           {"merge_requests", api + "/merge_requests"},
           {"repo_branches", api + "/repository/branches"},
           {"labels", api + "/labels"},
           {"events", api + "/events"},
           {"members", api + "/members"},
           {"cluster_agents", api + "/cluster_agents"}
       }},
      {"marked_for_deletion_at", nullptr},
      {"marked_for_deletion_on", nullptr},
      {"packages_enabled", true},
      {"empty_repo", false},
      {"archived", project.is_archived},
      {"resolve_outdated_diff_discussions", false},
      {"repository_object_format", "sha1"},
      {"issues_enabled", true},
      {"merge_requests_enabled", true},
      {"wiki_enabled", true},
      {"jobs_enabled", true},
      {"snippets_enabled", true},
      {"container_registry_enabled", true},
      {"service_desk_enabled", false},
      {"service_desk_address", nullptr},
      {"can_create_merge_request_in", call.role_in(project) >= Role::developer},
      {"issues_access_level", "enabled"},
      {"repository_access_level", "enabled"},
      {"merge_requests_access_level", "enabled"},
      {"forking_access_level", "enabled"},
      {"wiki_access_level", "enabled"},
      {"builds_access_level", "enabled"},
      {"shared_runners_enabled", true},
      {"lfs_enabled", true},
      {"creator_id", 11},
      {"import_url", nullptr},
      {"import_type", nullptr},
      {"import_status", "none"},
      {"open_issues_count", open_issues},
      {"description_html", ""},
      {"updated_at", to_text(project.last_activity)},
      {"ci_default_git_depth", 20},
      {"ci_delete_pipelines_in_seconds", nullptr},
      {"ci_forward_deployment_enabled", true},
      {"ci_job_token_scope_enabled", false},
      {"ci_separated_caches", true},
      {"public_jobs", true},
      {"build_git_strategy", "fetch"},
      {"build_timeout", 3600},
      {"auto_cancel_pending_pipelines", "enabled"},
      {"ci_config_path", ""},
      {"shared_with_groups", json::Array()},
      {"only_allow_merge_if_pipeline_succeeds", project.needs_pipeline},
      {"allow_merge_on_skipped_pipeline", nullptr},
      {"request_access_enabled", true},
      {"only_allow_merge_if_all_discussions_are_resolved", project.needs_resolved_threads},
      {"remove_source_branch_after_merge", true},
      {"printing_merge_request_link_enabled", true},
      {"merge_method", project.merge_method},
      {"merge_request_title_regex", nullptr},
      {"squash_option", "default_off"},
      {"enforce_auth_checks_on_uploads", true},
      {"suggestion_commit_message", nullptr},
      {"merge_commit_template", nullptr},
      {"squash_commit_template", nullptr},
      {"issue_branch_template", nullptr},
      {"warn_about_potentially_unwanted_characters", true},
      {"autoclose_referenced_issues", true},
      {"max_artifacts_size", nullptr},
      {"approvals_before_merge", project.approvals_required},
      {"mirror", false},
      {"external_authorization_classification_label", ""},
      {"requirements_enabled", true},
      {"security_and_compliance_enabled", true},
      {"compliance_frameworks", json::Array()},
      {"issues_template", nullptr},
      {"merge_requests_template", nullptr},
      {"merge_pipelines_enabled", true},
      {"merge_trains_enabled", false},
      {"permissions",
       json::Object{
           {"project_access", access_of(call.role_in(project))},
           {"group_access", group.parent == 0 ? json::Value() : access_of(Role::reporter)}
       }},
  });
  return shown;
}

}  // namespace davit::sandbox::gitlab
