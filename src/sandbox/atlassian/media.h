// The host that files are fetched from. It takes a token in the address, and no other credential.
#pragma once

#include <optional>
#include <string>

#include "sandbox/atlassian/store.h"
#include "sandbox/rest.h"

namespace davit::sandbox::atlassian {

std::string media_url(const Call& call, const Attachment& attachment);

// Nothing for a path that is not the media host's.
std::optional<http::Response> media_answer(const Store& store, const Call& call);

// The content, or the part that Range asks for.
http::Response file_answer(const http::Request& request, const Attachment& attachment);

}  // namespace davit::sandbox::atlassian
