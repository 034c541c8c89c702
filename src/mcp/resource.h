// Resources: what a server lets clients read by URI, one by one or by template.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/async.h"
#include "mcp/content.h"
#include "mcp/context.h"

namespace davit::mcp {

struct ResourceDefinition {
  std::string uri;
  std::string name;
  std::string title;  // optional, as is what follows
  std::string description;
  std::string mime_type;
  std::optional<std::uint64_t> size;  // bytes
  std::optional<Annotations> annotations;
  std::vector<Icon> icons;
};

// Variables of a template by name, percent-decoded.
using Variables = std::map<std::string, std::string, std::less<>>;

// One or more contents; a directory may give many. Errors: not_found for a URI that names nothing,
// which the client sees as "resource not found"; others as with tools, but as JSON-RPC errors.
using ResourceHandler =
    std::function<Async<std::vector<ResourceContents>>(Context context, std::string uri)>;
using TemplateHandler = std::function<
    Async<std::vector<ResourceContents>>(Context context, std::string uri, Variables variables)>;

// Values that begin with, or are like, what was typed, the best first; more than 100 are cut.
// `known` are the arguments that have their value already.
using Completer = std::function<
    Async<std::vector<std::string>>(Context context, std::string typed, Variables known)>;

struct Resource {
  ResourceDefinition definition;
  ResourceHandler handler;
};

struct ResourceTemplate {
  std::string uri_template;  // RFC 6570, level 1, and {+name} for a value with slashes
  std::string name;
  std::string title;  // optional, as is what follows
  std::string description;
  std::string mime_type;
  std::optional<Annotations> annotations;
  std::vector<Icon> icons;
  TemplateHandler handler;
  std::map<std::string, Completer, std::less<>> completers;  // by variable
};

// A compiled template: matches URIs and yields the variables.
class UriTemplate {
 public:
  // Errors: invalid_input (an expression that is not supported, a name given twice).
  static Result<UriTemplate> compile(std::string_view text);

  // Nothing when the URI is not of this form. A plain variable takes one path segment: it never
  // holds a slash. No value has "." or ".." for a segment, or begins with a slash behind another
  // one, so that none can climb out of its place; malformed percent-encoding, NUL and what is not
  // UTF-8 match nothing.
  std::optional<Variables> match(std::string_view uri) const;

  const std::vector<std::string>& names() const { return names_; }

 private:
  class Matcher;
  struct Part {
    std::string literal;   // before the variable
    std::string variable;  // empty for the rest behind the last one
    bool takes_slashes = false;
  };
  std::vector<Part> parts_;
  std::vector<std::string> names_;
};

}  // namespace davit::mcp
