// One file as multipart/form-data. RFC 7578
#pragma once

#include <string>
#include <string_view>

namespace davit::connectors::atlassian {

struct Multipart {
  std::string content_type;  // with the boundary
  std::string body;
};

// The part is named "file". Whatever the name and the content hold, it is one part.
Multipart make_multipart(
    std::string_view filename, std::string_view media_type, std::string_view content
);

// A guess by the ending; "application/octet-stream" for what is not known.
std::string_view media_type_of(std::string_view filename);

}  // namespace davit::connectors::atlassian
