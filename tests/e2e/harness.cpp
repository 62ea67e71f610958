// See harness.hpp.
#include "harness.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace descopectl::e2e {
namespace {

using Clock = std::chrono::steady_clock;

void close_end(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  return ends;
}

/// Takes what is there; closes the end when there is no more.
void take(int& descriptor, std::string& text) {
  std::array<char, 65536> buffer{};
  const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
  if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
  if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) close_end(descriptor);
}

}  // namespace

std::string binary() {
  const char* named = ::getenv("DESCOPECTL_BINARY");  // NOLINT: one thread
  return named != nullptr && *named != '\0' ? named : DESCOPECTL_BINARY;
}

Folder::Folder() {
  std::string path = (std::filesystem::temp_directory_path() / "descopectl-e2e-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("no temporary folder");
  root_ = std::filesystem::canonical(path);
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

std::filesystem::path Folder::path(std::string_view relative) const {
  return relative.empty() ? root_ : root_ / relative;
}

void Folder::write(std::string_view relative, std::string_view text) const {
  std::filesystem::create_directories(path(relative).parent_path());
  std::ofstream file(path(relative), std::ios::binary);
  file << text;
  if (!file.flush()) throw std::runtime_error("can't write " + path(relative).string());
}

std::string Folder::read(std::string_view relative) const {
  std::ifstream file(path(relative), std::ios::binary);
  if (!file) throw std::runtime_error("can't read " + path(relative).string());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool Folder::has(std::string_view relative) const {
  return std::filesystem::exists(path(relative));
}

std::map<std::string, std::string> Folder::files() const {
  std::map<std::string, std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root_)) {
    const std::string name = std::filesystem::relative(entry.path(), root_).string();
    if (!entry.is_symlink() && entry.is_regular_file()) found.emplace(name, read(name));
  }
  return found;
}

Call::Call(const Arguments& arguments, const Environment& environment, const std::filesystem::path& folder)
    : folder_(folder.string()), words_{binary()} {
  words_.insert(words_.end(), arguments.begin(), arguments.end());
  settings_.push_back(std::string("PATH=") + ::getenv("PATH"));  // NOLINT: one thread
  for (const auto& [name, value] : environment)
    settings_.push_back(name + "=" + value);
  const auto point = [](std::vector<std::string>& texts, std::vector<char*>& pointers) {
    for (std::string& text : texts)
      pointers.push_back(text.data());
    pointers.push_back(nullptr);
  };
  point(words_, word_pointers_);
  point(settings_, setting_pointers_);
}

void Call::execute() const {
  if (::chdir(folder_.c_str()) == 0)
    ::execve(words_.front().c_str(), word_pointers_.data(), setting_pointers_.data());
  ::_exit(127);
}

Process::Process(const Arguments& arguments, const Environment& environment,
                 const std::filesystem::path& folder, std::string input)
    : input_(std::move(input)), started_(Clock::now()) {
  const auto in = make_pipe();
  const auto out = make_pipe();
  const auto err = make_pipe();
  const Call call(arguments, environment, folder);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("no process");
  if (pid_ == 0) {
    ::dup2(in[0], 0);
    ::dup2(out[1], 1);
    ::dup2(err[1], 2);
    call.execute();
  }
  ::close(in[0]);
  ::close(out[1]);
  ::close(err[1]);
  in_ = in[1];
  out_ = out[0];
  err_ = err[0];
  ::fcntl(in_, F_SETFL, O_NONBLOCK);
  ::signal(SIGPIPE, SIG_IGN);  // NOLINT: a program that reads no input is no reason to end the test
  if (input_.empty()) close_end(in_);
}

Process::~Process() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  close_end(in_);
  close_end(out_);
  close_end(err_);
}

void Process::signal(int number) const {
  ::kill(pid_, number);
}

