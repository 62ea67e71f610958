// Runs the command that a secret comes from.
#include "command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "descopectl/base/text.hpp"

namespace descopectl::manifest {
namespace {

constexpr std::size_t kAnswerLimit = 64ULL << 10;
constexpr std::size_t kErrorsKept = 8ULL << 10;
constexpr std::size_t kErrorsShown = 400;
constexpr std::size_t kShortestHidden = 4;  // shorter ones would blank out ordinary words

/// What the child writes to one of its descriptors.
class Stream {
 public:
  Stream() {
    if (::pipe2(ends_.data(), O_CLOEXEC) == 0) ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() {
    close(0);
    close(1);
  }

  [[nodiscard]] bool is_open() const { return ends_[0] >= 0; }
  [[nodiscard]] int reader() const { return ends_[0]; }  ///< -1 after the end
  [[nodiscard]] int writer() const { return ends_[1]; }
  void close_writer() { close(1); }

  /// Appends what has come. False where nothing more is there for now.
  bool read_to(std::string& text) {
    std::array<char, 4096> buffer{};
    const ssize_t count = is_open() ? ::read(ends_[0], buffer.data(), buffer.size()) : -1;
    if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) close(0);
    return count > 0;
  }

 private:
  void close(std::size_t end) {
    if (ends_[end] >= 0) ::close(ends_[end]);
    ends_[end] = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

/// The last whole lines, as one. A line is shown whole or not at all: half of a secret is not recognised when
/// the output is redacted.
std::string last_lines(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::size_t before = text.find_last_of("\r\n");
    std::string line(before == std::string_view::npos ? text : text.substr(before + 1));
    text = before == std::string_view::npos ? std::string_view() : text.substr(0, before);
    if (base::is_blank(line)) continue;
    if (line.size() > kErrorsShown) line = fmt::format("(a line of {} bytes)", line.size());
    if (shown.size() + line.size() > kErrorsShown) break;
    if (!shown.empty()) line += "; ";
    shown.insert(0, line);
  }
  return base::printable(shown, kErrorsShown * 2);
}

/// On a terminal, a process group of its own could not ask anything there, and the keyboard's signals reach
/// all processes of ours anyway. Elsewhere such a group is what ends a wrapper together with what it has
/// started.
bool has_terminal() {
  const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (terminal >= 0) ::close(terminal);
  return terminal >= 0;
}

class Command {
 public:
  Command(const std::vector<std::string>& argv, const std::string& folder, const Redact& redact,
          const base::Interruption* interruption)
      : argv_(argv),
        folder_(folder),
        redact_(redact),
        interruption_(interruption == nullptr ? -1 : interruption->descriptor()) {}
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  ~Command() {
    if (exit_ >= 0) ::close(exit_);
  }

  Result<std::string> run(const base::Environment& environment, std::chrono::milliseconds timeout) {
    if (!answer_.is_open() || !errors_.is_open())
      return Error(ErrorKind::kFailure, "no pipe for the command");
    if (const int failure = start(environment); failure != 0)
      return Error(ErrorKind::kNotFound,
                   fmt::format("the command '{}' can't be run: {}", argv_.front(), strerror(failure)));
    const End end = read_until(std::chrono::steady_clock::now() + timeout);
    const bool is_large = answer_text_.size() > kAnswerLimit;
    if (end != End::kOver || is_large) ::kill(has_group_ ? -child_ : child_, SIGKILL);
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
    if (end == End::kInterrupted)
      return Error(ErrorKind::kInterrupted,
                   fmt::format("interrupted while the command '{}' ran", argv_.front()));
    // A pipe holds 16 reads; what a process left behind writes without end is not read without end.
    for (int reads = 0; reads < 16 && keep_errors(); ++reads) {
    }
    if (end == End::kLate)
      return failed(fmt::format("gave no answer within {} s",
                                std::chrono::duration_cast<std::chrono::seconds>(timeout).count()));
    if (is_large) return failed("wrote more than 64 KiB");
    if (!WIFEXITED(status)) return failed("failed (ended by a signal)");
    if (WEXITSTATUS(status) != 0) return failed(fmt::format("failed (exit status {})", WEXITSTATUS(status)));
    return std::move(answer_text_);
  }

 private:
  enum class End : unsigned char { kOver, kLate, kInterrupted };

