// Comments on problems.
#pragma once

#include "sandbox/dynatrace/answers.h"

namespace davit::sandbox::dynatrace {

json::Object show_comment(const Comment& comment);
// The CommentsList of a problem's recentComments.
json::Object show_recent_comments(const Problem& problem);
// By the caller.
const Comment& add_comment(
    World& world, Problem& problem, Time now, std::string content, std::string context
);
http::Response no_problem(const Call& call);

}  // namespace davit::sandbox::dynatrace
