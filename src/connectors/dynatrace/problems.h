// The code behind the rows about problems.
#pragma once

#include "connector/invocation.h"

namespace davit::connectors::dynatrace {

Async<connector::ApiRequest> make_problem_list(connector::Invocation call);
void finish_problems(const json::Object& arguments, json::Object& answer);
void finish_problem(const json::Object& arguments, json::Object& answer);
Async<json::Value> add_problem_comment(connector::Invocation call);
Async<json::Value> close_problem(connector::Invocation call);

// "-7042562510098844343_1763641800000V2", the id of the API.
bool is_problem_id(std::string_view text);

}  // namespace davit::connectors::dynatrace
