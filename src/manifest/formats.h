// Formats: the texts of a manifest that have a form of their own. Each check says what is wrong
// without repeating the text, or nothing, as a row wants it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace davit::manifest {

std::string_view check_stack_name(std::string_view text);  // a-z, 0-9, -; at most 24
std::string_view check_account(std::string_view text);     // twelve digits
std::string_view check_region(std::string_view text);      // us-east-1
std::string_view check_domain(std::string_view text);      // mcp.example.com
std::string_view check_image(std::string_view text);       // registry/name:tag or @sha256:
std::string_view check_path(std::string_view text);        // /health
std::string_view check_arn(std::string_view text);
std::string_view check_cidr(std::string_view text);       // 10.0.0.0/16
std::string_view check_egress(std::string_view text);     // 10.0.0.0/8:5432
std::string_view check_vpc(std::string_view text);        // new or vpc-...
std::string_view check_subnet(std::string_view text);     // subnet-...
std::string_view check_issuer(std::string_view text);     // https://...
std::string_view check_origin(std::string_view text);     // https://app.example.com
std::string_view check_reference(std::string_view text);  // secretsmanager:..., ssm:...
std::string_view check_store(std::string_view text);      // none, valkey or a reference
std::string_view check_kms(std::string_view text);        // aws, create or an ARN
std::string_view check_oidc(std::string_view text);       // create or an ARN
std::string_view check_hours(std::string_view text);      // 07:00-20:00
std::string_view check_github(std::string_view text);     // owner/repository
std::string_view check_email(std::string_view text);
std::string_view check_endpoint(std::string_view text);  // ecr, logs, s3, ...
std::string_view check_log_level(std::string_view text);
std::string_view check_timezone(std::string_view text);    // Europe/Berlin
std::string_view check_zone(std::string_view text);        // Z0123456789ABCDEFGHIJ
std::string_view check_prefix(std::string_view text);      // of a repository: team/mcp
std::string_view check_tls_policy(std::string_view text);  // ELBSecurityPolicy-...
std::string_view check_node(std::string_view text);        // cache.t4g.micro
std::string_view check_stage(std::string_view text);       // live
std::string_view check_namespace(std::string_view text);   // mcp.internal
std::string_view check_ref_name(std::string_view text);    // of a branch or environment on GitHub
std::string_view check_tool(std::string_view text);        // gitlab_list_projects
std::string_view check_address(std::string_view text);     // 127.0.0.1, ::
std::string_view check_mount(std::string_view text);       // /mnt/data

// "A1" of "a-1": a name as a part of logical ids, which are letters and digits only.
std::string to_id(std::string_view name);

// Of four bytes, as in 10.0.0.0/16. Nothing when it is none, or has bits behind its mask.
struct Cidr {
  std::uint32_t address = 0;
  int bits = 0;
  bool overlaps(const Cidr& other) const;
  // All of the other.
  bool contains(const Cidr& other) const { return bits <= other.bits && overlaps(other); }
};
std::optional<Cidr> parse_cidr(std::string_view text);

// "07:00-20:00" as minutes of the day. Nothing when it is none.
struct Hours {
  int from = 0;
  int to = 0;
};
std::optional<Hours> parse_hours(std::string_view text);

struct Egress {
  std::string_view cidr;
  int port = 0;
};
std::optional<Egress> parse_egress(std::string_view text);

}  // namespace davit::manifest
