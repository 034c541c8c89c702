// Paging: what an answer says about the pages behind it.
#pragma once

#include <optional>
#include <string>

#include "http/message.h"

namespace davit::connector {

// The target of the Link header with rel="next". RFC 8288, 3.
std::optional<std::string> next_link(const http::Headers& headers);

}  // namespace davit::connector