  /// Gives the system's error number, or 0.
  int start(const base::Environment& environment) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, answer_.writer(), 1);
    posix_spawn_file_actions_adddup2(&actions, errors_.writer(), 2);
    if (!folder_.empty()) posix_spawn_file_actions_addchdir_np(&actions, folder_.c_str());
    std::vector<char*> words;
    for (const std::string& word : argv_)
      words.push_back(const_cast<char*>(word.c_str()));  // NOLINT: exec's interface
    words.push_back(nullptr);
    std::vector<std::string> variables;
    for (const auto& [name, value] : environment.all())
      variables.push_back(fmt::format("{}={}", name, value));
    std::vector<char*> envp;
    for (std::string& variable : variables)
      envp.push_back(variable.data());
    envp.push_back(nullptr);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    has_group_ = !has_terminal();
    if (has_group_) posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    const int failure =
        ::posix_spawnp(&child_, words.front(), &actions, &attributes, words.data(), envp.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    answer_.close_writer();
    errors_.close_writer();
    // Where the system has no such descriptor, the end of both streams stands for the end of the child.
    if (failure == 0) exit_ = static_cast<int>(::syscall(SYS_pidfd_open, child_, 0));
    return failure;
  }

  /// Over where the child has ended or has said too much. A process that it leaves
  /// behind (an agent) may keep standard error open: that is not waited for.
  End read_until(std::chrono::steady_clock::time_point deadline) {
    bool has_ended = false;
    while (answer_text_.size() <= kAnswerLimit) {
      if (!answer_.is_open() && (has_ended || (exit_ < 0 && !errors_.is_open()))) return End::kOver;
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      std::array<pollfd, 4> waiting{pollfd{answer_.reader(), POLLIN, 0}, pollfd{errors_.reader(), POLLIN, 0},
                                    pollfd{has_ended ? -1 : exit_, POLLIN, 0},
                                    pollfd{interruption_, POLLIN, 0}};
      const int ready =
          left.count() <= 0 ? 0 : ::poll(waiting.data(), waiting.size(), static_cast<int>(left.count()));
      if (ready < 0 && errno == EINTR) continue;
      if (ready <= 0) return End::kLate;
      if (waiting[3].revents != 0) return End::kInterrupted;
      if (waiting[0].revents != 0) answer_.read_to(answer_text_);
      if (waiting[1].revents != 0) keep_errors();
      has_ended = has_ended || waiting[2].revents != 0;
    }
    return End::kOver;
  }

  /// Of standard error only the end is kept, from the beginning of a line. False where no more is there.
  bool keep_errors() {
    if (!errors_.read_to(errors_text_)) return false;
    if (errors_text_.size() > kErrorsKept) {
      const std::size_t line = errors_text_.find_first_of("\r\n", errors_text_.size() - kErrorsKept);
      errors_text_.erase(0, line == std::string::npos ? errors_text_.size() : line);
    }
    return true;
  }

  Error failed(const std::string& how) const {
    std::string said = errors_text_;
    std::string_view answer = answer_text_;
    while (answer.ends_with('\n') || answer.ends_with('\r'))
      answer.remove_suffix(1);
    if (answer.size() >= kShortestHidden)
      for (std::size_t at = said.find(answer); at != std::string::npos; at = said.find(answer, at + 3))
        said.replace(at, answer.size(), "***");
    if (redact_) said = redact_(said);
    said = last_lines(said);
    return Error(ErrorKind::kNotFound,
                 fmt::format("the command '{}' {}{}{}", argv_.front(), how, said.empty() ? "" : ": ", said));
  }

  const std::vector<std::string>& argv_;
  const std::string& folder_;
  const Redact& redact_;
  int interruption_;  ///< readable once the command is to end; -1: never
  Stream answer_;
  Stream errors_;
  std::string answer_text_;
  std::string errors_text_;
  pid_t child_ = 0;
  int exit_ = -1;  ///< readable once the child has ended
  bool has_group_ = false;
};

}  // namespace

Result<std::string> run_command(const std::vector<std::string>& argv, const base::Environment& environment,
                                const std::string& folder, std::chrono::milliseconds timeout,
                                const Redact& redact, const base::Interruption* interruption) {
  return Command(argv, folder, redact, interruption).run(environment, timeout);
}

}  // namespace descopectl::manifest
