#include "targets/local/environment.h"

#include <algorithm>
#include <string_view>
#include <unistd.h>

namespace davit::local {
namespace {

constexpr std::string_view kNames[] = {
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "TZ",
    "TMPDIR",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
};
constexpr std::string_view kBeginnings[] = {"LC_", "SSL_CERT_"};

bool is_plain(std::string_view name) {
  return std::ranges::find(kNames, name) != std::end(kNames) ||
         std::ranges::any_of(kBeginnings, [name](std::string_view beginning) {
           return name.starts_with(beginning);
         });
}

}  // namespace

std::vector<std::string> whole_environment() {
  std::vector<std::string> all;
  for (char** one = ::environ; one != nullptr && *one != nullptr; ++one) all.emplace_back(*one);
  return all;
}

std::vector<std::string> plain_environment() {
  auto all = whole_environment();
  std::erase_if(all, [](const std::string& text) {
    return !is_plain(std::string_view(text).substr(0, text.find('=')));
  });
  return all;
}

}  // namespace davit::local
