// What an apply says while it runs, and at its end.
#include "descopectl/render/apply_text.hpp"

#include <cmath>
#include <optional>

#include "descopectl/base/text.hpp"
#include "painter.hpp"
#include "value_text.hpp"

namespace descopectl::render {
namespace {

using apply::ActionOutcome;
using apply::Status;
using plan::Action;
using plan::ActionKind;

/// "Creating...", "Still creating...", "Creation accepted". What is read back at the end of the run is not
/// complete before that.
struct Words {
  ActionKind kind;
  std::string_view doing;
  std::string_view deed;
  std::string_view end;
};
constexpr Words kWords[] = {{ActionKind::kCreate, "creating", "Creation", "accepted"},
                            {ActionKind::kUpdate, "modifying", "Modifications", "accepted"},
                            {ActionKind::kReplace, "replacing", "Replacement", "accepted"},
                            {ActionKind::kDelete, "destroying", "Destruction", "complete"}};

const Words* find_words(ActionKind kind) {
  for (const Words& words : kWords)
    if (words.kind == kind) return &words;
  return nullptr;
}

std::string capitalized(std::string_view word) {
  std::string out(word);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

/// "10s", "1m10s".
std::string show_elapsed(double seconds) {
  const auto whole = static_cast<long>(std::floor(seconds));
  return whole < 60 ? fmt::format("{}s", whole) : fmt::format("{}m{}s", whole / 60, whole % 60);
}

/// "0.2s", from ten seconds on without tenths.
std::string show_duration(double seconds) {
  return seconds < 9.95 ? fmt::format("{:.1f}s", seconds) : show_elapsed(std::round(seconds));
}

std::string address_of(const Action& action) {
  return show_prose(action.key.to_string());
}

std::string finished_line(const Action& action, const Words* words, const apply::Event& event,
                          const Painter& painter) {
  const ActionOutcome& outcome = *event.outcome;
  const std::string deed(words == nullptr ? "Action" : words->deed);
  const std::string time = show_duration(event.seconds);
  if (outcome.status == Status::kFailed)
    return painter.alarm(fmt::format("{} failed after {}: {}", deed, time, show_prose(outcome.message)));
  if (outcome.status == Status::kUnknown)
    return painter.alarm(
        fmt::format("{}: outcome unknown after {}: {}", deed, time, show_prose(outcome.message)));
  if (outcome.status != Status::kDone || words == nullptr) return {};
  const std::string& id = outcome.live_id.empty() ? action.live_id : outcome.live_id;
  const bool shows_id = action.kind != ActionKind::kDelete && !id.empty();
  return fmt::format("{} {} after {}{}", deed, words->end, time,
                     shows_id ? fmt::format(" [id={}]", show_prose(id)) : "");
}

/// Lists what ended in one way.
class EndWriter {
 public:
  EndWriter(const plan::Plan& plan, const apply::Outcome& outcome, const TextOptions& options)
      : plan_(plan), outcome_(outcome), options_(options), painter_(options.color) {}

  std::string write() {
    write_group("Failed:", Status::kFailed);
    write_group("Outcome unknown:", Status::kUnknown);
    write_group("Skipped:", Status::kSkipped);
    write_group("Not started:", Status::kPending);
    if (!outcome_.state_error.empty())
      out_ += painter_.alarm("The state could not be written: " + show_prose(outcome_.state_error)) + "\n\n";
    out_ += is_complete() ? painter_.success(last_line()) : painter_.bold(last_line());
    return out_ + "\n";
  }

 private:
  [[nodiscard]] std::optional<Status> status_of(std::size_t index) const {
    if (index >= plan_.actions.size()) return std::nullopt;
    if (index >= outcome_.actions.size()) return status_of(index, ActionOutcome());
    return status_of(index, outcome_.actions[index]);
  }

  /// What an interrupt left over was not skipped for a fault of anything.
  [[nodiscard]] std::optional<Status> status_of(std::size_t index, const ActionOutcome& outcome) const {
    const bool is_left_over =
        outcome.status == Status::kSkipped && outcome.error_kind == ErrorKind::kInterrupted;
    const Status status = is_left_over ? Status::kPending : outcome.status;
    const bool sends_nothing = find_words(plan_.actions[index].kind) == nullptr;
    if (status == Status::kPending && sends_nothing) return std::nullopt;
    return status;
  }

  [[nodiscard]] std::size_t count(Status status) const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < plan_.actions.size(); ++i)
      if (status_of(i) == status) ++count;
    return count;
  }

