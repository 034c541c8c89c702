// What is the same in every OpenAPI document of ours.
#pragma once

#include <string_view>

#include "json/json.h"
#include "manifest/manifest.h"

namespace davit::infra {

// The schemas of bodies: Message, Batch, Messages (either of them), Events.
json::Object openapi_schemas();
json::Object schema_reference(std::string_view schema);

// What the gateway answers without a function, by its kind of refusal.
json::Object gateway_refusals(const manifest::Strings& origins);

// The responses and the integration of OPTIONS, for pages of these origins; there must be one.
json::Object preflight(const manifest::Strings& origins);

}  // namespace davit::infra
