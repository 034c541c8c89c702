// The tables of routes, one per file of resources; find_route in call.cpp says under which path
// each stands.
#pragma once

#include <span>

#include "sandbox/gitlab/call.h"

namespace davit::sandbox::gitlab {

// Under /
std::span<const Route> user_routes();
std::span<const Route> project_routes();
std::span<const Route> merge_request_routes();
std::span<const Route> issue_routes();
std::span<const Route> search_routes();
std::span<const Route> todo_routes();
std::span<const Route> planning_routes();
std::span<const Route> iteration_routes();

// Under /projects/:id
std::span<const Route> release_routes();
std::span<const Route> pipeline_routes();
std::span<const Route> job_routes();
std::span<const Route> artifact_routes();
std::span<const Route> ci_lint_routes();
std::span<const Route> tree_routes();
std::span<const Route> file_routes();
std::span<const Route> branch_routes();
std::span<const Route> commit_routes();

// Under one merge request
std::span<const Route> merge_request_change_routes();
std::span<const Route> review_routes();
std::span<const Route> draft_note_routes();
std::span<const Route> thread_routes();

// Under one merge request, and under one issue
std::span<const Route> note_routes();

}  // namespace davit::sandbox::gitlab
