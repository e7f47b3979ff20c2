// One question over HTTP.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/model/http_url.h"

namespace muster {

struct HttpReply {
    int status = 0;
    std::string body;
};

/// GET; redirections are not followed. Waits at most `timeout` to connect, and as long for each
/// piece of the answer. Errors: io where there is no answer, or its body is longer than 1 MiB; the
/// message says why.
Result<HttpReply> ask_http(const HttpUrl& url, Duration timeout);

}  // namespace muster
