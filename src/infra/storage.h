// Storage: what others have to know to write where the buckets let them.
#pragma once

#include <string_view>

namespace davit::infra {

// Where in the bucket of the logs the balancer puts its own, `access_logs.s3.prefix`. It may write
// nowhere else.
inline constexpr std::string_view kAccessLogsPrefix = "balancer";

}  // namespace davit::infra
