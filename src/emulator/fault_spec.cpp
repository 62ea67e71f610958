// The language of --fault: one table of keys reads, checks and documents it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "descopectl/base/text.hpp"
#include "descopectl/emulator/faults.hpp"

namespace descopectl::emulator {
namespace {

using http::Mischief;

/// A spec while it is read: what was said, where that decides what is left unsaid.
struct Draft {
  Fault fault;
  bool has_status = false;
  bool has_body = false;
  std::optional<bool> effect;
  bool has_action = false;  ///< anything that makes a difference
};

/// Reads a value; false where it is none. `Draft` is changed only then.
using Read = bool (*)(Draft& draft, std::string_view value);

struct Key {
  FaultKeyHelp help;
  Read read;
  std::string_view expected;  ///< for the message
};

template <class Number>
bool read_number(std::string_view text, Number minimum, Number maximum, Number& number) {
  Number read{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read);
  // Written so that "not a number" fails, too.
  if (error != std::errc() || end != text.data() + text.size() || !(read >= minimum && read <= maximum))
    return false;
  number = read;
  return true;
}

constexpr std::int64_t kMany = 1'000'000'000;
constexpr std::int64_t kLongest = 600'000;  // milliseconds

bool read_status(Draft& draft, std::string_view value) {
  draft.has_status = draft.has_action = true;
  return read_number(value, 400, 599, draft.fault.status);
}

bool read_body(Draft& draft, std::string_view value) {
  constexpr std::array<std::pair<std::string_view, Fault::Body>, 3> kBodies{
      {{"json", Fault::Body::kJson}, {"html", Fault::Body::kHtml}, {"none", Fault::Body::kNone}}};
  draft.has_body = true;
  for (const auto& [name, body] : kBodies) {
    if (name != value) continue;
    draft.fault.body = body;
    return true;
  }
  return false;
}

bool read_retry_after(Draft& draft, std::string_view value) {
  return read_number(value, 0, 3600, draft.fault.retry_after);
}

bool read_connection(Draft& draft, std::string_view value) {
  constexpr std::array<std::pair<std::string_view, Mischief>, 3> kEnds{
      {{"reset", Mischief::kResetBeforeAnswer},
       {"truncate", Mischief::kTruncateAnswer},
       {"hang", Mischief::kNeverAnswer}}};
  draft.has_action = true;
  for (const auto& [name, mischief] : kEnds) {
    if (name != value) continue;
    draft.fault.mischief = mischief;
    return true;
  }
  return false;
}

bool read_effect(Draft& draft, std::string_view value) {
  if (value != "yes" && value != "no") return false;
  draft.effect = value == "yes";
  return true;
}

bool read_delay(Draft& draft, std::string_view value) {
  std::int64_t milliseconds = 0;
  if (!read_number(value, std::int64_t{0}, kLongest, milliseconds)) return false;
  draft.fault.delay = std::chrono::milliseconds(milliseconds);
  draft.has_action = draft.has_action || milliseconds > 0;
  return true;
}

bool read_times(Draft& draft, std::string_view value) {
  return read_number(value, std::int64_t{1}, kMany, draft.fault.times);
}
bool read_after(Draft& draft, std::string_view value) {
  return read_number(value, std::int64_t{0}, kMany, draft.fault.after);
}
bool read_every(Draft& draft, std::string_view value) {
  return read_number(value, std::int64_t{1}, kMany, draft.fault.every);
}
bool read_probability(Draft& draft, std::string_view value) {
  return read_number(value, 0.0, 1.0, draft.fault.probability);
}

constexpr std::array kKeys{
    Key{{"status", "400-599", "answer with this status"}, read_status, "a number from 400 to 599"},
    Key{{"body", "json|html|none", "what stands in that answer (json)"}, read_body, "json, html or none"},
    Key{{"retry-after", "SECONDS", "its header Retry-After (1 with 429)"},
        read_retry_after,
        "a whole number from 0 to 3600"},
    Key{{"connection", "reset|truncate|hang",
         "reset it, cut the answer short, never answer; only truncate goes with status"},
        read_connection,
        "reset, truncate or hang"},
    Key{{"effect", "yes|no",
         "carry the request out all the same (no; but yes with truncate and with delay alone)"},
        read_effect,
        "yes or no"},
    Key{{"delay", "MS", "wait before the answer"}, read_delay, "a whole number from 0 to 600000"},
    Key{{"after", "N", "let N requests pass first"}, read_after, "a whole number from 0"},
    Key{{"every", "N", "then one in N"}, read_every, "a whole number from 1"},
    Key{{"times", "N", "then at most N times"}, read_times, "a whole number from 1"},
    Key{{"probability", "P", "then with this probability, by --fault-seed"},
        read_probability,
        "a number from 0 to 1"}};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\r";
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

Error wrong(std::string message, std::string hint) {
  return {ErrorKind::kInvalidInput, std::move(message), std::move(hint)};
}

/// What the service answers; a fault on any other method would never act.
constexpr std::array<std::string_view, 4> kMethods{"GET", "HEAD", "POST", "DELETE"};
constexpr std::string_view kForm = "[METHOD] PATH: KEY=VALUE, ...";

/// "POST /a/*", or the path alone.
Result<void> read_place(std::string_view text, Fault& fault) {
  text = trimmed(text);
  const auto space = text.find_first_of(" \t");
  const std::string_view method =
      space == std::string_view::npos ? std::string_view() : text.substr(0, space);
  const std::string_view path = trimmed(text.substr(method.size()));
  if (!method.empty() && std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end())
    return wrong(fmt::format("'{}' is no method of the Management API", base::printable(method, 80)),
                 fmt::format("write {} with {}, or the path alone for any", kForm,
                             base::join_words({kMethods.begin(), kMethods.end()}, " or ")));
  if ((!path.starts_with('/') && !path.starts_with('*')) ||
      path.find_first_of(" \t?") != std::string_view::npos)
    return wrong(fmt::format("'{}' is no path", base::printable(path, 200)),
                 "a path begins with / or *, and has no query and no spaces");
  fault.method = method;
  fault.path = path;
  return {};
}

Result<void> read_pair(std::string_view text, Draft& draft, std::vector<std::string_view>& seen) {
  const auto equals = text.find('=');
  const std::string_view name = trimmed(text.substr(0, equals));
  const std::string_view value =
      equals == std::string_view::npos ? std::string_view() : trimmed(text.substr(equals + 1));
  std::vector<std::string_view> known;
  for (const Key& key : kKeys) {
    known.push_back(key.help.name);
    if (key.help.name != name) continue;
    if (std::find(seen.begin(), seen.end(), name) != seen.end())
      return wrong(fmt::format("'{}' is given twice", name), "give each key once");
    seen.push_back(key.help.name);
    if (key.read(draft, value)) return {};
    return wrong(fmt::format("invalid value '{}' for '{}'", base::printable(value, 80), name),
                 fmt::format("must be {}", key.expected));
  }
  const auto nearest = base::find_nearest(name, known);
  return wrong(fmt::format("unknown key '{}'", base::printable(name, 80)),
               nearest ? fmt::format("did you mean '{}'?", *nearest)
                       : fmt::format("known keys: {}", base::join_words(known)));
}

/// What only holds of all keys together, and what follows from what was left unsaid.
Result<Fault> finish(Draft draft) {
  Fault& fault = draft.fault;
  if (!draft.has_action) return wrong("it does nothing", "give one of status, connection and delay");
  if (!draft.has_status && (draft.has_body || fault.retry_after >= 0))
    return wrong(fmt::format("'{}' needs 'status'", draft.has_body ? "body" : "retry-after"),
                 "add for example status=503");
  const bool is_answerless =
      fault.mischief == Mischief::kResetBeforeAnswer || fault.mischief == Mischief::kNeverAnswer;
  if (draft.has_status && is_answerless)
    return wrong("'status' is an answer, and 'connection=reset' and 'connection=hang' give none",
                 "take one of the two out, or cut the answer short with connection=truncate");
  // What replaces the answer comes from before the service, unless said otherwise; what spoils or delays its
  // own answer needs one.
  const bool is_service_needed = !draft.has_status && !is_answerless;
  if (is_service_needed && draft.effect == false)
    return wrong("'effect=no' leaves no answer", "add for example status=503, or connection=reset");
  fault.is_carried_out = draft.effect.value_or(is_service_needed);
  return std::move(fault);
}

}  // namespace

std::vector<FaultKeyHelp> fault_keys() {
  std::vector<FaultKeyHelp> keys;
  for (const Key& key : kKeys)
    keys.push_back(key.help);
  return keys;
}

Result<Fault> parse_fault(std::string_view text) {
  // No value holds a colon, but an id in a path may.
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return wrong("there is no ':' behind the path",
                 fmt::format("write {}, for example POST /v1/mgmt/resource/create: status=503", kForm));
  Draft draft;
  if (auto place = read_place(text.substr(0, colon), draft.fault); place.has_error()) return place.error();
  std::vector<std::string_view> seen;
  std::string_view rest = text.substr(colon + 1);
  while (!trimmed(rest).empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    if (auto pair = read_pair(rest.substr(0, comma), draft, seen); pair.has_error()) return pair.error();
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return finish(std::move(draft));
}

}  // namespace descopectl::emulator
