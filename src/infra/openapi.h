// The OpenAPI 3.0.1 document of a deployment on Lambda, with the extensions by which API Gateway
// makes a REST API of it (API Gateway developer guide, "OpenAPI extensions for API Gateway").
#pragma once

#include "infra/parts.h"
#include "manifest/manifest.h"

namespace davit::infra {

// For the Body of a REST API. Needs the functions; has references to them as values of
// CloudFormation, and no address, which would be a reference of the API to itself.
Value openapi_document(const manifest::Manifest& manifest, const Parts& parts);

// The same to be read on its own: with the address, and with the references as texts,
// "${GitlabAlias}". Each unit must be one container.
Value readable_openapi(const manifest::Manifest& manifest);

}  // namespace davit::infra
