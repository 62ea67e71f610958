// A tunnel through a proxy: CONNECT, before TLS begins.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "descopectl/http/proxy.hpp"

namespace descopectl::http {

/// Connects `stream` to the proxy and has it open a way to `target`; each of the two within `timeout`.
/// kUnreachable, naming the proxy and never its credentials: nothing was sent to the target.
[[nodiscard]] boost::asio::awaitable<Result<void>> open_tunnel(std::shared_ptr<transport::Stream> stream,
                                                               Proxy proxy, transport::Endpoint target,
                                                               std::string user_agent,
                                                               std::chrono::milliseconds timeout);

}  // namespace descopectl::http
