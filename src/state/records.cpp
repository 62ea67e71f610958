// The lines of a state file: framing, checking and putting the records together again.
#include "descopectl/state/records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "descopectl/base/digest.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/state/store.hpp"

namespace descopectl::state {
namespace {

constexpr std::size_t kChecksumLength = 16;
constexpr std::size_t kMaxLengthDigits = 12;
constexpr std::string_view kBaseStart = R"({"format":"descopectl-state")";
constexpr const char* kDamageHint =
    "Restore the file from a copy, or move it aside and run 'descopectl state rebuild', which binds the "
    "manifests to what is live; nothing in it was changed.";
constexpr const char* kForeignHint =
    "Point state.path (or --state) at the state of this project; if this file was it, restore it from a "
    "copy, or move "
    "it aside and run 'descopectl state rebuild', which binds the manifests to what is live.";

// "<length> <checksum> " before a payload.
struct Frame {
  std::size_t header_bytes = 0;
  std::size_t payload_bytes = 0;
  std::string_view checksum;
};

// The frame that `line` begins with. Only what frame_record writes counts: no sign, no leading zero, lower
// case.
std::optional<Frame> parse_frame(std::string_view line) {
  const std::size_t digits = line.substr(0, kMaxLengthDigits + 1).find(' ');
  if (digits == std::string_view::npos || digits == 0 || line[0] < '1' || line[0] > '9') return std::nullopt;
  Frame frame;
  const auto [end, error] = std::from_chars(line.data(), line.data() + digits, frame.payload_bytes);
  if (error != std::errc() || end != line.data() + digits) return std::nullopt;
  frame.header_bytes = digits + 1 + kChecksumLength + 1;
  if (line.size() < frame.header_bytes || line[frame.header_bytes - 1] != ' ') return std::nullopt;
  frame.checksum = line.substr(digits + 1, kChecksumLength);
  return frame;
}

// One line of the file, its payload proven by length and checksum, or what is wrong with it.
struct Line {
  std::string_view payload;
  std::size_t bytes = 0;  ///< with the newline, where there is one
  bool has_newline = false;
  bool is_torn = false;  ///< ends with the file before it is whole
  std::string_view damage;
};

Line read_line(std::string_view text) {
  Line line;
  const std::size_t newline = text.find('\n');
  line.has_newline = newline != std::string_view::npos;
  const std::string_view content = line.has_newline ? text.substr(0, newline) : text;
  line.bytes = content.size() + (line.has_newline ? 1 : 0);
  const auto frame = parse_frame(content);
  if (!frame) {
    line.is_torn = !line.has_newline;
    line.damage = "it does not begin with a length and a checksum";
    return line;
  }
  line.payload = content.substr(frame->header_bytes);
  if (line.payload.size() != frame->payload_bytes) {
    // A write that was cut off is shorter than it should be. One that is longer has lost its newline
    // otherwise.
    line.is_torn = !line.has_newline && line.payload.size() < frame->payload_bytes;
    line.damage = "its length does not fit";
  } else if (base::short_checksum(line.payload) != frame->checksum) {
    line.is_torn = !line.has_newline;
    line.damage = "its checksum does not fit";
  }
  return line;
}

std::string name_state(const std::string& name) {
  return "the state " + base::printable(name);
}

Error at_line(const std::string& name, std::size_t line, const Error& error) {
  return {ErrorKind::kInvalidInput, fmt::format("{}, line {}: {}", name_state(name), line, error.message()),
          error.hint().empty() ? kDamageHint : error.hint()};
}

Error damage_at(const std::string& name, std::size_t line, std::string_view problem) {
  return at_line(name, line, Error(ErrorKind::kInvalidInput, fmt::format("damaged: {}", problem)));
}

// Whether a file that begins so can be ours at all, as far as it goes.
bool looks_like_ours(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && at < kMaxLengthDigits && text[at] >= '0' && text[at] <= '9')
    ++at;
  if (at == 0) return false;
  if (at == text.size()) return true;
  if (text[at++] != ' ') return false;
  for (std::size_t i = 0; i < kChecksumLength; ++i, ++at) {
    if (at == text.size()) return true;
    if ((text[at] < '0' || text[at] > '9') && (text[at] < 'a' || text[at] > 'f')) return false;
  }
  if (at == text.size()) return true;
  if (text[at++] != ' ') return false;
  const std::string_view payload = text.substr(at, kBaseStart.size());
  return payload == kBaseStart.substr(0, payload.size());
}

Result<Loaded> load_base(std::string_view text, const std::string& name) {
  if (text.empty())
    return Error(ErrorKind::kInvalidInput,
                 fmt::format("{} is empty, which a state never is", name_state(name)), kDamageHint);
  if (!looks_like_ours(text))
    return at_line(name, 1,
                   Error(ErrorKind::kInvalidInput, "this is not a state of descopectl", kForeignHint));
  const Line line = read_line(text);
  if (line.is_torn) return damage_at(name, 1, "the file ends before its first record does");
  if (!line.damage.empty()) return damage_at(name, 1, line.damage);
  auto state = decode_base(line.payload);
  if (!state) return at_line(name, 1, state.error());
  Loaded loaded;
  loaded.state = std::move(*state);
  loaded.base_bytes = line.bytes;
  loaded.whole_bytes = line.bytes;
  loaded.lacks_newline = !line.has_newline;
  return loaded;
}

Result<void> take_change(model::RecordedState& state, std::string_view payload) {
  auto change = decode_change(payload);
  if (!change) return change.error();
  if (change->serial != state.serial + 1)
    return Error(ErrorKind::kInvalidInput,
                 fmt::format("damaged: serial {} follows {}", change->serial, state.serial));
  if (const auto fits = check_change(state, change->change); !fits)
    return Error(ErrorKind::kInvalidInput, "damaged: " + fits.error().message());
  apply_change(state, std::move(*change));
  return {};
}

struct ChangeChecker {
  const model::RecordedState& state;

