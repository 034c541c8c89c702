// Contents of the files in the seed's repositories.
#pragma once

#include <string>
#include <string_view>

namespace davit::sandbox::gitlab::files {

// harbor/api on main
extern const std::string_view kReadme;
extern const std::string_view kCi;
extern const std::string_view kPackage;
extern const std::string_view kPaymentClient;
extern const std::string_view kPaymentErrors;
extern const std::string_view kLegacyTimeout;
extern const std::string_view kClientTest;
extern const std::string_view kHttpStub;
extern const std::string_view kOrderService;
extern const std::string_view kServer;
extern const std::string_view kHealth;
extern const std::string_view kPaymentsDoc;
extern const std::string_view kRunbook;
extern const std::string_view kMigrate;

// What the branches make of them.
extern const std::string_view kPaymentClientWithRetry;
extern const std::string_view kRetry;
extern const std::string_view kRetryAfterReview;
extern const std::string_view kRetryTest;

// What harbor/api!10 brings (seed_story.cpp).
extern const std::string_view kProvider;
extern const std::string_view kServerWithPool;

// A lock file with `packages` entries, all of one `generation`.
std::string lock_file(int packages, int generation);

// `text` with the one occurrence of `old_part` replaced.
std::string edited(std::string_view text, std::string_view old_part, std::string_view new_part);

}  // namespace davit::sandbox::gitlab::files
