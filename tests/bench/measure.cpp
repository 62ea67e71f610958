// Runs a program and writes what it took into a file: wall and CPU seconds, peak memory in bytes, exit
// status.
//
//   bench_measure FILE PROGRAM [ARGUMENT...]
//
// A process's peak memory counts that of whoever it was forked from. This one is small; an interpreter is
// not.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: bench_measure FILE PROGRAM [ARGUMENT...]\n", stderr);
    return 3;
  }
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) {
    execv(argv[2], argv + 2);
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  if (child < 0 || wait4(child, &status, 0, &usage) != child) return 1;
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  std::FILE* const file = std::fopen(argv[1], "w");
  if (file == nullptr) return 1;
  std::fprintf(file, "{\"wall\": %.6f, \"cpu\": %.6f, \"peak\": %ld, \"exit\": %d}\n", wall.count(),
               seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss * 1024,
               WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return std::fclose(file) == 0 ? 0 : 1;
}
