// Caller: on whose behalf a write is sent. PagerDuty wants an e-mail in the header From, and in one
// case a user's id in the body, because keys of an account belong to nobody.
// https://developer.pagerduty.com/docs/rest-api-v2/authentication/
#pragma once

#include <string>

#include "async/async.h"
#include "connector/invocation.h"

namespace davit::connectors::pagerduty {

// Connector::decorate: the From header where the reference requires one.
Async<> add_from(connector::Invocation call, connector::ApiRequest* request);

// The id of the user whom the setting `user` names, else of the key's own user.
Async<std::string> caller_id(connector::Invocation call);

}  // namespace davit::connectors::pagerduty
