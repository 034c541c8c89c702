// The meta-schemas of JSON Schema 2020-12: the schema that schemas must satisfy, and the one for
// each vocabulary that it is made of. https://json-schema.org/draft/2020-12/schema
#pragma once

#include <optional>
#include <string_view>

namespace davit::json {

inline constexpr std::string_view kDialect = "https://json-schema.org/draft/2020-12/schema";

// JSON text of the document with this URI, without fragment.
std::optional<std::string_view> metaschema(std::string_view uri);

}  // namespace davit::json
