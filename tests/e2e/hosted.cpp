// See hosted.hpp.
#include "hosted.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <stdexcept>

namespace descopectl::e2e {

Hosted::Hosted(emulator::RunningOptions options, Around around) {
  options.around = [this, around = std::move(around)](const http::Request& request,
                                                      const http::Server::Handler& service) {
    {
      const std::lock_guard lock(mutex_);
      seen_.push_back({request.method + " " + request.target, request.target, request.body});
    }
    return around ? around(request, service) : service(request);
  };
  auto running = emulator::make_running(io_.get_executor(), std::move(options), clock_);
  if (running.has_error()) throw std::runtime_error(running.error().message());
  running_ = std::move(*running);
  url_ = running_->base_url();
  port_ = running_->port();
  boost::asio::co_spawn(io_, running_->run(), boost::asio::detached);
  thread_ = std::thread([this] { io_.run(); });
}

Hosted::~Hosted() {
  boost::asio::post(io_, [this] { [[maybe_unused]] const auto stopped = running_->stop(); });
  thread_.join();
}

std::vector<std::string> Hosted::requests() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> lines;
  for (const Seen& one : seen_)
    lines.push_back(one.line);
  return lines;
}

std::vector<std::string> Hosted::bodies(std::string_view target) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> found;
  for (const Seen& one : seen_)
    if (one.target == target) found.push_back(one.body);
  return found;
}

void Hosted::forget_requests() {
  const std::lock_guard lock(mutex_);
  seen_.clear();
}

void aim(Workspace& workspace, const Hosted& hosted) {
  workspace.environment = {{"DESCOPE_PROJECT_ID", std::string(kProjectId)},
                           {"DESCOPE_MANAGEMENT_KEY", std::string(kManagementKey)},
                           {"DESCOPE_BASE_URL", hosted.url()}};
}

}  // namespace descopectl::e2e
