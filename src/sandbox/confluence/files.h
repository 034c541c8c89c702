// Files: what the media host serves. It is the same sandbox under its other name: localhost for who
// came by 127.0.0.1, and the other way round.
#pragma once

#include <string>
#include <string_view>

#include "sandbox/confluence/store.h"

namespace davit::sandbox::confluence {

// The media id that a new attachment gets.
std::string file_id_of(Id attachment);

// Where to fetch a version, seen from a request to `base_url`. Good without credentials.
std::string file_url(std::string_view base_url, const Attachment& attachment, int version);

}  // namespace davit::sandbox::confluence
