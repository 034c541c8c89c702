// Formats of names: what AWS and GitHub call things.
#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>

#include "base/strings.h"
#include "manifest/formats.h"

namespace davit::manifest {
namespace {

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz0123456789";

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Letters, digits, and those of `more`.
bool has_only_letters(std::string_view text, std::string_view more) {
  return std::ranges::all_of(text, [more](char c) {
    return is_letter_or_digit(c) || more.find(c) != std::string_view::npos;
  });
}

}  // namespace

std::string to_id(std::string_view name) {
  std::string id;
  auto is_first = true;
  for (auto const c : name) {
    if (c != '-') id += is_first && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    is_first = c == '-';
  }
  return id;
}

std::string_view check_timezone(std::string_view text) {
  // Of the tz database, those without a slash that stand for a place.
  constexpr std::array<std::string_view, 9> kShort{
      "UTC", "GMT", "CET", "EET", "MET", "WET", "EST", "MST", "HST"
  };
  auto const is_place = text.find('/') != std::string_view::npos && !text.starts_with('/') &&
                        !text.ends_with('/') && has_only_letters(text, "/_+-");
  return is_place || std::ranges::find(kShort, text) != kShort.end()
             ? ""
             : "must be a time zone such as Europe/Berlin or UTC";
}

std::string_view check_zone(std::string_view text) {
  return text.starts_with('Z') && text.size() > 1 && text.size() <= 32 &&
                 text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") ==
                     std::string_view::npos
             ? ""
             : "must be the id of a hosted zone, such as Z0123456789ABCDEFGHIJ, not its name";
}

// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html: pieces of
// a-z and 0-9 with single separators between, at most 256 in all; /davitd follows.
std::string_view check_prefix(std::string_view text) {
  auto is_good = text.size() <= 200;
  auto is_after_piece = false;
  for (auto const c : text) {
    auto const is_piece = kLower.find(c) != std::string_view::npos;
    is_good =
        is_good && (is_piece || (is_after_piece && (c == '/' || c == '.' || c == '_' || c == '-')));
    is_after_piece = is_piece;
  }
  return is_good && is_after_piece
             ? ""
             : "must be a-z and 0-9 with single / . _ - between them, such as team/mcp";
}

std::string_view check_tls_policy(std::string_view text) {
  return text.starts_with("ELBSecurityPolicy-") && has_only_letters(text, "-")
             ? ""
             : "must be a policy such as ELBSecurityPolicy-TLS13-1-2-Res-2021-06";
}

std::string_view check_node(std::string_view text) {
  return text.starts_with("cache.") && text.size() > 6 && has_only_letters(text, ".-")
             ? ""
             : "must be a size of node such as cache.t4g.micro";
}

std::string_view check_stage(std::string_view text) {
  return text.size() <= 128 && has_only_letters(text, "_")
             ? ""
             : "must be at most 128 letters, digits and _";
}

std::string_view check_namespace(std::string_view text) {
  return text.size() <= 128 && has_only_letters(text, ".-") && !text.starts_with('.') &&
                 !text.ends_with('.')
             ? ""
             : "must be a name such as mcp.internal";
}

std::string_view check_ref_name(std::string_view text) {
  return has_only_letters(text, "/._-")
             ? ""
             : "must be a name, not a pattern: letters, digits and / . _ -";
}

// MCP 2025-11-25, server/tools, "Tool Names".
std::string_view check_tool(std::string_view text) {
  return text.size() <= 128 && has_only_letters(text, "._-")
             ? ""
             : "must be the name of a tool, such as gitlab_list_projects";
}

std::string_view check_address(std::string_view text) {
  in_addr four = {};
  in6_addr six = {};
  std::string const address(text);
  return ::inet_pton(AF_INET, address.c_str(), &four) == 1 ||
                 ::inet_pton(AF_INET6, address.c_str(), &six) == 1
             ? ""
             : "must be a numeric address such as 127.0.0.1, 0.0.0.0 or ::";
}

std::string_view check_mount(std::string_view text) {
  constexpr std::array<std::string_view, 9> kSystem{
      "/bin", "/dev", "/etc", "/lib", "/proc", "/sys", "/tmp", "/usr", "/var"
  };
  auto const first = text.substr(0, text.find('/', 1));
  auto const is_good = text.starts_with('/') && text.size() > 1 && !text.ends_with('/') &&
                       has_only_letters(text, "/._-") &&
                       text.find("//") == std::string_view::npos &&
                       text.find("..") == std::string_view::npos;
  return is_good && std::ranges::find(kSystem, first) == kSystem.end()
             ? ""
             : "must be a path of its own such as /mnt/data, none of the system's";
}

}  // namespace davit::manifest
