#include "app/own_address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <netinet/in.h>
#include <optional>

namespace davit::app {
namespace {

std::optional<in_addr> parse_four(const std::string& address) {
  in_addr four = {};
  return ::inet_pton(AF_INET, address.c_str(), &four) == 1 ? std::optional(four) : std::nullopt;
}

std::optional<in6_addr> parse_six(const std::string& address) {
  in6_addr six = {};
  return ::inet_pton(AF_INET6, address.c_str(), &six) == 1 ? std::optional(six) : std::nullopt;
}

// 127.0.0.0/8, 169.254.0.0/16.
bool is_for_others(const in_addr& address) {
  auto const number = ntohl(address.s_addr);
  return number != INADDR_ANY && number >> 24 != 127 && number >> 16 != 0xA9FE;
}

bool is_for_others(const in6_addr& address) {
  return IN6_IS_ADDR_UNSPECIFIED(&address) == 0 && IN6_IS_ADDR_LOOPBACK(&address) == 0 &&
         IN6_IS_ADDR_LINKLOCAL(&address) == 0;
}

std::string to_text(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = {};
  const void* number = nullptr;
  if (address->sa_family == AF_INET) {
    number = &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
  } else if (address->sa_family == AF_INET6) {
    number = &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  } else {
    return "";
  }
  auto const* const written = ::inet_ntop(address->sa_family, number, text, sizeof text);
  return written == nullptr ? "" : written;
}

std::vector<std::string> addresses_of_machine() {
  std::vector<std::string> addresses;
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return addresses;
  std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> const list(first, &::freeifaddrs);
  for (auto const* one = first; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || (one->ifa_flags & IFF_UP) == 0) continue;
    if (auto text = to_text(one->ifa_addr); !text.empty()) addresses.push_back(std::move(text));
  }
  return addresses;
}

}  // namespace

bool is_wildcard(const std::string& address) {
  auto const four = parse_four(address);
  auto const six = parse_six(address);
  return (four && four->s_addr == INADDR_ANY) || (six && IN6_IS_ADDR_UNSPECIFIED(&*six) != 0);
}

std::string reachable_address(std::span<const std::string> addresses) {
  for (auto const& address : addresses) {
    if (auto const four = parse_four(address); four && is_for_others(*four)) return address;
  }
  for (auto const& address : addresses) {
    if (auto const six = parse_six(address); six && is_for_others(*six)) return address;
  }
  return "";
}

Result<std::string> own_address() {
  auto address = reachable_address(addresses_of_machine());
  if (!address.empty()) return address;
  return Error(
      ErrorKind::not_found,
      "peer.host: this machine has no address that other replicas could connect to; write "
      "`peer.address`"
  );
}

}  // namespace davit::app
