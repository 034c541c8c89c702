// The data that the sandbox starts with: the story of sandbox/story.h, and enough besides that
// lists have pages.
#pragma once

#include "sandbox/pagerduty/pagerduty.h"
#include "sandbox/pagerduty/store.h"

namespace davit::sandbox::pagerduty {

Store make_seed(const Options& options, const Addresses& at, Time now);

// Its parts, in the order of make_seed.
void add_people(Store& store);
void add_on_call(Store& store, Time now);
void add_services(Store& store, const Options& options, Time now);
void add_history(Store& store, Time now);
void add_changes(Store& store, const Addresses& at, Time now);
void add_story(Store& store, const Addresses& at, Time now);
void add_plans(Store& store, Time now);  // maintenance windows, workflows, posts

// Ids that several parts mention.
namespace seed {
inline constexpr std::string_view kTeam = "PTPAYMT";
inline constexpr std::string_view kFrontTeam = "PTFRONT";
inline constexpr std::string_view kPolicy = "PEPAYMT";
inline constexpr std::string_view kFrontPolicy = "PEFRONT";
inline constexpr std::string_view kPrimary = "PSPRIM1";
inline constexpr std::string_view kSecondary = "PSSECO1";
inline constexpr std::string_view kFrontSchedule = "PSFRONT";
inline constexpr std::string_view kWebService = "PHARWEB";
inline constexpr std::string_view kProviderService = "PPAYPRV";
inline constexpr std::string_view kDatabaseService = "PORDRDB";
inline constexpr std::string_view kDynatrace = "PIDYNAT";  // integration of story::kPageService
inline constexpr std::string_view kMina = "PUMINA1";
inline constexpr std::string_view kJonas = "PUJONAS";
inline constexpr std::string_view kAisha = "PUAISHA";
inline constexpr std::string_view kTomas = "PUTOMAS";
inline constexpr std::string_view kPriya = "PUPRIYA";
inline constexpr std::string_view kLena = "PULENA1";
inline constexpr std::string_view kStatusPage = "PSTATUS";
}  // namespace seed

}  // namespace davit::sandbox::pagerduty
