// Templates of CloudFormation from elsewhere: in JSON or YAML, with the functions in either form,
// as JSON with the long form.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "infra/stack.h"
#include "json/json.h"

namespace davit::infra {

// `name` stands for the text in messages. Errors: invalid_input with the line.
Result<json::Value> parse_template(std::string_view text, const std::string& name);

// The resources of a template, with their types and properties; types that we do not know are left
// out.
Stack stack_of(const json::Value& body, std::string name);

}  // namespace davit::infra
