// Parameters: read from query and body as Rack does, and checked as Grape does (the frameworks
// under GitLab's API), with their wording.
#pragma once

#include <span>
#include <string_view>

#include "sandbox/gitlab/answers.h"

namespace davit::sandbox::gitlab {

enum class Kind {
  text,
  integer,
  flag,
  time,
  date,
  list,        // of texts: "a,b", or an array
  integers,    // 1, "1,2", or an array
  id_or_word,  // an integer, or None or Any
  object,
  objects,
};

enum class Need { optional, required, not_blank, required_not_blank };

struct Param {
  std::string_view name;  // "position[base_sha]" lies inside "position" and counts only with it
  Kind kind = Kind::text;
  Need need = Need::optional;
  std::string_view choices;   // "opened|closed|all"; empty allows everything
  std::string_view fallback;  // when it is not given
};

// Everything that came in the query, then the body, nested names as objects and arrays.
Or<json::Object> read_params(const http::Request& request);

// The declared ones, converted to their kinds; what is not declared is ignored, as GitLab does.
// Times and dates stay texts. The refusal names all that is wrong.
Or<json::Object> check_params(
    const json::Object& given, std::span<const std::span<const Param>> declared
);

}  // namespace davit::sandbox::gitlab
