#include "manifest/formats.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/strings.h"
#include "config/secret_reference.h"

namespace davit::manifest {
namespace {

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kDigits = "0123456789";

bool has_only(std::string_view text, std::string_view letters) {
  return text.find_first_not_of(letters) == std::string_view::npos;
}

std::optional<int> parse_number(std::string_view text, int most) {
  int number = 0;
  auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size() || text.empty()) return {};
  if (number < 0 || number > most) return {};
  return number;
}

bool is_id(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) && text.size() > prefix.size() &&
         has_only(text.substr(prefix.size()), "0123456789abcdef");
}

bool is_https(std::string_view text) {
  return text.starts_with("https://") && text.size() > 8 && text[8] != '/' &&
         text.find_first_of(" \t\"'<>#?@") == std::string_view::npos;
}

// "07:00"; 24:00 is the end of the day.
std::optional<int> parse_time(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return {};
  auto const hours = parse_number(text.substr(0, 2), 24);
  auto const minutes = parse_number(text.substr(3), 59);
  if (!hours || !minutes || (*hours == 24 && *minutes != 0)) return {};
  return *hours * 60 + *minutes;
}

}  // namespace

std::string_view check_stack_name(std::string_view text) {
  auto const is_good = !text.empty() && text.size() <= 24 &&
                       kLower.find(text[0]) != std::string_view::npos && !text.ends_with('-') &&
                       text.find("--") == std::string_view::npos &&
                       has_only(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
  return is_good ? ""
                 : "must be at most 24 of a-z, 0-9 and single -, begin with a letter and not end "
                   "with -: names of roles, functions and repositories are made of it";
}

std::string_view check_account(std::string_view text) {
  return text.size() == 12 && has_only(text, kDigits)
             ? ""
             : "must be the twelve digits of an AWS account, in quotes";
}

std::string_view check_region(std::string_view text) {
  auto const parts = split(text, '-');
  auto const is_good = parts.size() >= 3 && parts[0].size() == 2 && has_only(parts[0], kLower) &&
                       parts.back().size() == 1 && has_only(parts.back(), kDigits);
  return is_good ? "" : "must be a region such as us-east-1";
}

std::string_view check_domain(std::string_view text) {
  auto const labels = split(text, '.');
  auto is_good = labels.size() >= 2 && text.size() <= 253;
  for (auto const label : labels) {
    is_good = is_good && !label.empty() && label.size() <= 63 && !label.starts_with('-') &&
              !label.ends_with('-') && has_only(label, "abcdefghijklmnopqrstuvwxyz0123456789-");
  }
  return is_good ? "" : "must be a host name in lower case, such as mcp.example.com";
}

std::string_view check_image(std::string_view text) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/:@";
  if (text.empty() || !has_only(text, kLetters) || text.starts_with('/')) {
    return "must be an image such as registry.example.com/billing-mcp:1.4.2";
  }
  auto const name = text.substr(text.rfind('/') == std::string_view::npos ? 0 : text.rfind('/'));
  if (name.ends_with(":latest"))
    return "has the tag latest, which changes under a release; name one";
  return name.find_first_of(":@") == std::string_view::npos
             ? "has no tag and no digest, so that nobody could say what runs; add one"
             : "";
}

std::string_view check_path(std::string_view text) {
  return text.starts_with('/') && text.find_first_of(" \t?#*\"'") == std::string_view::npos
             ? ""
             : "must be a path such as /health";
}

std::string_view check_arn(std::string_view text) {
  auto const parts = split(text, ':');
  return parts.size() >= 6 && parts[0] == "arn" && parts[1].starts_with("aws") &&
                 text.find_first_of(" \t*") == std::string_view::npos
             ? ""
             : "must be an ARN, arn:aws:SERVICE:REGION:ACCOUNT:NAME";
}

std::optional<Cidr> parse_cidr(std::string_view text) {
  auto const slash = text.find('/');
  if (slash == std::string_view::npos) return {};
  auto const bits = parse_number(text.substr(slash + 1), 32);
  auto const bytes = split(text.substr(0, slash), '.');
  if (!bits || bytes.size() != 4) return {};
  Cidr cidr{.bits = *bits};
  for (auto const byte : bytes) {
    auto const number = parse_number(byte, 255);
    if (!number) return {};
    cidr.address = cidr.address << 8 | static_cast<std::uint32_t>(*number);
  }
  auto const host_bits = 32 - *bits;
  auto const mask = host_bits == 32 ? 0 : ~std::uint32_t{0} << host_bits;
  if ((cidr.address & ~mask) != 0) return {};
  return cidr;
}

bool Cidr::overlaps(const Cidr& other) const {
  auto const shared = std::min(bits, other.bits);
  return shared == 0 || address >> (32 - shared) == other.address >> (32 - shared);
}

