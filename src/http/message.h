// HTTP messages as the rest of the house sees them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace davit::http {

class EventStream;

enum class Method { get, head, post, put, patch, del, options, other };

// "GET", ...; "other" has no name and gives "".
std::string_view to_string(Method method);

// The fields of a message in the order they came, names compared without case. All text lies in one
// block: views stay valid until the next `add`, `set` or `clear`.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

  void add(std::string_view name, std::string_view value);
  // Replaces every field of that name by one.
  void set(std::string_view name, std::string_view value);
  void clear();

  // For a parser, instead of `add`: copies a whole head at once, and then takes fields that lie in
  // that copy.
  void adopt(std::string_view block);
  std::string_view block() const { return text_; }
  void add_from_block(std::string_view name, std::string_view value);

  // The value of the first field of that name, without blanks around it.
  std::optional<std::string_view> get(std::string_view name) const;
  std::size_t count(std::string_view name) const;

  // True when one of the comma-separated elements of the fields of that name is `token`, without
  // case.
  bool has_token(std::string_view name, std::string_view token) const;

  // True when a name or a value holds a control character, such as the line break with which
  // another field could begin.
  bool has_control_character() const;

  std::size_t size() const { return fields_.size(); }
  std::string_view name(std::size_t index) const;
  std::string_view value(std::size_t index) const;

 private:
  struct Field {
    std::uint32_t name_begin;
    std::uint32_t name_size;
    std::uint32_t value_begin;
    std::uint32_t value_size;
    std::uint32_t tag;  // equal for equal names
  };
  void push(
      std::size_t name_begin, std::string_view name, std::size_t value_begin, std::string_view value
  );
  bool has_name(const Field& field, std::uint32_t tag, std::string_view wanted) const;
  std::string text_;
  std::vector<Field> fields_;
};

// A request as a server received it.
struct Request {
  Method method = Method::get;
  std::string target = "/";  // origin form, as it came: path and query, still percent-encoded
  Headers headers;
  std::string body;
  std::string peer;  // address of the other end, without port
  bool secure = false;

  std::string_view path() const;
  // Behind the question mark; empty without one.
  std::string_view query() const;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  // When set, `body` is ignored, the head goes out at once, and what the stream yields follows
  // until it is closed. The server takes it over.
  std::shared_ptr<EventStream> events;

  static Response text(int status, std::string_view content_type, std::string body);
  static Response json(int status, std::string body);
};

// RFC 9110, 15; "Unknown" for a status that is not there.
std::string_view reason_of(int status);

// The one mapping from our errors to a status.
int to_status(ErrorKind kind);

}  // namespace davit::http
