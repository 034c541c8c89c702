// Records as v2 shows them, and bodies as clients send them.
#pragma once

#include "sandbox/confluence/answers.h"
#include "sandbox/confluence/store.h"

namespace davit::sandbox::confluence {

json::Object show_space(const Space& space, std::string_view description_format = {});
json::Object show_version(const Version& version);
// `format` is a body-format; "" leaves the body empty, as the API does.
json::Object show_body(const json::Value& adf, std::string_view format);
json::Object show_page(
    const World& world, const Page& page, const Version& version, std::string_view format
);
json::Object show_comment(
    const World& world, const Comment& comment, const Version& version, std::string_view format
);
json::Object show_attachment(const World& world, const Attachment& attachment);
json::Object show_label(const World& world, Id id);
json::Object show_labels(const World& world, const Page& page);
json::Object show_user(const story::Person& person);

// Part of an answer that was asked for with include-...: {results, meta, _links}.
json::Object included(json::Array results, std::string_view self);

// Paths below /wiki.
std::string page_path(const World& world, const Page& page);
std::string attachment_name(const Attachment& attachment);  // "att98901"

// The body of a write, as ADF: {representation, value} or {"storage": {representation, value}}.
// 400 when it is none; ADF is checked against its schema.
Or<json::Value> read_body(const json::Value* body);
// {"number", "message"} of an update; 409 unless it is the next one.
Or<json::Value> read_version(const json::Value& body, int current, std::string_view what);

inline constexpr std::string_view kBulkFormats = "storage atlas_doc_format";
inline constexpr std::string_view kSingleFormats =
    "storage atlas_doc_format view export_view anonymous_export_view styled_view editor";

}  // namespace davit::sandbox::confluence
