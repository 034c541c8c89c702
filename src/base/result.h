// Result<T>: a value or an Error. The only way a function here reports an expected failure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace davit {

// Named for what the caller does next, not for where the failure came from.
enum class ErrorKind {
  invalid_input,    // the caller must change the request
  not_found,        // the named thing does not exist; often a normal answer
  unauthenticated,  // credentials are missing or have expired
  forbidden,        // credentials are valid, the permission is missing
  conflict,         // the remote state is not what the request assumed
  rate_limited,     // wait `retry_after`, then retry
  unavailable,      // retry with back-off
  timeout,          // our own time limit passed
  cancelled,        // somebody asked us to stop; never retried, never logged as an error
  protocol,         // the peer broke its contract
  internal,         // a bug here
};

// The name of the enumerator, for logs and structured answers.
std::string_view to_string(ErrorKind kind);
std::optional<ErrorKind> parse_error_kind(std::string_view name);

class Error {
 public:
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  ErrorKind kind() const { return kind_; }
  // Safe to show to the client.
  const std::string& message() const { return message_; }
  // For the log only.
  const std::string& detail() const { return detail_; }

  Error&& with_detail(std::string detail) && {
    detail_ = std::move(detail);
    return std::move(*this);
  }
  // Puts context in front: "reading davit.yaml: no such file".
  Error&& while_doing(std::string_view what) && {
    message_.insert(0, ": ").insert(0, what);
    return std::move(*this);
  }

  std::optional<std::chrono::milliseconds> retry_after;

 private:
  ErrorKind kind_;
  std::string message_;
  std::string detail_;
};

template <class T = void>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
  Result(tl::expected<T, Error> other) : tl::expected<T, Error>(std::move(other)) {}
  Result(Error error) : tl::expected<T, Error>(tl::unexpect, std::move(error)) {}
};

}  // namespace davit

// One a line: `DAVIT_TRY(auto url, parse_url(text));` returns the error, or declares the value.
#define DAVIT_CAT_(a, b) a##b
#define DAVIT_CAT(a, b) DAVIT_CAT_(a, b)
#define DAVIT_TRY_(ret, tmp, decl, ...) \
  auto tmp = __VA_ARGS__;               \
  if (!tmp) ret std::move(tmp).error(); \
  decl = *std::move(tmp)
#define DAVIT_TRY(decl, ...) DAVIT_TRY_(return, DAVIT_CAT(try_, __LINE__), decl, __VA_ARGS__)
#define DAVIT_CO_TRY(decl, ...) DAVIT_TRY_(co_return, DAVIT_CAT(try_, __LINE__), decl, __VA_ARGS__)
// The same for Result<>, which has no value to declare.
#define DAVIT_CHECK(...) \
  if (auto checked = __VA_ARGS__; !checked) return std::move(checked).error()
#define DAVIT_CO_CHECK(...)                             \
  do {                                                  \
    auto checked = __VA_ARGS__;                         \
    if (!checked) co_return std::move(checked).error(); \
  } while (false)
