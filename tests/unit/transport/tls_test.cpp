// TLS: what is accepted, what is refused, and in which words.
#include "descopectl/transport/tls.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "descopectl/transport/listener.hpp"
#include "descopectl/transport/task_group.hpp"
#include "support/certificates.hpp"
#include "support/run.hpp"
#include "support/temporary_file.hpp"

namespace descopectl::transport {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

asio::awaitable<void> serve_once(Listener& listener, std::shared_ptr<TlsContext> tls) {
  auto accepted = co_await listener.accept();
  const auto stream = *accepted;
  const auto secured = co_await stream->accept_tls(std::move(tls), 5s);
  if (secured.has_value()) co_await stream->write("hello", Clock::now() + 5s);
  co_await stream->finish(Clock::now() + 5s);
}

// Answers whatever comes with these bytes, as something that is no TLS server would.
asio::awaitable<void> answer_once(Listener& listener, std::string bytes) {
  auto accepted = co_await listener.accept();
  const auto stream = *accepted;
  char buffer[2048];
  co_await stream->read_some(buffer, sizeof(buffer), Clock::now() + 5s);
  if (!bytes.empty()) co_await stream->write(bytes, Clock::now() + 5s);
  co_await stream->finish(Clock::now() + 5s);
}

asio::awaitable<void> stay_silent(Listener& listener) {
  auto accepted = co_await listener.accept();
  const auto stream = *accepted;
  char buffer[2048];
  auto status = IoStatus::kDone;
  while (status == IoStatus::kDone) {
    const auto read = co_await stream->read_some(buffer, sizeof(buffer), Clock::now() + 5s);
    status = read.status;
  }
}

class TlsOverLoopback : public testing::Test {
 protected:
  std::uint16_t port() const { return listener_->port(); }

  /// Connects to 127.0.0.1 as if it were `host`, which need not be in the DNS.
  asio::awaitable<Result<std::string>> greet(std::string host, std::chrono::milliseconds timeout) {
    TrustOptions trust;
    const test::TemporaryFile file(authority_.certificate_pem);
    trust.ssl_cert_file = file.path();
    auto tls = make_client_tls(trust);
    const auto stream = std::make_shared<Stream>(context_.get_executor());
    co_await stream->connect(Endpoint("127.0.0.1", port()), 5s);
    const auto secured = co_await stream->start_tls(*tls, Endpoint(std::move(host), port()), timeout);
    if (secured.has_error()) {
      stream->close();
      co_return secured.error();
    }
    char buffer[64];
    const auto read = co_await stream->read_some(buffer, sizeof(buffer), Clock::now() + 5s);
    co_return std::string(buffer, read.count);
  }

  Result<std::string> greet(const std::string& host, const test::Identity& server) {
    TaskGroup group(context_.get_executor());
    group.start(serve_once(*listener_, *make_server_tls(server.certificate_pem, server.key_pem)));
    auto greeting = test::run(context_, greet(host, 5s));
    test::run(context_, group.wait());
    return greeting;
  }

  Result<std::string> greet(const std::string& host, const test::CertificateSpec& spec) {
    return greet(host, test::make_certificate(spec, &authority_));
  }

  Result<std::string> greet_other(const std::string& bytes) {
    TaskGroup group(context_.get_executor());
    group.start(answer_once(*listener_, bytes));
    auto greeting = test::run(context_, greet("api.example.com", 5s));
    test::run(context_, group.wait());
    return greeting;
  }

  std::string at(const std::string& host) const { return host + ":" + std::to_string(port()); }