void Process::kill() const {
  ::kill(pid_, SIGKILL);
  siginfo_t ended{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
}

/// Moves bytes once; false when both outputs have ended.
bool Process::pump(std::chrono::milliseconds at_most) {
  std::array<pollfd, 3> waits{pollfd{out_, POLLIN, 0}, pollfd{err_, POLLIN, 0}, pollfd{in_, POLLOUT, 0}};
  if (out_ < 0 && err_ < 0) return false;
  if (::poll(waits.data(), waits.size(), static_cast<int>(at_most.count())) <= 0) return true;
  if (waits[0].revents != 0) take(out_, result_.out);
  if (waits[1].revents != 0) take(err_, result_.err);
  if (waits[2].revents != 0) {
    const ssize_t count = ::write(in_, input_.data() + sent_, input_.size() - sent_);
    if (count > 0) sent_ += static_cast<std::size_t>(count);
    if (count <= 0 || sent_ == input_.size()) close_end(in_);
  }
  return true;
}

bool Process::wait_for(std::string_view text) {
  const auto end = Clock::now() + kPatience;
  while (Clock::now() < end) {
    if (result_.out.find(text) != std::string::npos || result_.err.find(text) != std::string::npos)
      return true;
    if (!pump(std::chrono::milliseconds(100))) return false;
  }
  return false;
}

Result Process::finish() {
  const auto end = Clock::now() + kPatience;
  bool is_forced = false;
  while (pump(std::chrono::milliseconds(100)))
    if (Clock::now() > end && !is_forced) {
      is_forced = true;
      ::kill(pid_, SIGKILL);
    }
  int status = 0;
  rusage used{};
  while (::wait4(pid_, &status, 0, &used) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  result_.seconds = std::chrono::duration<double>(Clock::now() - started_).count();
  result_.peak_kib = used.ru_maxrss;
  result_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (is_forced) result_.status = -1;
  return result_;
}

Emulator::Emulator(const Folder& folder, Arguments flags, const Environment& environment) {
  Arguments arguments{"emulator", "--port", "0", "--data", folder.path("emulator.json").string()};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  process_ = std::make_unique<Process>(arguments, environment, folder.path());
  if (!process_->wait_for("Serving the emulated Management API on ") || !process_->wait_for("\n"))
    throw std::runtime_error("the emulator did not start: " + process_->finish().all());
  url_ = process_->output().substr(0, process_->output().find('\n'));
  const auto at = url_.find("http://");
  if (at == std::string::npos) throw std::runtime_error("the emulator did not say where it is: " + url_);
  url_.erase(0, at);
}

Emulator::~Emulator() {
  if (process_) process_->signal(SIGTERM);
}

unsigned short Emulator::port() const {
  return static_cast<unsigned short>(std::stoi(url_.substr(url_.rfind(':') + 1)));
}

Result Emulator::stop() {
  process_->signal(SIGINT);
  const Result result = process_->finish();
  process_.reset();
  return result;
}

Result Workspace::run(const Arguments& arguments, const std::string& input) const {
  return Process(arguments, environment, folder.path(), input).finish();
}

Result Workspace::run(const Arguments& arguments, const Environment& more, const std::string& input) const {
  Environment all = more;
  all.insert(environment.begin(), environment.end());
  return Process(arguments, all, folder.path(), input).finish();
}

std::unique_ptr<Process> Workspace::start(const Arguments& arguments) const {
  return std::make_unique<Process>(arguments, environment, folder.path());
}

Project::Project(Arguments emulator_flags) : emulator(folder, std::move(emulator_flags)) {
  environment = {{"DESCOPE_PROJECT_ID", std::string(kProjectId)},
                 {"DESCOPE_MANAGEMENT_KEY", std::string(kManagementKey)},
                 {"DESCOPE_BASE_URL", emulator.url()}};
  folder.write(
      "descopectl.yaml",
      "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\nconnectionScopeFormat: scope\n");
}

void Project::declare(std::string_view manifests) const {
  folder.write("descope/main.yaml", manifests);
}

namespace {
Arguments join(Arguments first, const Arguments& more) {
  first.insert(first.end(), more.begin(), more.end());
  return first;
}
}  // namespace

Result Project::plan(Arguments more) const {
  return run(join({"plan"}, more));
}

Result Project::apply(Arguments more) const {
  return run(join({"apply", "--auto-approve"}, more));
}

std::unique_ptr<Process> Project::start_apply(Arguments more) const {
  Arguments arguments{"apply", "--auto-approve"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  auto apply = start(arguments);
  if (!apply->wait_for(": Creating..."))
    throw std::runtime_error("nothing was begun: " + apply->finish().all());
  return apply;
}

Result Project::drift(Arguments more) const {
  return run(join({"drift"}, more));
}

std::string connection(std::string_view handle, std::string_view name, std::string_view more) {
  return "apiVersion: descopectl/v1\nkind: Connection\nmetadata: {name: " + std::string(handle) +
         "}\nspec:\n  name: " + std::string(name.empty() ? handle : name) + "\n" + std::string(more);
}

std::string last_line(std::string_view text) {
  while (!text.empty() && text.back() == '\n')
    text.remove_suffix(1);
  return std::string(text.substr(text.rfind('\n') + 1));
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size()))
    ++found;
  return found;
}

}  // namespace descopectl::e2e
