// From a schema to its program. Private to the schema_*.cpp files.
#pragma once

#include <memory>
#include <optional>

#include "base/result.h"
#include "json/json.h"
#include "json/schema.h"
#include "json/schema_program.h"

namespace davit::json {

// Does not look at `check_schema`. Errors: as Schema::compile.
Result<std::shared_ptr<const SchemaProgram>> compile_program(
    const Value& schema, const SchemaOptions& options
);

// A subschema from which one comes back to it without going into the value, by references and by
// keywords that apply to the same value: it has no meaning (Core 9.4.1).
std::optional<NodeIndex> find_endless(const SchemaProgram& program);

}  // namespace davit::json
