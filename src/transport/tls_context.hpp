// What is behind TlsContext, for transport's own sources.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include "descopectl/transport/tls.hpp"

namespace descopectl::transport {

class TlsContext {
 public:
  explicit TlsContext(boost::asio::ssl::context::method method) : context(method) {}
  boost::asio::ssl::context context;
};

}  // namespace descopectl::transport
