// HTTPS_PROXY and NO_PROXY, and tunnels through a proxy on loopback.
#include "descopectl/http/proxy.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "descopectl/base/text.hpp"
#include "support/certificates.hpp"
#include "support/connect_proxy.hpp"
#include "support/temporary_file.hpp"
#include "unit/http/harness.hpp"

namespace descopectl::http {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using transport::Endpoint;

std::string read(std::string_view url) {
  const auto proxy = parse_proxy(url);
  if (proxy.has_error()) return "error: " + proxy.error().message();
  return proxy->endpoint.text() + " " + std::string(proxy->credentials.reveal());
}

TEST(ProxyUrl, IsTakenApart) {
  EXPECT_EQ(read("http://proxy.example:3128"), "proxy.example:3128 ");
  EXPECT_EQ(read("HTTP://proxy.example:3128/"), "proxy.example:3128 ");
  EXPECT_EQ(read("proxy.example:3128"), "proxy.example:3128 ");
  EXPECT_EQ(read("http://proxy.example"), "proxy.example:80 ");
  EXPECT_EQ(read("http://[::1]:3128"), "[::1]:3128 ");
  EXPECT_EQ(read("http://me:se%3Acret%40%2f@proxy.example:3128"), "proxy.example:3128 me:se:cret@/");
  EXPECT_EQ(read("http://me:a@b@proxy.example:3128"), "proxy.example:3128 me:a@b");
  EXPECT_EQ(read("me@proxy.example:3128"), "proxy.example:3128 me:");
}

TEST(ProxyUrl, ThatCantBeUsedIsRefusedWithoutBeingRepeated) {
  for (const auto* url :
       {"https://me:secret@proxy.example:3128", "socks5://me:secret@proxy.example", "http://me:secret@",
        "http://me:secret@proxy.example:port", "http://me:sec/ret@proxy.example",
        "http://a%3Ab:secret@proxy.example", "http://"}) {
    const auto proxy = parse_proxy(url);
    ASSERT_TRUE(proxy.has_error()) << url;
    EXPECT_EQ(proxy.error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ((proxy.error().message() + proxy.error().hint()).find("sec"), std::string::npos)
        << proxy.error().message();
  }
  EXPECT_EQ(parse_proxy("https://p:1").error().message(),
            "names a proxy that is itself reached over TLS, which is not supported");
}

TEST(NoProxy, NamesHostsWithAllBelowThem) {
  const Endpoint api("api.example.com", 443);
  for (const auto* entries :
       {"api.example.com", "API.Example.COM", "example.com", ".example.com", "*.example.com", "x,example.com",
        "x example.com ", "*", "api.example.com.", "api.example.com:443", ".com", "[x],*"})
    EXPECT_TRUE(is_exempt(api, entries)) << entries;
  for (const auto* entries :
       {"", ",", "pi.example.com", "xample.com", "api.example", "api.example.com:8443", "*example.com",
        "api.example.com:", "api.example.com:x", "www.api.example.com", "10.0.0.0/8", "."})
    EXPECT_FALSE(is_exempt(api, entries)) << entries;
  EXPECT_TRUE(is_exempt(Endpoint("api.example.com.", 443), "example.com"));
}

TEST(NoProxy, NamesAddressesAndNetworks) {
  const Endpoint v4("10.1.2.3", 443);
  for (const auto* entries : {"10.1.2.3", "10.0.0.0/8", "10.1.2.3/32", "0.0.0.0/0", "x, 10.1.2.3:443", "*"})
    EXPECT_TRUE(is_exempt(v4, entries)) << entries;
  for (const auto* entries :
       {"10.1.2.4", "10.1.2.3:80", "2.3", ".3", "11.0.0.0/8", "10.0.0.0/99", "10.1.2/24", "::/0"})
    EXPECT_FALSE(is_exempt(v4, entries)) << entries;
  const Endpoint v6("2001:db8::1", 443);
  for (const auto* entries :
       {"2001:db8::1", "2001:DB8:0::1", "[2001:db8::1]", "[2001:db8::1]:443", "2001:db8::/32"})
    EXPECT_TRUE(is_exempt(v6, entries)) << entries;
  for (const auto* entries : {"2001:db8::2", "[2001:db8::1]:80", "2001:db9::/32", "10.0.0.0/8"})
    EXPECT_FALSE(is_exempt(v6, entries)) << entries;
}

TEST(ProxyChoice, IsForHttpsAndWhatIsNotExempt) {
  const model::Secret proxy(std::string("http://proxy.example:3128"));
  EXPECT_TRUE(choose_proxy(proxy, "", "https://api.example.com")->has_value());
  EXPECT_FALSE(choose_proxy(proxy, "example.com", "https://api.example.com")->has_value());
  EXPECT_FALSE(choose_proxy(proxy, "", "http://api.example.com")->has_value());
  EXPECT_FALSE(choose_proxy(model::Secret(), "", "https://api.example.com")->has_value());
  EXPECT_EQ(choose_proxy(model::Secret(std::string("ftp://x")), "", "https://a.example").error().message(),
            "HTTPS_PROXY names a proxy that is no HTTP proxy");
}

/// A TLS server for api.example.test, and a proxy that leads there.
class ClientBehindProxy : public testing::Test {
 protected:
  static constexpr const char* kHost = "api.example.test";

  ClientBehindProxy() {
    test::CertificateSpec spec;
    spec.names = {std::string("DNS:") + kHost};
    const auto identity = test::make_certificate(spec, &authority_);
    server_options_.certificate_pem = identity.certificate_pem;
    server_options_.private_key_pem = identity.key_pem;
    served_ = std::make_unique<Served>(context_, server_options_, [this](const Request& request) {
      ++requests_;
      return Reply(Response(200, request.target));
    });
  }
  ~ClientBehindProxy() override {
    if (!proxy_) return;
    proxy_->stop();
    test::run(context_, group_.wait());
  }
  ClientBehindProxy(const ClientBehindProxy&) = delete;
  ClientBehindProxy& operator=(const ClientBehindProxy&) = delete;

  void start(test::ConnectProxyOptions options) {
    options.place = Endpoint("127.0.0.1", served_->port());
    proxy_ = std::make_unique<test::ConnectProxy>(context_.get_executor(), std::move(options));
    group_.start(proxy_->run());
  }

  /// A proxy that gives this answer, whatever it is asked.
  void start_answering(std::string answer) {
    test::ConnectProxyOptions options;
    options.answer = std::move(answer);
    start(std::move(options));
  }

  Result<Response> get(const std::string& target, const std::string& credentials = {},
                       const std::string& host = kHost) {
    if (!client_) {
      ClientOptions options;
      options.base_url = "https://" + host + ":8443";
      options.ca_file = ca_file_.path();
      options.handshake_timeout = patience_;
      options.proxy = Proxy(Endpoint("127.0.0.1", proxy_->port()), model::Secret(credentials));
      client_ = client_of(context_, options);
    }
    Request request("GET", target);
    return test::run(context_, client_->send(std::move(request)));
  }

  std::string name() const { return "the proxy 127.0.0.1:" + std::to_string(proxy_->port()); }

  void expect_failure(const std::string& message, const std::string& credentials = {}) {
    const auto answer = get("/a", credentials);
    ASSERT_TRUE(answer.has_error());
    EXPECT_EQ(answer.error().kind(), ErrorKind::kUnreachable);
    EXPECT_EQ(answer.error().message(), message);
    EXPECT_EQ(answer.error().hint().find("secret"), std::string::npos);
    EXPECT_EQ(requests_, 0);
  }

  test::Identity authority_ = test::make_authority();
  test::TemporaryFile ca_file_{authority_.certificate_pem};
  asio::io_context context_;
  ServerOptions server_options_;
  int requests_ = 0;
  std::chrono::milliseconds patience_ = 5s;
  std::unique_ptr<Served> served_;
  transport::TaskGroup group_{context_.get_executor()};
  std::unique_ptr<test::ConnectProxy> proxy_;
  std::unique_ptr<Client> client_;
};

TEST_F(ClientBehindProxy, TunnelsToTheHostAndKeepsTheConnection) {
  start({});
  for (const auto* target : {"/a", "/b", "/c"}) {
    const auto answer = get(target);
    ASSERT_TRUE(answer.has_value()) << answer.error().message();
    EXPECT_EQ(answer->body, target);
  }
  ASSERT_EQ(proxy_->heads().size(), 1U) << "one tunnel serves several requests";
  EXPECT_EQ(proxy_->heads()[0],
            "CONNECT api.example.test:8443 HTTP/1.1\r\nHost: api.example.test:8443\r\nUser-Agent: "
            "descopectl\r\n\r\n");
}

TEST_F(ClientBehindProxy, GivesItsCredentials) {
  test::ConnectProxyOptions options;
  options.authorization = "Basic " + base::to_base64("me:se:cret@/\xC3\xA4");
  start(std::move(options));
  const auto answer = get("/a", "me:se:cret@/\xC3\xA4");
  ASSERT_TRUE(answer.has_value()) << answer.error().message();
}

TEST_F(ClientBehindProxy, SaysThatCredentialsAreWantedOrWrong) {
  test::ConnectProxyOptions options;
  options.authorization = "Basic x";
  start(std::move(options));
  expect_failure(
      name() +
      " refuses the tunnel to api.example.test:8443: answered 407, it wants a user name and password");
  client_.reset();
  expect_failure(
      name() +
          " refuses the tunnel to api.example.test:8443: answered 407, the user name or password is wrong",
      "me:secret");
}

TEST_F(ClientBehindProxy, ToldNoSaysWhatItWasTold) {
  start_answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\nnever\n");
  expect_failure(name() + " refuses the tunnel to api.example.test:8443: answered 403");
}

TEST_F(ClientBehindProxy, ThatReachesNobodySaysSo) {
  start_answering("HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\n\r\n");
  expect_failure(name() + " can't reach api.example.test:8443: answered 504");
}

TEST_F(ClientBehindProxy, TakesNoNonsenseForATunnel) {
  start_answering("220 mail ESMTP\r\n\r\n");
  expect_failure("the answer of " + name() + " is not HTTP (bad version)");
}

TEST_F(ClientBehindProxy, PassesOverInterimAnswers) {
  start_answering("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  expect_failure(name() + " refuses the tunnel to api.example.test:8443: answered 403");
}

TEST_F(ClientBehindProxy, TakesNoBytesThatTheHostCantHaveSent) {
  start_answering("HTTP/1.1 200 OK\r\n\r\nhello");
  expect_failure(name() + " sends something before the tunnel to api.example.test:8443 is used");
}

TEST_F(ClientBehindProxy, TakesNoEndlessHeader) {
  start_answering("HTTP/1.1 200 OK\r\nX-Long: " + std::string(70'000, 'x'));
  const auto answer = get("/a");
  ASSERT_TRUE(answer.has_error());
  EXPECT_EQ(answer.error().kind(), ErrorKind::kUnreachable);
  EXPECT_EQ(answer.error().message().rfind("the answer of " + name() + " ", 0), 0U)
      << answer.error().message();
}

TEST_F(ClientBehindProxy, ThatHangsUpSaysSo) {
  start_answering("HTTP/1.1 200");
  expect_failure(name() + " closed the connection before there was a tunnel to api.example.test:8443");
}

TEST_F(ClientBehindProxy, ThatIsSilentIsGivenUp) {
  test::ConnectProxyOptions options;
  options.is_silent = true;
  patience_ = 50ms;
  start(std::move(options));
  expect_failure("timed out after 50 ms while " + name() + " opened a tunnel to api.example.test:8443");
}

TEST_F(ClientBehindProxy, ThatIsNotThereSaysSo) {
  start({});
  proxy_->stop();
  test::run(context_, group_.wait());
  const std::string place = "127.0.0.1:" + std::to_string(proxy_->port());
  expect_failure("the proxy " + place + " can't be reached: connection refused by " + place);
}

TEST_F(ClientBehindProxy, VerifiesTheHostAndNotTheProxy) {
  start({});
  const auto answer = get("/a", {}, "other.example.test");
  ASSERT_TRUE(answer.has_error());
  EXPECT_EQ(answer.error().message(),
            "other.example.test:8443: the certificate is for another host: api.example.test");
  EXPECT_EQ(requests_, 0);
}

TEST_F(ClientBehindProxy, IsInterruptedWhileItWaitsForTheTunnel) {
  test::ConnectProxyOptions options;
  options.is_silent = true;
  start(std::move(options));
  ClientOptions client_options;
  client_options.base_url = "https://api.example.test";
  client_options.proxy = Proxy(Endpoint("127.0.0.1", proxy_->port()), model::Secret());
  const auto client = client_of(context_, client_options);
  ErrorKind kind = ErrorKind::kFailure;
  auto sender = [&]() -> asio::awaitable<void> {
    Request request("GET", "/");
    const auto answer = co_await client->send(std::move(request));
    kind = answer.error().kind();
  };
  transport::TaskGroup group(context_.get_executor());
  group.start(sender());
  while (proxy_->heads().empty())
    context_.run_one();
  client->close();
  test::run(context_, group.wait());
  EXPECT_EQ(kind, ErrorKind::kInterrupted);
}

}  // namespace
}  // namespace descopectl::http
