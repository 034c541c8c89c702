// Sign-in: Basic, API key, and OAuth with tokens that expire.
#pragma once

#include <map>
#include <string>

#include "sandbox/rest.h"
#include "sandbox/servicenow/store.h"

namespace davit::sandbox::servicenow {

class SignIn {
 public:
  explicit SignIn(const Options& options) : options_(options) {}

  bool is_known(const http::Request& request, Time now) const;

  // POST /oauth_token.do
  http::Response give_token(const http::Request& request, Time now);

  void clear();

 private:
  bool is_granted(std::string_view grant, const Fields& form) const;
  std::string next_token(std::string_view kind);

  const Options& options_;
  std::map<std::string, Time, std::less<>> expires_;  // by access token
  std::map<std::string, Time, std::less<>> refresh_;  // by refresh token
  int given_ = 0;
};

}  // namespace davit::sandbox::servicenow
