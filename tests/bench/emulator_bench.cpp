// How fast the emulator answers: loads of one object by id over kept-alive connections, and a long list.
// Prints figures, decides nothing.
//
//   bench_emulator PROGRAM [CONNECTIONS [LOADS]]
//
// The emulator gets the first core that this process may use, this process the last one: give it two.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kObjects = 10'000;
constexpr std::string_view kHead =
    " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer P2bench:K2bench\r\nContent-Type: "
    "application/json\r\n";

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

/// How long something took: by the clock on the wall, and of the emulator's time on its core, which is what
/// counts where others use the machine, too.
struct Took {
  double wall = 0;
  double core = 0;
};

/// The cores this process may run on.
std::vector<std::size_t> cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) fail("sched_getaffinity");
  std::vector<std::size_t> found;
  for (std::size_t core = 0; core < CPU_SETSIZE; ++core)
    if (CPU_ISSET(core, &set)) found.push_back(core);
  return found;
}

void pin_to(std::size_t core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) fail("sched_setaffinity");
}

/// The emulator as a child on a core of its own.
class Child {
 public:
  Child(const char* program, std::size_t core) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) fail("pipe");
    pid_ = fork();
    if (pid_ == 0) {
      pin_to(core);
      dup2(ends[1], STDOUT_FILENO);
      execl(program, program, "emulator", "--port", "0", static_cast<char*>(nullptr));
      fail(program);
    }
    close(ends[1]);
    std::string line;
    for (char letter = 0; read(ends[0], &letter, 1) == 1 && letter != '\n';)
      line += letter;
    port_ = static_cast<unsigned short>(std::atoi(line.substr(line.rfind(':') + 1).c_str()));
    if (port_ == 0) fail("the emulator did not say where it listens");
  }
  ~Child() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] unsigned short port() const { return port_; }

  template <class Work>
  [[nodiscard]] Took measure(Work work) const {
    const auto start = Clock::now();
    const double core = core_seconds();
    work();
    return {std::chrono::duration<double>(Clock::now() - start).count(), core_seconds() - core};
  }

 private:
  [[nodiscard]] double core_seconds() const {
    clockid_t clock{};
    timespec time{};
    if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &time) != 0) fail("clock");
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  }

  pid_t pid_ = -1;
  unsigned short port_ = 0;
};

/// A kept-alive connection with one request on its way at most.
class Connection {
 public:
  explicit Connection(unsigned short port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("connect");
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) fail("send");
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  /// The size of one whole answer's body; ends the program where its status is not 200.
  std::size_t receive() {
    text_.clear();
    std::size_t whole = std::string::npos;
    std::size_t body = 0;
    while (text_.size() < whole) {
      std::array<char, 65536> buffer;
      const auto count = recv(socket_, buffer.data(), buffer.size(), 0);
      if (count <= 0) fail("recv");
      text_.append(buffer.data(), static_cast<std::size_t>(count));
      const auto end = whole == std::string::npos ? text_.find("\r\n\r\n") : std::string::npos;
      if (end == std::string::npos) continue;
      const auto length = text_.find("Content-Length: ");
      if (text_.compare(0, 12, "HTTP/1.1 200") != 0 || length > end) fail(text_.c_str());
      std::from_chars(text_.data() + length + 16, text_.data() + end, body);
      whole = end + 4 + body;
    }
    return body;
  }

  std::size_t ask(std::string_view bytes) {
    send(bytes);
    return receive();
  }

 private:
  int socket_;
  std::string text_;
};

std::string get(std::string_view path) {
  return "GET " + std::string(path) + std::string(kHead) + "\r\n";
}

std::string post(std::string_view path, std::string_view body) {
  return "POST " + std::string(path) + std::string(kHead) + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

void report(const std::string& what, int count, const Took& took) {
  std::printf("%-36s %8.0f a second by the clock, %8.0f a second of its core\n", what.c_str(),
              count / took.wall, count / took.core);
}

void create_objects(const Child& child) {
  Connection connection(child.port());
  const Took took = child.measure([&] {
    for (int number = 0; number < kObjects; ++number) {
      const std::string id = "connection-" + std::to_string(number);
      connection.ask(post("/v1/mgmt/outbound/app/create",
                          R"({"id":")" + id + R"(","name":")" + id +
                              R"(","description":"One of many.","clientId":"client","clientSecret":"secret",)"
                              R"("authorizationUrl":"https://provider.example/authorize",)"
                              R"("tokenUrl":"https://provider.example/token","pkce":true,)"
                              R"("authorizationUrlParams":[{"key":"audience","value":"api"}],)"
                              R"("defaultScopes":["openid","email","profile"]})"));
    }
  });
  report("creates over one connection", kObjects, took);
}

void load_many(const Child& child, int connections, int loads) {
  std::vector<Connection> open;
  for (int i = 0; i < connections; ++i)
    open.emplace_back(child.port());
  const std::string request = get("/v1/mgmt/outbound/app/connection-4711");
  const Took took = child.measure([&] {
    for (int sent = 0; sent < loads; sent += connections) {
      for (Connection& connection : open)
        connection.send(request);
      for (Connection& connection : open)
        connection.receive();
    }
  });
  report("loads by id, " + std::to_string(connections) + " connections", loads, took);
}

void list_all(const Child& child) {
  constexpr int kLists = 9;
  Connection connection(child.port());
  const std::string request = get("/v1/mgmt/outbound/apps");
  std::size_t size = 0;
  const Took took = child.measure([&] {
    for (int i = 0; i < kLists; ++i)
      size = connection.ask(request);
  });
  std::printf("%-36s %8.1f ms by the clock, %8.1f ms of its core (%.1f MB)\n", "a list of 10,000 connections",
              took.wall * 1000 / kLists, took.core * 1000 / kLists, static_cast<double>(size) / 1e6);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: bench_emulator PROGRAM [CONNECTIONS [LOADS]]\n");
    return 3;
  }
  const int connections = argc > 2 ? std::atoi(argv[2]) : 16;
  const int loads = argc > 3 ? std::atoi(argv[3]) : 200'000;
  const std::vector<std::size_t> available = cores();
  if (available.size() < 2) std::printf("only one core: the figures are of both sides together\n");
  const Child child(argv[1], available.front());
  pin_to(available.back());
  create_objects(child);
  load_many(child, 1, loads / 4);
  load_many(child, connections, loads);
  list_all(child);
  return 0;
}