  Result<void> operator()(const TargetChange&) const { return {}; }
  Result<void> operator()(const PutChange&) const { return {}; }
  Result<void> operator()(const RemoveChange& change) const { return find(change.key); }
  Result<void> operator()(const IntentChange&) const { return {}; }
  Result<void> operator()(const MoveChange& change) const {
    if (state.objects.contains(change.to))
      return Error(ErrorKind::kConflict,
                   fmt::format("the state owns {} already", base::printable(change.to.to_string())));
    return find(change.from);
  }

  Result<void> operator()(const SettleChange& change) const {
    if (state.intents.contains(change.key)) return {};
    return Error(ErrorKind::kNotFound,
                 fmt::format("the state has no open intent on {}", base::printable(change.key.to_string())));
  }

  Result<void> find(const model::ObjectKey& key) const {
    if (state.objects.contains(key)) return {};
    return Error(ErrorKind::kNotFound,
                 fmt::format("the state does not own {}", base::printable(key.to_string())));
  }
};

struct ChangeApplier {
  model::RecordedState& state;

  void operator()(TargetChange& change) const {
    state.project_id = std::move(change.project_id);
    state.base_url = std::move(change.base_url);
  }
  void operator()(PutChange& change) const {
    const model::ObjectKey key = change.object.key;
    state.intents.erase(key);
    state.objects.insert_or_assign(key, std::move(change.object));
  }
  void operator()(const RemoveChange& change) const {
    if (!change.is_unseen) state.intents.erase(change.key);
    state.objects.erase(change.key);
  }
  void operator()(const MoveChange& change) const {
    auto node = state.objects.extract(change.from);
    node.key() = change.to;
    node.mapped().key = change.to;
    state.objects.insert(std::move(node));
    for (auto& [key, object] : state.objects)
      std::replace(object.depends_on.begin(), object.depends_on.end(), change.from, change.to);
    auto intent = state.intents.extract(change.from);
    if (intent.empty()) return;
    intent.key() = intent.mapped().key = change.to;
    if (intent.mapped().has_record()) intent.mapped().record.key = change.to;
    state.intents.insert(std::move(intent));
  }
  void operator()(IntentChange& change) const {
    const model::ObjectKey key = change.intent.key;
    state.intents.insert_or_assign(key, std::move(change.intent));
  }
  void operator()(const SettleChange& change) const { state.intents.erase(change.key); }
};

}  // namespace

std::string frame_record(std::string_view payload) {
  return fmt::format("{} {} {}\n", payload.size(), base::short_checksum(payload), payload);
}

Result<void> check_change(const model::RecordedState& state, const Change& change) {
  return std::visit(ChangeChecker{state}, change);
}

void apply_change(model::RecordedState& state, NumberedChange change) {
  std::visit(ChangeApplier{state}, change.change);
  state.serial = change.serial;
}

Result<Loaded> load_records(std::string_view text, const std::string& name_for_messages) {
  auto loaded = load_base(text, name_for_messages);
  if (!loaded) return loaded;
  for (std::size_t number = 2; loaded->whole_bytes < text.size(); ++number) {
    const Line line = read_line(text.substr(loaded->whole_bytes));
    if (line.is_torn) break;
    if (!line.damage.empty()) return damage_at(name_for_messages, number, line.damage);
    if (const auto taken = take_change(loaded->state, line.payload); !taken)
      return at_line(name_for_messages, number, taken.error());
    loaded->whole_bytes += line.bytes;
    loaded->tail_records += 1;
    loaded->lacks_newline = !line.has_newline;
  }
  return loaded;
}

}  // namespace descopectl::state
