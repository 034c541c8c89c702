#include "json/schema_formats.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstddef>
#include <optional>

#include "base/strings.h"
#include "json/pattern.h"
#include "json/uri.h"

namespace davit::json {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Takes pieces off the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}
  bool done() const { return rest_.empty(); }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Exactly `count` digits.
  std::optional<int> number(std::size_t count) {
    if (rest_.size() < count || !std::ranges::all_of(rest_.substr(0, count), is_digit)) return {};
    int value = 0;
    for (auto const c : rest_.substr(0, count)) value = value * 10 + (c - '0');
    rest_.remove_prefix(count);
    return value;
  }
  // How many digits stand here; takes them.
  std::size_t digits() {
    auto const end = std::ranges::find_if_not(rest_, is_digit);
    auto const count = static_cast<std::size_t>(end - rest_.begin());
    rest_.remove_prefix(count);
    return count;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

// RFC 3339, section 5.6 and appendix A.
bool read_date(Reader& in) {
  auto const year = in.number(4);
  if (!year || !in.take('-')) return false;
  auto const month = in.number(2);
  if (!month || *month < 1 || *month > 12 || !in.take('-')) return false;
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  auto const leap = *year % 4 == 0 && (*year % 100 != 0 || *year % 400 == 0);
  auto const days = kDays[static_cast<std::size_t>(*month - 1)] + (*month == 2 && leap ? 1 : 0);
  auto const day = in.number(2);
  return day && *day >= 1 && *day <= days;
}

bool read_time(Reader& in) {
  auto const hour = in.number(2);
  if (!hour || *hour > 23 || !in.take(':')) return false;
  auto const minute = in.number(2);
  if (!minute || *minute > 59 || !in.take(':')) return false;
  auto const second = in.number(2);
  if (!second || *second > 60) return false;
  if (in.take('.') && in.digits() == 0) return false;
  auto offset = 0;
  if (!in.take('Z') && !in.take('z')) {
    auto const sign = in.take('+') ? 1 : -1;
    if (sign < 0 && !in.take('-')) return false;
    auto const hours = in.number(2);
    if (!hours || *hours > 23 || !in.take(':')) return false;
    auto const minutes = in.number(2);
    if (!minutes || *minutes > 59) return false;
    offset = sign * (*hours * 60 + *minutes);
  }
  // A leap second is the last of a day in UTC (section 5.7).
  constexpr int kDay = 24 * 60;
  return *second < 60 || (*hour * 60 + *minute - offset + kDay) % kDay == kDay - 1;
}

bool is_date(std::string_view text) {
  Reader in(text);
  return read_date(in) && in.done();
}
bool is_time(std::string_view text) {
  Reader in(text);
  return read_time(in) && in.done();
}
bool is_date_time(std::string_view text) {
  Reader in(text);
  return read_date(in) && (in.take('T') || in.take('t')) && read_time(in) && in.done();
}

// Takes numbers with these units, without gap between the first and the last; how many there were,
// negative when one is malformed.
int read_units(Reader& in, std::string_view units) {
  int count = 0;
  while (!in.done() && is_digit(in.rest().front())) {
    in.digits();
    auto const unit = in.done() ? std::string_view::npos : units.find(in.rest().front());
    if (unit == std::string_view::npos || (count > 0 && unit > 0)) return -1;
    in.take(units[unit]);
    units.remove_prefix(unit + 1);
    ++count;
  }
  return count;
}

bool is_duration(std::string_view text) {
  Reader in(text);
  if (!in.take('P')) return false;
  if (text.ends_with('W')) return in.digits() > 0 && in.take('W') && in.done();
  auto const days = read_units(in, "YMD");
  if (in.done()) return days > 0;
  return days >= 0 && in.take('T') && read_units(in, "HMS") > 0 && in.done();
}

template <int Family>
bool is_address(std::string_view text) {
  char buffer[64] = {};
  if (text.size() >= sizeof buffer || text.find('\0') != std::string_view::npos) return false;
  std::ranges::copy(text, buffer);
  unsigned char address[sizeof(in6_addr)];
  return inet_pton(Family, buffer, address) == 1;
}

// RFC 1123, section 2.1.
bool is_hostname(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  return std::ranges::all_of(split(text, '.'), [](std::string_view label) {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, [](char c) {
             return is_letter(c) || is_digit(c) || c == '-';
           });
  });
}
bool is_idn_hostname(std::string_view text) { return !is_ascii(text) || is_hostname(text); }

// RFC 5321, section 4.1.2.
bool is_email(std::string_view text) {
  auto const at = text.rfind('@');
  if (at == std::string_view::npos || at == 0) return false;
  auto const local = text.substr(0, at);
  auto domain = text.substr(at + 1);
  if (domain.starts_with('[') && domain.ends_with(']')) {
    domain = domain.substr(1, domain.size() - 2);
    auto const six = domain.starts_with("IPv6:");
    if (!(six ? is_address<AF_INET6>(domain.substr(5)) : is_address<AF_INET>(domain))) return false;
  } else if (!is_hostname(domain)) {
    return false;
  }
  if (local.size() >= 2 && local.starts_with('"') && local.ends_with('"')) {
    auto const quoted = local.substr(1, local.size() - 2);
    for (std::size_t i = 0; i < quoted.size(); ++i) {
      if (quoted[i] == '\\' && ++i == quoted.size()) return false;
      if (quoted[i] < ' ' || quoted[i] > '~' || (quoted[i] == '"' && quoted[i - 1] != '\\')) {
        return false;
      }
    }
    return true;
  }
  return std::ranges::all_of(split(local, '.'), [](std::string_view atom) {
    return !atom.empty() && std::ranges::all_of(atom, [](char c) {
      return is_letter(c) || is_digit(c) ||
             std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
    });
  });
}
bool is_idn_email(std::string_view text) {
  return is_ascii(text) ? is_email(text) : text.find('@') != std::string_view::npos;
}

