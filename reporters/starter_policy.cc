#include "reporters/starter_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace muster {
namespace {

/// Bytes of the control character or line break that `text` begins with, those of Unicode included.
std::size_t control_length(std::string_view text) {
    const auto byte = [&](std::size_t at) {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    if (byte(0) < 0x20 || byte(0) == 0x7f) return 1;
    if (byte(0) == 0xc2 && byte(1) >= 0x80 && byte(1) < 0xa0) return 2;
    if (text.starts_with("\xe2\x80\xa8") || text.starts_with("\xe2\x80\xa9")) return 3;
    return 0;
}

/// On one line, and nothing that a terminal or a YAML comment would obey.
std::string visible(std::string_view text) {
    std::string out;
    for (; !text.empty(); text.remove_prefix(1)) {
        const auto length = control_length(text);
        out += length == 0   ? std::string{text.front()}
               : length == 1 ? fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()))
                             : "?";
        if (length > 1) text.remove_prefix(length - 1);
    }
    return out;
}

bool is_unquoted(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"_./-"}.find(c) != std::string_view::npos;
}

/// Words that YAML, 1.1 or 1.2, takes for something else than text.
bool is_reserved(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    static constexpr std::array<std::string_view, 9> words{"null", "true", "false", "yes", "no",
                                                           "on",   "off",  "y",     "n"};
    return std::ranges::find(words, text) != words.end();
}

/// Text as YAML, quoted where it must be.
std::string yaml(const std::string& text) {
    const auto letter = [](char c) {
        return is_unquoted(c) && !(c >= '0' && c <= '9') && c != '.' && c != '-';
    };
    if (!text.empty() && letter(text.front()) && std::ranges::all_of(text, is_unquoted) &&
        !is_reserved(text))
        return text;
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (control_length({&c, 1}) == 0)
            out += c;
        else
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
    return out + "\"";
}

/// A path as a policy writes it: ${ stands for itself only as $${.
std::string yaml_path(std::string path) {
    for (auto at = path.find("${"); at != std::string::npos; at = path.find("${", at + 3))
        path.insert(at, 1, '$');
    return yaml(path);
}

/// A word of a shell command.
std::string shell_word(const std::string& word) {
    if (!word.empty() && word.front() != '-' && std::ranges::all_of(word, is_unquoted)) return word;
    std::string out = word.starts_with('-') ? "./" : "";
    out += '\'';
    for (const char c : visible(word)) out += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return out + "'";
}

Bytes bytes_of(const StarterTarget& target) {
    Bytes sum;
    for (const auto& database : target.databases) sum += database.bytes;
    return sum;
}

/// "4 databases, 12 KiB".
std::string size_of(const StarterTarget& target) {
    const auto size = spell_bytes(bytes_of(target));
    return target.databases.size() == 1
               ? size
               : fmt::format("{} databases, {}", target.databases.size(), size);
}

std::string policy_name(const InitReport& report) {
    const auto cut = report.folder.find_last_of('/');
    const auto last = report.folder.substr(cut == std::string::npos ? 0 : cut + 1);
    return visible(last.empty() ? "databases" : last);
}

constexpr std::string_view head =
    R"(# yaml-language-server: $schema=policy-v1.json
# A policy to start from, written by 'muster init'. Paths are relative to this file.
#   muster validate FILE   says what is wrong with it
#   muster plan FILE       says what 'apply' would do, and changes nothing
#   muster apply FILE      takes the snapshots, proves them and rehearses a restore
#   muster schema policy --output policy-v1.json   gives your editor help with every key
)";

constexpr std::string_view before_targets = R"(
defaults:
  targets:
    rpo: 26h                   # the newest proven snapshot is never older: a daily run, and some leeway
    rto: 15m                   # a rehearsed restore, checks included, is never slower

stores:
  near:
    local: muster-backups      # better another disk; better still, a second store elsewhere:
  # offsite:
  #   s3:
  #     endpoint: https://s3.eu-central-1.amazonaws.com
  #     region: eu-central-1
  #     bucket: my-backups
  #     access_key: { env: AWS_ACCESS_KEY_ID }
  #     secret_key: { env: AWS_SECRET_ACCESS_KEY }

targets:
)";

constexpr std::string_view after_targets =
    R"(  # What a database must hold is asked of every snapshot and of every restored copy:
  # orders:
  #   sqlite: orders.db
  #   checks:
  #     - name: enough-orders
  #       sql: SELECT count(*) FROM orders
  #       expect: ">= 1000"

protect:
  daily:
    targets: { kind: sqlite }  # every database above; or a list of names
    stores: [near]             # each gets a copy: [near, offsite]
    schedule: { every: 1d }    # when a snapshot is due; let a timer run 'muster apply' every hour
    verify: full               # checksum and quick are faster, and prove nothing; deep reads blobs too
    keep: { last: 3, daily: 14, weekly: 8 }

drills:
  smoke:                       # a copy is damaged and restored, and must be as it was
    scenario: restore-smoke
    targets: { kind: sqlite }
    schedule: { every: 7d }

reports:
  handoff: { markdown: muster-handoff.md }   # for whoever takes over, after every apply

# notify:
#   healthchecks: { ping_url: { env: HEALTHCHECKS_URL } }   # tells you when a run is missing

audit:
  state: muster-state          # journals and records of every run
)";

}  // namespace

std::string starter_policy(const InitReport& report) {
    std::string out{head};
    for (const auto& note : report.notes) out += fmt::format("# Note: {}\n", visible(note));
    out += fmt::format("muster: 1\nname: {}\n", yaml(policy_name(report)));
    out += before_targets;
    for (const auto& target : report.targets)
        out += fmt::format("  {}:\n    sqlite: {}  # {}\n", yaml(target.name),
                           yaml_path(target.sqlite), size_of(target));
    return out + std::string{after_targets};
}

std::string init_text(const InitReport& report) {
    std::size_t count = 0;
    for (const auto& target : report.targets) count += target.databases.size();
    std::string out = fmt::format("Found {} database{} in {}\n", count, count == 1 ? "" : "s",
                                  visible(report.folder));
    for (const auto& target : report.targets)
        out +=
            fmt::format("  {:<24} {}, {}\n", target.name, visible(target.sqlite), size_of(target));
    for (const auto& note : report.notes) out += fmt::format("note: {}\n", visible(note));
    const auto file = shell_word(report.policy);
    out += fmt::format("Wrote {}\nNext:\n", visible(report.policy));
    for (const auto command : {"validate", "plan", "apply"})
        out += fmt::format("  muster {} {}\n", command, file);
    return out;
}

}  // namespace muster
