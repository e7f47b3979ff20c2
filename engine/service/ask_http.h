// One question over HTTP.
#pragma once

#include <string>

#include "engine/base/time.h"
#include "engine/service/http_question.h"

namespace muster {

struct HttpReply {
    int status = 0;
    std::string body;
};

/// Redirections are not followed, and nothing is asked twice. A body is sent as application/json
/// unless the headers say otherwise. It is over after `timeout`, however slowly the answer comes;
/// only for the system's look for the name of the host no bound is kept. Errors: io where there is
/// no whole answer by then, or its body is longer than 1 MiB; the message says why.
Result<HttpReply> ask_http(const HttpQuestion& question, Duration timeout);

}  // namespace muster
