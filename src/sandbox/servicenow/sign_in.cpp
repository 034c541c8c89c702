#include "sandbox/servicenow/sign_in.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/crypto.h"
#include "base/strings.h"
#include "http/url.h"
#include "sandbox/servicenow/answers.h"

namespace davit::sandbox::servicenow {
namespace {

// "OAuth token lifespan": half an hour for access, 100 days for refresh.
constexpr auto kAccessLife = std::chrono::seconds(1800);
constexpr auto kRefreshLife = std::chrono::days(100);

std::string from_base64(std::string_view text) {
  return base64_decode(trim(text)).value_or(std::string());
}

bool is_same(std::string_view a, std::string_view b) { return equal_in_constant_time(a, b); }

std::string member(const Fields& form, std::string_view name) {
  auto const found = form.find(name);
  return found == form.end() ? std::string() : found->second;
}

// What the platform says to a grant that fails, whatever the reason.
http::Response denied() {
  return json_answer(
      json::Object{{"error_description", "access_denied"}, {"error", "server_error"}}, 401
  );
}

}  // namespace

bool SignIn::is_known(const http::Request& request, Time now) const {
  if (auto const key = request.headers.get("x-sn-apikey")) return is_same(*key, options_.token);
  auto const given = request.headers.get("Authorization").value_or("");
  if (given.size() > 6 && iequals(given.substr(0, 6), "Basic ")) {
    auto const expected = fmt::format("{}:{}", story::kCaller.username, options_.token);
    return is_same(from_base64(given.substr(6)), expected);
  }
  if (given.size() > 7 && iequals(given.substr(0, 7), "Bearer ")) {
    auto const found = expires_.find(trim(given.substr(7)));
    return found != expires_.end() && now < found->second;
  }
  return false;
}

bool SignIn::is_granted(std::string_view grant, const Fields& form) const {
  if (!is_same(member(form, "client_id"), options_.client_id)) return false;
  if (!is_same(member(form, "client_secret"), options_.client_secret)) return false;
  if (grant == "client_credentials") return true;
  if (grant == "password") {
    return member(form, "username") == story::kCaller.username &&
           is_same(member(form, "password"), options_.token);
  }
  return grant == "refresh_token" && refresh_.contains(member(form, "refresh_token"));
}

std::string SignIn::next_token(std::string_view kind) {
  auto const name = fmt::format("{}:{}", kind, ++given_);
  return make_id(name) + make_id(name + "+");
}

http::Response SignIn::give_token(const http::Request& request, Time now) {
  Fields form;
  for (auto& [name, value] : http::parse_query(request.body)) form[name] = value;
  auto const basic = request.headers.get("Authorization").value_or("");
  if (basic.starts_with("Basic ")) {
    auto const pair = from_base64(basic.substr(6));
    auto const colon = std::min(pair.find(':'), pair.size());
    form["client_id"] = pair.substr(0, colon);
    form["client_secret"] = colon < pair.size() ? pair.substr(colon + 1) : std::string();
  }
  auto const grant = member(form, "grant_type");
  if (!is_granted(grant, form)) return denied();

  json::Object answer;
  auto const access = next_token("access");
  expires_[access] = now + kAccessLife;
  answer["access_token"] = access;
  if (grant == "refresh_token") {
    auto const given = member(form, "refresh_token");
    if (refresh_.at(given) <= now) return denied();
    answer["refresh_token"] = given;
  } else if (grant == "password") {
    auto const refresh = next_token("refresh");
    refresh_[refresh] = now + kRefreshLife;
    answer["refresh_token"] = refresh;
  }
  answer["scope"] = "useraccount";
  answer["token_type"] = "Bearer";
  answer["expires_in"] = kAccessLife.count();
  return json_answer(answer);
}

void SignIn::clear() {
  expires_.clear();
  refresh_.clear();
}

}  // namespace davit::sandbox::servicenow
