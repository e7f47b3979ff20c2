// One question over HTTP, ready to be asked.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/model/http_url.h"
#include "engine/model/policy/probe_spec.h"

namespace muster {

enum class HttpMethod { get, post, put, erase };

struct HttpQuestion {
    HttpMethod method = HttpMethod::get;
    HttpUrl url;
    std::map<std::string, std::string> headers;  ///< as they are sent; none holds a line break
    std::optional<std::string> json;             ///< the body
};

/// Of a call whose words are filled in. Errors: not_available for https; usage for what is no URL,
/// and for a header that cannot be sent. A message names the URL or the header, never its value.
Result<HttpQuestion> http_question(const HttpCall& call);

}  // namespace muster
