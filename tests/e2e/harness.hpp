// Runs the real program: folders, processes with a clean environment, the emulator as a child.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace descopectl::e2e {

using Environment = std::map<std::string, std::string>;
using Arguments = std::vector<std::string>;

/// Every wait for a condition ends here; far beyond what a loaded machine needs.
inline constexpr std::chrono::seconds kPatience{60};

/// The program under test: $DESCOPECTL_BINARY, else the one that the build made.
[[nodiscard]] std::string binary();

/// A folder that goes with the test.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::filesystem::path path(std::string_view relative = "") const;
  /// Writes a file, with the folders above it.
  void write(std::string_view relative, std::string_view text) const;
  [[nodiscard]] std::string read(std::string_view relative) const;
  [[nodiscard]] bool has(std::string_view relative) const;
  /// Every file in it and below, by relative path, with its bytes.
  [[nodiscard]] std::map<std::string, std::string> files() const;

 private:
  std::filesystem::path root_;
};

struct Result {
  int status = -1;  ///< as a shell shows it: 128 + signal where a signal ended it
  std::string out;
  std::string err;
  double seconds = 0;
  long peak_kib = 0;  ///< largest resident size

  [[nodiscard]] std::string all() const { return out + err; }
};

/// What the program is started with, complete before a fork: nothing may need memory after it.
class Call {
 public:
  Call(const Arguments& arguments, const Environment& environment, const std::filesystem::path& folder);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  /// Goes on as the program; for the child.
  [[noreturn]] void execute() const;

 private:
  std::string folder_;
  std::vector<std::string> words_;
  std::vector<std::string> settings_;
  std::vector<char*> word_pointers_;
  std::vector<char*> setting_pointers_;
};

/// A started program.
class Process {
 public:
  /// `environment` is all that it sees beside PATH. Standard input is `input`, then its end.
  Process(const Arguments& arguments, const Environment& environment, const std::filesystem::path& folder,
          std::string input = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void signal(int number) const;
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Ends it at once, and returns when it is dead. finish() has to follow.
  void kill() const;
  /// Reads on until `text` has appeared in standard output or error; false where the program ended before, or
  /// patience did.
  bool wait_for(std::string_view text);
  /// Standard output as read so far.
  [[nodiscard]] const std::string& output() const { return result_.out; }
  /// Waits for the end. Ends it by force, with status -1, when patience is over.
  Result finish();

 private:
  bool pump(std::chrono::milliseconds at_most);

  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string input_;
  std::size_t sent_ = 0;
  Result result_;
  std::chrono::steady_clock::time_point started_;
};

/// `descopectl emulator`, until the end of the test.
class Emulator {
 public:
  explicit Emulator(const Folder& folder, Arguments flags = {}, const Environment& environment = {});
  ~Emulator();
  Emulator(const Emulator&) = delete;
  Emulator& operator=(const Emulator&) = delete;

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] unsigned short port() const;
  /// Interrupts it and gives what it said.
  Result stop();

 private:
  std::unique_ptr<Process> process_;
  std::string url_;
};

/// A repository in a folder, and how the program is run in it.
class Workspace {
 public:
  Folder folder;
  Environment environment;

  Result run(const Arguments& arguments, const std::string& input = {}) const;
  Result run(const Arguments& arguments, const Environment& more, const std::string& input) const;
  std::unique_ptr<Process> start(const Arguments& arguments) const;
};

/// A repository whose environment names an emulator, so that commands need no flags for it.
class Project : public Workspace {
 public:
  explicit Project(Arguments emulator_flags = {});

  Emulator emulator;

  /// Writes descope/main.yaml, under descopectl.yaml's only root.
  void declare(std::string_view manifests) const;
  Result plan(Arguments more = {}) const;
  Result apply(Arguments more = {}) const;  ///< with --auto-approve
  Result drift(Arguments more = {}) const;
  /// An apply in the middle of its work: the first action has begun.
  std::unique_ptr<Process> start_apply(Arguments more = {"--parallelism", "1"}) const;
};

inline constexpr std::string_view kProjectId = "P2e2e";
inline constexpr std::string_view kManagementKey = "K2planted-management-key-0123456789";

/// A connection named `handle` with `spec` lines further down, each indented by two spaces already.
[[nodiscard]] std::string connection(std::string_view handle, std::string_view name = {},
                                     std::string_view more = {});

/// The last line of `text` without its end.
[[nodiscard]] std::string last_line(std::string_view text);
[[nodiscard]] std::size_t count(std::string_view text, std::string_view part);

}  // namespace descopectl::e2e