  test::Identity authority_ = test::make_authority();
  asio::io_context context_;
  std::unique_ptr<Listener> listener_ = Listener::open(context_.get_executor(), "127.0.0.1", 0).value();
};

TEST_F(TlsOverLoopback, TakesACertificateForTheName) {
  test::CertificateSpec spec;
  spec.names = {"DNS:api.example.com"};
  const auto greeting = greet("api.example.com", spec);
  ASSERT_TRUE(greeting.has_value()) << greeting.error().message();
  EXPECT_EQ(*greeting, "hello");
}

TEST_F(TlsOverLoopback, TakesAWildcardOfOneLabelAndATrailingDot) {
  test::CertificateSpec spec;
  spec.names = {"DNS:*.example.com"};
  EXPECT_TRUE(greet("api.example.com.", spec).has_value());
  EXPECT_TRUE(greet("a.b.example.com", spec).has_error());
}

TEST_F(TlsOverLoopback, TakesACertificateForTheAddress) {
  test::CertificateSpec spec;
  spec.names = {"IP:127.0.0.1"};
  EXPECT_TRUE(greet("127.0.0.1", spec).has_value());
}

TEST_F(TlsOverLoopback, TakesACertificateForTheAddressInAnySpelling) {
  test::CertificateSpec spec;
  spec.names = {"IP:2001:db8::1"};
  EXPECT_TRUE(greet("2001:db8::1", spec).has_value());
  EXPECT_TRUE(greet("2001:DB8:0:0::1", spec).has_value());
  const auto greeting = greet("2001:db8::2", spec);
  ASSERT_TRUE(greeting.has_error());
  EXPECT_EQ(greeting.error().message(),
            "[2001:db8::2]:" + std::to_string(port()) + ": the certificate is for another host: 2001:db8::1");
}

TEST_F(TlsOverLoopback, RefusesACertificateForAnotherAddress) {
  test::CertificateSpec spec;
  spec.names = {"DNS:127.0.0.1", "IP:127.0.0.2"};
  const auto greeting = greet("127.0.0.1", spec);
  ASSERT_TRUE(greeting.has_error());
  EXPECT_EQ(greeting.error().message(),
            at("127.0.0.1") + ": the certificate is for another host: 127.0.0.1, 127.0.0.2");
}

TEST_F(TlsOverLoopback, RefusesACertificateForAnotherHostAndNamesIts) {
  test::CertificateSpec spec;
  spec.common_name = "api.example.com";  // does not count
  spec.names = {"DNS:a.example", "DNS:b.example"};
  const auto greeting = greet("api.example.com", spec);
  ASSERT_TRUE(greeting.has_error());
  EXPECT_EQ(greeting.error().kind(), ErrorKind::kUnreachable);
  EXPECT_EQ(greeting.error().message(),
            at("api.example.com") + ": the certificate is for another host: a.example, b.example");
}

TEST_F(TlsOverLoopback, RefusesAnExpiredCertificate) {
  test::CertificateSpec spec;
  spec.names = {"DNS:api.example.com"};
  spec.begins_in_days = -3;
  spec.ends_in_days = -2;
  const auto greeting = greet("api.example.com", spec);
  ASSERT_TRUE(greeting.has_error());
  EXPECT_EQ(greeting.error().message(), "the certificate of api.example.com has expired");
}

TEST_F(TlsOverLoopback, RefusesACertificateOfTomorrow) {
  test::CertificateSpec spec;
  spec.names = {"DNS:api.example.com"};
  spec.begins_in_days = 1;
  spec.ends_in_days = 2;
  const auto greeting = greet("api.example.com", spec);
  ASSERT_TRUE(greeting.has_error());
  EXPECT_EQ(greeting.error().message(), "the certificate of api.example.com is not valid yet");
}

TEST_F(TlsOverLoopback, RefusesAnUnknownAuthority) {
  const auto other = test::make_authority("other authority");
  test::CertificateSpec spec;
  spec.names = {"DNS:api.example.com"};
  const auto greeting = greet("api.example.com", test::make_certificate(spec, &other));
  ASSERT_TRUE(greeting.has_error());
  EXPECT_EQ(greeting.error().message(),
            at("api.example.com") + ": the certificate is signed by an authority that is not trusted");
  EXPECT_EQ(greeting.error().hint(), "give the authority's certificate with --ca-file");
}

TEST_F(TlsOverLoopback, RefusesASelfSignedCertificate) {
  test::CertificateSpec spec;
  spec.names = {"DNS:api.example.com"};
  const auto greeting = greet("api.example.com", test::make_certificate(spec, nullptr));
  ASSERT_TRUE(greeting.has_error());
  EXPECT_EQ(greeting.error().message(), at("api.example.com") + ": self-signed certificate");
}

TEST_F(TlsOverLoopback, SaysThatThereIsNoTls) {
  const auto greeting = greet_other("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(greeting.has_error());
  EXPECT_EQ(greeting.error().message(),
            at("api.example.com") + ": no TLS: the server answered something else");
}

TEST_F(TlsOverLoopback, SaysThatTheServerIsTooOld) {
  // A fatal alert "protocol version", as a server without TLS 1.2 sends it.
  const auto greeting = greet_other(std::string("\x15\x03\x01\x00\x02\x02\x46", 7));
  ASSERT_TRUE(greeting.has_error());
  EXPECT_EQ(greeting.error().message(), at("api.example.com") + ": the server speaks TLS older than 1.2");
}

TEST_F(TlsOverLoopback, SaysThatTheServerLeft) {
  const auto greeting = greet_other("");
  ASSERT_TRUE(greeting.has_error());
  EXPECT_EQ(greeting.error().message(),
            at("api.example.com") + ": the server closed the connection during the TLS handshake");
}

TEST_F(TlsOverLoopback, SaysThatTheHandshakeTookTooLong) {
  TaskGroup group(context_.get_executor());
  group.start(stay_silent(*listener_));
  const auto greeting = test::run(context_, greet("api.example.com", 20ms));
  test::run(context_, group.wait());
  ASSERT_TRUE(greeting.has_error());
  EXPECT_EQ(greeting.error().message(),
            "timed out after 20 ms in the TLS handshake with " + at("api.example.com"));
}

TEST(ClientTls, NamesTheFileThatIsMissing) {
  TrustOptions trust;
  trust.ca_file = "/nonexistent/ca.pem";
  const auto tls = make_client_tls(trust);
  ASSERT_TRUE(tls.has_error());
  EXPECT_EQ(tls.error().kind(), ErrorKind::kInvalidInput);
  EXPECT_EQ(tls.error().message(), "the CA file /nonexistent/ca.pem does not exist");
}

TEST(ClientTls, NamesTheFileThatHoldsNoCertificate) {
  const test::TemporaryFile file("not a certificate");
  TrustOptions trust;
  trust.ssl_cert_file = file.path();
  const auto tls = make_client_tls(trust);
  ASSERT_TRUE(tls.has_error());
  EXPECT_EQ(tls.error().message(),
            "the file in SSL_CERT_FILE " + file.path() + " can't be read or holds no PEM certificate");
}

TEST(ClientTls, TakesTheSystemsStore) {
  EXPECT_TRUE(make_client_tls(TrustOptions()).has_value());
}

TEST(ServerTls, RefusesWhatIsNoCertificateOrNotItsKey) {
  const auto one = test::make_authority();
  const auto other = test::make_authority();
  EXPECT_EQ(make_server_tls("x", "y").error().message(), "the server's certificate is not a PEM certificate");
  EXPECT_EQ(make_server_tls(one.certificate_pem, other.key_pem).error().message(),
            "the server's private key is not a PEM key, or not that of its certificate");
}

}  // namespace
}  // namespace descopectl::transport
