// Row: one setting as data: its key, the member it fills, what it may be, and what it is for. From
// a table of rows come the reader, the printed configuration and its reference.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace davit::config {

enum class Type { text, number, size, duration, flag, choice, list, nested };

// What a member holds: nothing (an unset optional), text, a number (also bytes, milliseconds, the
// index of a choice), a flag, a list.
using Value =
    std::variant<std::monostate, std::string, std::int64_t, bool, std::vector<std::string>>;

// A member of some struct, without its types.
struct Target {
  Type type = Type::nested;
  const void* owner = nullptr;                                   // stands for the struct's type
  std::int64_t most = std::numeric_limits<std::int64_t>::max();  // what the member can hold
  std::int64_t step = 1;  // milliseconds of the member's own unit
  // The value must be of the kind that the type says. Null in a nested target.
  void (*set)(void* object, Value value) = nullptr;
  Value (*get)(const void* object) = nullptr;
};

// Both ends included; bytes for sizes, milliseconds for durations.
struct Range {
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};
constexpr Range between(std::chrono::milliseconds least, std::chrono::milliseconds most) {
  return {least.count(), most.count()};
}

struct Row {
  std::string_view key;  // "limits.max_body" stands in the map `limits`
  Target target;
  std::string_view doc;  // one sentence
  Range range = {};
  // Of a choice: the names in the order of the enumerators, "read-only|read-write|full".
  std::string_view choices = {};
  bool required = false;
  // Of a text, or each one in a list: says what is wrong without repeating it, or nothing.
  std::string_view (*check)(std::string_view text) = nullptr;
};

template <class T>
inline constexpr char kOwner = 0;

// The rows of the struct T. Rows that fill another struct do not compile.
template <class T>
struct Table {
  template <std::size_t N>
  consteval Table(const Row (&all)[N]) : rows(all) {
    for (auto const& row : all) {
      if (row.target.owner != &kOwner<T>) throw "a row fills a member of another struct";
      if (!row.doc.ends_with('.')) throw "a row needs a sentence that says what it is for";
      if (row.key.find('.') != row.key.rfind('.')) throw "a key has at most one dot";
    }
  }
  std::span<const Row> rows;
};

template <class T>
struct MemberPointer;
template <class C, class M>
struct MemberPointer<M C::*> {
  using Owner = C;
  using Member = M;
};

template <class T>
struct Held {
  using Type = T;
};
template <class T>
struct Held<std::optional<T>> {
  using Type = T;
};

template <class T>
inline constexpr bool kIsDuration = false;
template <class R, class P>
inline constexpr bool kIsDuration<std::chrono::duration<R, P>> = true;

template <auto First, auto... Rest, class Object>
constexpr auto& reach(Object& object) {
  if constexpr (sizeof...(Rest) == 0) {
    return object.*First;
  } else {
    return reach<Rest...>(object.*First);
  }
}

template <class M>
Value get_member(const M& member) {
  using T = typename Held<M>::Type;
  if constexpr (!std::is_same_v<T, M>) {
    return member ? get_member(*member) : Value();
  } else if constexpr (kIsDuration<M>) {
    return Value(
        std::in_place_type<std::int64_t>,
        std::chrono::duration_cast<std::chrono::milliseconds>(member).count()
    );
  } else if constexpr ((std::is_integral_v<M> && !std::is_same_v<M, bool>) || std::is_enum_v<M>) {
    return Value(std::in_place_type<std::int64_t>, static_cast<std::int64_t>(member));
  } else {
    return Value(std::in_place_type<M>, member);
  }
}

template <class M>
void set_member(M& member, Value value) {
  using T = typename Held<M>::Type;
  if constexpr (!std::is_same_v<T, M>) {
    set_member(member.emplace(), std::move(value));
  } else if constexpr (kIsDuration<M>) {
    member =
        std::chrono::duration_cast<M>(std::chrono::milliseconds(std::get<std::int64_t>(value)));
  } else if constexpr ((std::is_integral_v<M> && !std::is_same_v<M, bool>) || std::is_enum_v<M>) {
    member = static_cast<M>(std::get<std::int64_t>(value));
  } else {
    member = std::get<M>(std::move(value));
  }
}

template <class M>
constexpr Type type_of() {
  using T = typename Held<M>::Type;
  if constexpr (std::is_same_v<T, bool>) return Type::flag;
  if constexpr (std::is_enum_v<T>) return Type::choice;
  if constexpr (kIsDuration<T>) return Type::duration;
  if constexpr (std::is_integral_v<T>) return Type::number;
  if constexpr (std::is_same_v<T, std::vector<std::string>>) return Type::list;
  return Type::text;
}

// The member at the end of the path: `to<&Settings::http, &http::ServerOptions::port>()`. Its type
// is that of the setting.
template <auto First, auto... Rest>
constexpr Target to() {
  using Owner = typename MemberPointer<decltype(First)>::Owner;
  using Member = std::remove_cvref_t<decltype(reach<First, Rest...>(std::declval<Owner&>()))>;
  using T = typename Held<Member>::Type;
  Target target{
      .type = type_of<Member>(),
      .owner = &kOwner<Owner>,
      .set =
          [](void* object, Value value) {
            set_member(reach<First, Rest...>(*static_cast<Owner*>(object)), std::move(value));
          },
      .get = [](const void* object
             ) { return get_member(reach<First, Rest...>(*static_cast<const Owner*>(object))); },
  };
  if constexpr (kIsDuration<T>) {
    target.step = std::chrono::duration_cast<std::chrono::milliseconds>(T(1)).count();
  } else if constexpr (std::is_integral_v<T> && sizeof(T) < sizeof(std::int64_t)) {
    target.most = static_cast<std::int64_t>(std::numeric_limits<T>::max());
  }
  return target;
}

// The same for a number of bytes.
template <auto... Path>
constexpr Target bytes() {
  auto target = to<Path...>();
  target.type = Type::size;
  return target;
}

// A map that its owner reads by itself.
template <class Owner>
constexpr Target nested() {
  return {.type = Type::nested, .owner = &kOwner<Owner>};
}

}  // namespace davit::config
