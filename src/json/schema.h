// JSON Schema 2020-12: a schema is compiled once and then checks many values.
// https://json-schema.org/draft/2020-12/json-schema-core (Core) and
// https://json-schema.org/draft/2020-12/json-schema-validation (Validation), all of both.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace davit::json {

struct SchemaProgram;

struct SchemaOptions {
  // Documents for references and `$schema` that leave the schema, by absolute URI without fragment;
  // null when unknown. Nothing is ever fetched; the meta-schemas of 2020-12 are built in. What it
  // returns must live until `compile` is done.
  std::function<const Value*(std::string_view uri)> resolve;
  // By default `format` is only an annotation (Validation 7.2), as is every `content*` keyword.
  bool assert_formats = false;
  // Checks the schema against its meta-schema first. That takes as long as compiling it.
  bool check_schema = true;

  std::size_t max_depth = kMaxDepth;         // nesting of a schema document
  std::size_t max_values = 500'000;          // JSON values in all schema documents together
  std::size_t max_subschemas = 20'000;       // in all schema documents together
  std::size_t max_patterns = 200;            // `pattern` and `patternProperties`
  std::size_t max_pattern_memory = 1 << 19;  // bytes, for each pattern; twice while it matches
  std::size_t max_steps = 4'000'000;         // work for one value, about 10 ns each
};

struct SchemaError {
  std::string pointer;  // JSON pointer into the value; "" is the value itself; long keys are cut
  std::string keyword;  // the keyword that refused it; empty when a bound of ours did
  std::string message;  // "must be an integer, got the string \"ten\"": pointer + message is a
                        // sentence. At most about 80 characters of the value are repeated.
};

// One sentence for each error, with "; " between. The value itself goes by the name `root`.
std::string to_text(const std::vector<SchemaError>& errors, std::string_view root = "the value");

// Immutable and cheap to copy; may be used by several threads at once.
class Schema {
 public:
  // Nothing of `schema` is referred to afterwards. Errors: invalid_input with the place in the
  // schema. Refused are also: `$schema` naming another dialect, references that cannot be resolved
  // or lead back without going into the value, and patterns that RE2 cannot express (look-around,
  // back references).
  static Result<Schema> compile(const Value& schema, const SchemaOptions& options = {});

  // A value that would need more than `max_steps`, or more nesting than the stack bears, is
  // refused. Allocates nothing for the usual keywords.
  bool accepts(const Value& value) const;

  // What `accepts` has against the value, at most `max_errors`; empty when it accepts it.
  std::vector<SchemaError> validate(const Value& value, std::size_t max_errors = 8) const;

 private:
  explicit Schema(std::shared_ptr<const SchemaProgram> program) : program_(std::move(program)) {}

  std::shared_ptr<const SchemaProgram> program_;
};

}  // namespace davit::json