  [[nodiscard]] bool is_complete() const {
    return outcome_.failed + outcome_.skipped + outcome_.unknown + outcome_.unverified +
                   count(Status::kPending) ==
               0 &&
           outcome_.state_error.empty();
  }

  void write_group(std::string_view title, Status status) {
    if (count(status) == 0) return;
    out_ += painter_.bold(title) + "\n";
    for (std::size_t i = 0; i < plan_.actions.size(); ++i)
      if (status_of(i) == status)
        write_entry(plan_.actions[i], i < outcome_.actions.size() ? outcome_.actions[i] : ActionOutcome());
    out_ += '\n';
  }

  void write_entry(const Action& action, const ActionOutcome& outcome) {
    out_ += "  " + address_of(action);
    if (!outcome.message.empty()) out_ += ": " + show_prose(outcome.message);
    if (!outcome.code.empty()) out_ += fmt::format(" [{}]", show_prose(outcome.code));
    out_ += '\n';
    if (!outcome.hint.empty()) out_ += fmt::format("    hint: {}\n", show_prose(outcome.hint));
  }

  [[nodiscard]] std::string last_line() const {
    const std::string_view verb = options_.is_destroy ? "Destroy" : "Apply";
    std::string counts = options_.is_destroy
                             ? fmt::format("{} destroyed", outcome_.destroyed)
                             : fmt::format("{} added, {} changed, {} destroyed", outcome_.added,
                                           outcome_.changed, outcome_.destroyed);
    if (outcome_.adopted > 0) counts += fmt::format(", {} adopted", outcome_.adopted);
    if (is_complete()) return fmt::format("{} complete! Resources: {}.", verb, counts);
    const std::pair<std::size_t, std::string_view> rest[] = {{outcome_.failed, "failed"},
                                                             {count(Status::kSkipped), "skipped"},
                                                             {outcome_.unknown, "unknown"},
                                                             {count(Status::kPending), "not started"},
                                                             {outcome_.unverified, "not read back"}};
    for (const auto& [number, word] : rest)
      if (number > 0) counts += fmt::format(", {} {}", number, word);
    return fmt::format("{} incomplete: {}.", verb, counts);
  }

  const plan::Plan& plan_;
  const apply::Outcome& outcome_;
  const TextOptions& options_;
  Painter painter_;
  std::string out_;
};

}  // namespace

std::string progress_line(const plan::Plan& plan, const apply::Event& event, const TextOptions& options) {
  if (event.action >= plan.actions.size()) return {};
  const Painter painter(options.color);
  const Action& action = plan.actions[event.action];
  const Words* words = find_words(action.kind);
  std::string text;
  if (event.kind == apply::EventKind::kFinished) {
    if (event.outcome != nullptr) text = finished_line(action, words, event, painter);
  } else if (words == nullptr) {
    return {};
  } else if (event.kind == apply::EventKind::kStarted) {
    const bool has_id = action.kind != ActionKind::kCreate && !action.live_id.empty();
    text = fmt::format("{}...{}", capitalized(words->doing),
                       has_id ? fmt::format(" [id={}]", show_prose(action.live_id)) : "");
  } else {
    text = fmt::format("Still {}... [{} elapsed]", words->doing, show_elapsed(event.seconds));
  }
  return text.empty() ? text : fmt::format("{}: {}\n", painter.bold(address_of(action)), text);
}

std::string apply_to_text(const plan::Plan& plan, const apply::Outcome& outcome, const TextOptions& options) {
  return EndWriter(plan, outcome, options).write();
}

}  // namespace descopectl::render
