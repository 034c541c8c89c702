#include "json/schema.h"

#include <fmt/format.h>

#include "json/metaschemas.h"
#include "json/schema_compile.h"
#include "json/schema_explain.h"
#include "json/schema_resources.h"
#include "json/schema_run.h"

namespace davit::json {
namespace {

Result<> check_against(const Schema& meta, const Value& schema) {
  auto const errors = meta.validate(schema, 3);
  if (errors.empty()) return {};
  return Error(ErrorKind::invalid_input, "schema: " + to_text(errors, "it"));
}

Result<Schema> compile_metaschema(std::string_view uri, SchemaOptions options) {
  options.check_schema = false;
  Resources resources(options);
  if (auto const* document = resources.document(uri)) return Schema::compile(*document, options);
  return Error(
      ErrorKind::invalid_input,
      fmt::format("$schema names the dialect {}, but only {} is known", quote(uri), kDialect)
  );
}

// Against the meta-schema that it names, or that of 2020-12.
Result<> check_schema(const Value& schema, const SchemaOptions& options) {
  auto const* object = schema.if_object();
  auto const* named = object == nullptr ? nullptr : object->if_contains("$schema");
  auto uri = named != nullptr && named->is_string() ? view(named->get_string()) : kDialect;
  if (uri.ends_with('#')) uri.remove_suffix(1);
  if (uri != kDialect) {
    DAVIT_TRY(auto const meta, compile_metaschema(uri, options));
    return check_against(meta, schema);
  }
  // Made once: compiling it takes longer than all else here, and it never changes.
  static const auto standard = compile_metaschema(kDialect, {});
  if (!standard) return standard.error();
  return check_against(*standard, schema);
}

}  // namespace

std::string to_text(const std::vector<SchemaError>& errors, std::string_view root) {
  std::string out;
  for (auto const& error : errors) {
    if (!out.empty()) out += "; ";
    out.append(error.pointer.empty() ? root : error.pointer).append(" ").append(error.message);
  }
  return out;
}

Result<Schema> Schema::compile(const Value& schema, const SchemaOptions& options) {
  if (options.check_schema) DAVIT_CHECK(check_schema(schema, options));
  DAVIT_TRY(auto program, compile_program(schema, options));
  return Schema(std::move(program));
}

bool Schema::accepts(const Value& value) const { return Runner(*program_).accepts(value); }

std::vector<SchemaError> Schema::validate(const Value& value, std::size_t max_errors) const {
  return Runner(*program_).validate(value, max_errors);
}

}  // namespace davit::json
