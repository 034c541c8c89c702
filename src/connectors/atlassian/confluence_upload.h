// A file as multipart/form-data. RFC 7578
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace davit::connectors::atlassian {

struct Multipart {
  std::string body;
  std::string content_type;  // with the boundary
};

// Confluence wants `minorEdit` always and `comment` only when there is one. The boundary is one
// that the parts do not have. Errors: invalid_input for a name that is a path or holds control
// characters.
Result<Multipart> attachment_form(
    std::string_view filename, std::string_view content, std::string_view comment
);

}  // namespace davit::connectors::atlassian
