// Kills the program when one of its write requests has reached the server.
#pragma once

#include <atomic>
#include <cstddef>
#include <future>

#include "hosted.hpp"

namespace descopectl::e2e {

/// Which write request is the program's last, counted from 1, and whether it still takes effect.
struct Moment {
  std::size_t write = 0;  ///< 0: the program lives
  bool is_after_effect = false;
};

/// Stands around a hosted emulator's service. What left the program before its death is served all the same.
class Killer {
 public:
  explicit Killer(Moment moment) : moment_(moment) {}

  /// Who is to be killed. Said once, after the program was started.
  void aim_at(const Process& victim) { victim_.set_value(&victim); }
  /// Write requests so far.
  [[nodiscard]] std::size_t writes() const { return writes_; }

  http::Reply operator()(const http::Request& request, const http::Server::Handler& service) {
    if (!is_write(request) || ++writes_ != moment_.write) return service(request);
    http::Reply reply(http::Response(500, "{}"));
    if (moment_.is_after_effect) reply = service(request);
    victim_.get_future().get()->kill();
    return reply;  // to nobody
  }

 private:
  static bool is_write(const http::Request& request) {
    for (const char* word : {"/create", "/update", "/delete"})
      if (request.target.find(word) != std::string::npos) return true;
    return false;
  }

  Moment moment_;
  std::promise<const Process*> victim_;
  std::atomic<std::size_t> writes_ = 0;
};

}  // namespace descopectl::e2e
