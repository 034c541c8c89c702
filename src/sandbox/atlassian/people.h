// Account ids of the story's people, in the order of story::kPeople. Jira and Confluence of a site
// share them.
#pragma once

#include <string_view>

namespace davit::sandbox::atlassian {

inline constexpr std::string_view kMinaId = "5b10ac8d82e05b22cc7d4e01";
inline constexpr std::string_view kJonasId = "5b10ac8d82e05b22cc7d4e02";
inline constexpr std::string_view kAishaId = "5b10ac8d82e05b22cc7d4e03";
inline constexpr std::string_view kTomasId = "5b10ac8d82e05b22cc7d4e04";
inline constexpr std::string_view kPriyaId = "5b10ac8d82e05b22cc7d4e05";
inline constexpr std::string_view kLenaId = "5b10ac8d82e05b22cc7d4e06";
inline constexpr std::string_view kAccountIds[] = {
    kMinaId, kJonasId, kAishaId, kTomasId, kPriyaId, kLenaId
};

}  // namespace davit::sandbox::atlassian