std::string_view check_cidr(std::string_view text) {
  return parse_cidr(text) ? ""
                          : "must be a range such as 10.0.0.0/16, without bits behind its mask";
}

std::optional<Egress> parse_egress(std::string_view text) {
  auto const colon = text.rfind(':');
  if (colon == std::string_view::npos) return {};
  auto const port = parse_number(text.substr(colon + 1), 65535);
  if (!port || *port == 0 || !parse_cidr(text.substr(0, colon))) return {};
  return Egress{.cidr = text.substr(0, colon), .port = *port};
}

std::string_view check_egress(std::string_view text) {
  return parse_egress(text) ? "" : "must be a range and a port, such as 10.0.0.0/8:5432";
}

std::string_view check_vpc(std::string_view text) {
  return text == "new" || is_id(text, "vpc-") ? "" : "must be `new` or the id of a VPC, vpc-...";
}

std::string_view check_subnet(std::string_view text) {
  return is_id(text, "subnet-") ? "" : "must be the id of a subnet, subnet-...";
}

std::string_view check_issuer(std::string_view text) {
  return is_https(text) ? "" : "must be an address that begins with https://";
}

std::string_view check_origin(std::string_view text) {
  return is_https(text) && text.find('/', 8) == std::string_view::npos
             ? ""
             : "must be an origin such as https://app.example.com; `*` would let every page call";
}

std::string_view check_reference(std::string_view text) {
  auto const reference = config::parse_secret_reference(text);
  if (!reference) {
    return "is not a reference to a secret; write `secretsmanager:NAME#key` or `ssm:/NAME`, never "
           "the secret itself";
  }
  // Paths of files may have any letters.
  if (reference->scheme == config::Scheme::env || reference->scheme == config::Scheme::file) {
    return "";
  }
  std::string_view const target = reference->target;
  if (!has_only(
          target,
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
          "/_+=.@#:-"
      )) {
    return "has letters that no name of a secret has";
  }
  auto const hash = target.find('#');
  if (hash == std::string_view::npos) return "";
  if (reference->scheme == config::Scheme::parameter_store) {
    return "has a key, and parameters have one value only; leave out # and what follows";
  }
  return hash > 0 && hash + 1 < target.size() &&
                 target.find('#', hash + 1) == std::string_view::npos
             ? ""
             : "must be `secretsmanager:NAME#key`, with one # between the two";
}

std::string_view check_store(std::string_view text) {
  if (text == "none" || text == "valkey" || check_reference(text).empty()) return "";
  return "must be none, valkey, or a reference to a secret that holds a redis:// URL";
}

std::string_view check_kms(std::string_view text) {
  return text == "aws" || text == "create" || check_arn(text).empty()
             ? ""
             : "must be aws, create, or the ARN of a key";
}

std::string_view check_oidc(std::string_view text) {
  return text == "create" || check_arn(text).empty()
             ? ""
             : "must be create, or the ARN of the account's provider for GitHub";
}

std::optional<Hours> parse_hours(std::string_view text) {
  auto const dash = text.find('-');
  if (dash == std::string_view::npos) return {};
  auto const from = parse_time(text.substr(0, dash));
  auto const to = parse_time(text.substr(dash + 1));
  if (!from || !to || *from >= *to) return {};
  return Hours{.from = *from, .to = *to};
}

std::string_view check_hours(std::string_view text) {
  return parse_hours(text) ? "" : "must be hours of one day, in quotes, such as \"07:00-20:00\"";
}

std::string_view check_github(std::string_view text) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@";
  auto const parts = split(text, '/');
  return parts.size() == 2 && !parts[0].empty() && !parts[1].empty() &&
                 has_only(parts[0], kLetters) && has_only(parts[1], kLetters)
             ? ""
             : "must be a repository such as example/mcp-servers";
}

std::string_view check_email(std::string_view text) {
  auto const at = text.find('@');
  auto const host = text.substr(at == std::string_view::npos ? text.size() : at + 1);
  return at != 0 && check_domain(to_lower(host)).empty() &&
                 text.find_first_of(" \t,;<>\"'") == std::string_view::npos
             ? ""
             : "must be an e-mail address such as oncall@example.com";
}

std::string_view check_endpoint(std::string_view text) {
  constexpr std::array<std::string_view, 10> kEndpoints{
      "ecr",
      "elasticfilesystem",
      "kms",
      "lambda",
      "logs",
      "monitoring",
      "s3",
      "secretsmanager",
      "ssm",
      "xray"
  };
  return std::ranges::find(kEndpoints, text) != kEndpoints.end()
             ? ""
             : "must be one of ecr, elasticfilesystem, kms, lambda, logs, monitoring, s3, "
               "secretsmanager, ssm, xray";
}

std::string_view check_log_level(std::string_view text) {
  return text == "debug" || text == "info" || text == "warn" || text == "error"
             ? ""
             : "must be one of debug, info, warn, error";
}

}  // namespace davit::manifest