// RFC 3986, appendix A: the characters of a component are `also`, unreserved, sub-delims, escapes.
bool has_only(std::string_view text, std::string_view also, bool unicode) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      if (!unicode) return false;
    } else if (!is_letter(c) && !is_digit(c) && also.find(c) == std::string_view::npos &&
               std::string_view("-._~!$&'()*+,;=").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

bool is_authority(std::string_view text, bool unicode) {
  if (auto const at = text.rfind('@'); at != std::string_view::npos) {
    if (!has_only(text.substr(0, at), ":", unicode)) return false;
    text.remove_prefix(at + 1);
  }
  std::string_view port;
  if (text.starts_with('[')) {
    auto const end = text.find(']');
    if (end == std::string_view::npos) return false;
    auto const address = text.substr(1, end - 1);
    if (!iequals(address.substr(0, 1), "v") && !is_address<AF_INET6>(address)) return false;
    port = text.substr(end + 1);
  } else {
    auto const colon = std::min(text.find(':'), text.size());
    if (!has_only(text.substr(0, colon), "", unicode)) return false;
    port = text.substr(colon);
  }
  return port.empty() || (port.front() == ':' && std::ranges::all_of(port.substr(1), is_digit));
}

bool is_reference(std::string_view text, bool absolute, bool unicode) {
  auto const parts = split_uri(text);
  if (absolute && !parts.scheme) return false;
  if (parts.authority && !is_authority(*parts.authority, unicode)) return false;
  if (!parts.scheme && !parts.authority) {
    // RFC 3986, 4.2: no colon in the first segment, it would read as a scheme.
    if (parts.path.substr(0, parts.path.find('/')).find(':') != std::string_view::npos)
      return false;
  }
  return has_only(parts.path, ":@/", unicode) &&
         (!parts.query || has_only(*parts.query, ":@/?", unicode)) &&
         (!parts.fragment || has_only(*parts.fragment, ":@/?", unicode));
}

template <bool Absolute, bool Unicode>
bool is_uri(std::string_view text) {
  return is_reference(text, Absolute, Unicode);
}

// RFC 6570, section 2.3: a variable name, then `*` or `:` and how many characters to take.
bool is_template_variable(std::string_view text) {
  auto const colon = text.find(':');
  if (colon != std::string_view::npos) {
    auto const count = text.substr(colon + 1);
    if (count.empty() || count.size() > 4 || count.front() == '0') return false;
    if (!std::ranges::all_of(count, is_digit)) return false;
  } else if (text.ends_with('*')) {
    text.remove_suffix(1);
  }
  return std::ranges::all_of(split(text.substr(0, colon), '.'), [](std::string_view part) {
    return !part.empty() && part.find_first_of("-~!$&'()*+,;=") == std::string_view::npos &&
           has_only(part, "", false);
  });
}

// RFC 6570, section 2, with the operators of levels 1 to 4. As in RFC 3986, an apostrophe may
// stand in a literal.
bool is_uri_template(std::string_view text) {
  while (!text.empty()) {
    auto const brace = text.find_first_of("{}");
    for (auto const c : text.substr(0, brace)) {
      auto const control = static_cast<unsigned char>(c) <= ' ' || c == 0x7F;
      if (control || std::string_view("\"<>\\^`|").find(c) != std::string_view::npos) return false;
    }
    if (brace == std::string_view::npos) return true;
    auto const end = text.find('}', brace);
    if (text[brace] == '}' || end == std::string_view::npos) return false;
    auto expression = text.substr(brace + 1, end - brace - 1);
    if (expression.find_first_of("+#./;?&") == 0) expression.remove_prefix(1);
    if (!std::ranges::all_of(split(expression, ','), is_template_variable)) return false;
    text.remove_prefix(end + 1);
  }
  return true;
}

// RFC 4122, section 3.
bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

// RFC 6901, section 3.
bool is_json_pointer(std::string_view text) {
  if (!text.empty() && text.front() != '/') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '~') continue;
    if (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1')) return false;
  }
  return true;
}

bool is_relative_json_pointer(std::string_view text) {
  Reader in(text);
  if (in.digits() == 0 || (text.front() == '0' && text.size() > 1 && is_digit(text[1]))) {
    return false;
  }
  return in.rest() == "#" || is_json_pointer(in.rest());
}

bool is_regex(std::string_view text) {
  constexpr std::size_t kMemory = 1 << 18;
  return Pattern::compile(text, kMemory).has_value();
}

struct Named {
  std::string_view name;
  FormatCheck check;
};
constexpr Named kFormats[] = {
    {"date-time", is_date_time},
    {"date", is_date},
    {"time", is_time},
    {"duration", is_duration},
    {"email", is_email},
    {"idn-email", is_idn_email},
    {"hostname", is_hostname},
    {"idn-hostname", is_idn_hostname},
    {"ipv4", is_address<AF_INET>},
    {"ipv6", is_address<AF_INET6>},
    {"uri", is_uri<true, false>},
    {"uri-reference", is_uri<false, false>},
    {"iri", is_uri<true, true>},
    {"iri-reference", is_uri<false, true>},
    {"uri-template", is_uri_template},
    {"uuid", is_uuid},
    {"json-pointer", is_json_pointer},
    {"relative-json-pointer", is_relative_json_pointer},
    {"regex", is_regex},
};

}  // namespace

FormatCheck find_format(std::string_view name) {
  auto const* row = std::ranges::find(kFormats, name, &Named::name);
  return row == std::end(kFormats) ? nullptr : row->check;
}

}  // namespace davit::json
