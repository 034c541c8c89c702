// The tables of routes; each stands at the end of its resource's file.
#pragma once

#include <span>

#include "sandbox/atlassian/store.h"
#include "sandbox/rest.h"

namespace davit::sandbox::atlassian {

using JiraRoute = Route<Store>;
using Routes = std::span<const JiraRoute>;

Routes issue_routes();
Routes many_issue_routes();
Routes transition_routes();
Routes comment_routes();
Routes changelog_routes();
Routes link_routes();
Routes worklog_routes();
Routes attachment_routes();
Routes project_routes();
Routes meta_routes();
Routes user_routes();
Routes search_routes();
Routes board_routes();
Routes sprint_routes();
Routes board_issue_routes();

}  // namespace davit::sandbox::atlassian
