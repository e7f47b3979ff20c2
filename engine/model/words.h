// Words in braces that are filled in when a text is used: "{api}/v1/jobs/{job}".
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// A word is a letter, then letters, digits and . _ -; any other brace stands for itself, and so
/// does a word behind two: "{{job}" is the text "{job}".
std::vector<std::string> words_in(std::string_view text);

/// `text` with the value of each word; a word without one stays as it is written.
std::string fill_words(
    std::string_view text,
    const std::function<std::optional<std::string>(const std::string& word)>& value_of);

/// The name can stand in braces.
bool is_word(std::string_view name);

}  // namespace muster
