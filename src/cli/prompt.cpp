// Questions on the terminal.
#include "prompt.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>

namespace descopectl::cli {
namespace {

/// While a question is open, the thread waits for the answer and would not see what the signal set takes note
/// of; and nothing is under way that would have to be finished.
class InterruptAtPrompt {
 public:
  InterruptAtPrompt() {
    struct sigaction end{};
    end.sa_handler = end_now;
    for (std::size_t i = 0; i < kSignals.size(); ++i)
      ::sigaction(kSignals[i], &end, &before_[i]);
  }
  ~InterruptAtPrompt() {
    for (std::size_t i = 0; i < kSignals.size(); ++i)
      ::sigaction(kSignals[i], &before_[i], nullptr);
  }
  InterruptAtPrompt(const InterruptAtPrompt&) = delete;
  InterruptAtPrompt& operator=(const InterruptAtPrompt&) = delete;

 private:
  static constexpr std::array kSignals{SIGINT, SIGTERM};

  static void end_now(int number) {
    constexpr std::string_view kText = "\ninterrupted: nothing was written\n";
    [[maybe_unused]] const ssize_t count = ::write(STDERR_FILENO, kText.data(), kText.size());
    ::_exit(128 + number);
  }

  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace

bool ask(Context& context, const Question& question) {
  if (!context.terminals.input) {
    context.fail("no-terminal", "there is no terminal to ask on, and nothing was written", question.hint);
    return false;
  }
  std::string answer;
  {
    const InterruptAtPrompt
        interrupt;  // before the question: who reads it may answer with an interrupt at once
    context.output.note(question.text);
    if (!std::getline(context.input, answer)) context.output.note("\n");
  }
  if (answer == question.wanted) return true;
  context.fail("declined", "declined: nothing was written");
  return false;
}

}  // namespace descopectl::cli
