// A tunnel through a proxy: CONNECT, before TLS begins.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "descopectl/http/proxy.hpp"

namespace descopectl::http {

/// Connects `stream` to the proxy. kUnreachable, naming it.
[[nodiscard]] boost::asio::awaitable<Result<void>> connect_to_proxy(std::shared_ptr<transport::Stream> stream,
                                                                    Proxy proxy,
                                                                    std::chrono::milliseconds timeout);

/// Has the proxy at the other end of `stream` open a way to `target`. kUnreachable, naming the proxy and
/// never its credentials: nothing was sent to the target.
[[nodiscard]] boost::asio::awaitable<Result<void>> open_tunnel(std::shared_ptr<transport::Stream> stream,
                                                               Proxy proxy, transport::Endpoint target,
                                                               std::string user_agent,
                                                               std::chrono::milliseconds timeout);

}  // namespace descopectl::http
