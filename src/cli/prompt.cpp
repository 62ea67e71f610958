// Questions on the terminal.
#include "prompt.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace descopectl::cli {

namespace net = boost::asio;

namespace {

/// While a question is open nothing is under way that would have to be finished.
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

net::awaitable<bool> ask(Context& context, Question question) {
  if (!context.terminals.input) {
    context.fail("no-terminal", "there is no terminal to ask on, and nothing was written", question.hint);
    co_return false;
  }
  std::string answer;
  {
    const InterruptAtPrompt
        interrupt;  // before the question: who reads it may answer with an interrupt at once
    context.output.note(question.text);
    net::thread_pool reader(1);
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines): lives until it has ended.
    const auto read = [&context, &answer]() -> net::awaitable<bool> {
      co_return static_cast<bool>(std::getline(context.input, answer));
    };
    const bool is_read = co_await net::co_spawn(reader, read, net::use_awaitable);
    if (!is_read) context.output.note("\n");
  }
  if (answer == question.wanted) co_return true;
  context.fail("declined", "declined: nothing was written");
  co_return false;
}

}  // namespace descopectl::cli
