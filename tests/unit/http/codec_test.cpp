// The codec: what goes on the wire, what is read from it, and what is refused.
#include "descopectl/http/codec.hpp"

#include <gtest/gtest.h>

namespace descopectl::http {
namespace {

Limits small_limits() {
  Limits limits;
  limits.header = 400;
  limits.body = 20;
  return limits;
}

/// Feeds `bytes` in pieces of `size`; how the last one ended.
template <class Reader>
Progress feed(Reader& reader, std::string_view bytes, std::size_t size) {
  auto progress = Progress::kNeedsMore;
  while (!bytes.empty() && progress == Progress::kNeedsMore) {
    progress = reader.feed(bytes.substr(0, size));
    bytes.remove_prefix(std::min(size, bytes.size()));
  }
  return progress;
}

Response read_response(std::string_view bytes, bool is_head = false) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{7}}) {
    ResponseReader reader(Limits(), is_head);
    EXPECT_EQ(feed(reader, bytes, size), Progress::kComplete) << reader.error();
  }
  ResponseReader reader(Limits(), is_head);
  EXPECT_EQ(reader.feed(bytes), Progress::kComplete) << reader.error();
  return reader.take();
}

std::string refusal_of(std::string_view bytes) {
  RequestReader reader(small_limits());
  if (feed(reader, bytes, bytes.size()) != Progress::kFailed) return "taken";
  return std::to_string(reader.refusal().status) + " " + reader.refusal().message;
}

TEST(EncodeRequest, WritesTheWholeRequest) {
  Request request("POST", "/v1/mgmt?x=1", "{}");
  request.headers.emplace_back("Content-Type", "application/json");
  EXPECT_EQ(*encode_request(request, "api.example.com", "descopectl"),
            "POST /v1/mgmt?x=1 HTTP/1.1\r\nHost: api.example.com\r\nUser-Agent: descopectl\r\n"
            "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
}

TEST(EncodeRequest, GivesNoLengthToAGetAndZeroToAnEmptyPost) {
  EXPECT_EQ(*encode_request(Request("GET", "/"), "h", "u"),
            "GET / HTTP/1.1\r\nHost: h\r\nUser-Agent: u\r\n\r\n");
  EXPECT_EQ(*encode_request(Request("POST", "/"), "h", "u"),
            "POST / HTTP/1.1\r\nHost: h\r\nUser-Agent: u\r\nContent-Length: 0\r\n\r\n");
}

TEST(EncodeRequest, RefusesWhatWouldBeSomethingElseOnTheWire) {
  Request request("GET", "/a b");
  EXPECT_EQ(encode_request(request, "h", "u").error().message(), "not the target of an HTTP request");
  request.target = "/";
  request.headers.emplace_back("X-Note", "a\r\nX-Other: b");
  EXPECT_EQ(encode_request(request, "h", "u").error().message(), "the header X-Note can't be sent as given");
  request.headers = {{"Content-Length", "3"}};
  EXPECT_EQ(encode_request(request, "h", "u").error().message(),
            "the header Content-Length can't be sent as given");
  request.headers.clear();
  request.method = "GET /x";
  EXPECT_EQ(encode_request(request, "h", "u").error().kind(), ErrorKind::kInvalidInput);
}

TEST(EncodeResponse, AddsLengthAndType) {
  EXPECT_EQ(encode_response(Response(200, "{}"), AnswerForm()),
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
}

TEST(EncodeResponse, FollowsTheRequestsForm) {
  AnswerForm form;
  form.is_head = true;
  form.keep_alive = false;
  EXPECT_EQ(
      encode_response(Response(200, "{}"), form),
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(encode_response(Response(204, "ignored"), AnswerForm()), "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST(ResponseReader, ReadsABodyOfKnownLength) {
  const auto response =
      read_response("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 5\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(find_header(response.headers, "retry-after"), "5");
  EXPECT_EQ(response.body, "ok");
}

TEST(ResponseReader, ReadsChunksAndDropsTrailers) {
  const auto response = read_response(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: "
      "1\r\n\r\n");
  EXPECT_EQ(response.body, "abcde");
  EXPECT_EQ(find_header(response.headers, "X-Trailer"), "");
}

TEST(ResponseReader, ReadsAnEmptyChunkedBodyInAnyPieces) {
  EXPECT_EQ(read_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").body, "");
}

TEST(ResponseReader, SkipsInterimAnswers) {
  const auto response = read_response(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\n"
      "Content-Length: 0\r\n\r\n");
  EXPECT_EQ(response.status, 201);
  EXPECT_TRUE(find_header(response.headers, "Link").empty());
}

TEST(ResponseReader, ExpectsNoBodyAfterHeadNorWith204) {
  EXPECT_EQ(read_response("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true).body, "");
  EXPECT_EQ(read_response("HTTP/1.1 204 No Content\r\n\r\n").status, 204);
}

TEST(ResponseReader, ReadsToTheEndWhereNoLengthIsGiven) {
  ResponseReader reader(Limits(), false);
  EXPECT_EQ(reader.feed("HTTP/1.0 200 OK\r\n\r\nall of it"), Progress::kNeedsMore);
  EXPECT_EQ(reader.finish(), Progress::kComplete);
  EXPECT_FALSE(reader.keep_alive());
  EXPECT_EQ(reader.take().body, "all of it");
}

TEST(ResponseReader, TellsATruncatedAnswerFromABrokenOne) {
  for (const char* const cut :
       {"HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"}) {
    ResponseReader reader(Limits(), false);
    EXPECT_EQ(reader.feed(cut), Progress::kNeedsMore);
    EXPECT_TRUE(reader.has_started());
    EXPECT_EQ(reader.finish(), Progress::kFailed);
    EXPECT_FALSE(reader.has_violation());
    EXPECT_EQ(reader.error(), "ended before it was whole");
  }
  ResponseReader reader(Limits(), false);
  EXPECT_EQ(reader.feed("220 mail.example.com ESMTP\r\n"), Progress::kFailed);
  EXPECT_TRUE(reader.has_violation());
  EXPECT_EQ(reader.error(), "is not HTTP (bad version)");
}

TEST(ResponseReader, KeepsToItsLimits) {
  for (const char* const much :
       {"HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n012345678901234567890",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\nb\r\n01234567890\r\n"}) {
    ResponseReader reader(small_limits(), false);
    EXPECT_EQ(reader.feed(much), Progress::kFailed);
    EXPECT_EQ(reader.error(), "is larger than 20 bytes");
  }
  ResponseReader reader(small_limits(), false);
  EXPECT_EQ(reader.feed("HTTP/1.1 200 OK\r\nX: " + std::string(400, 'x')), Progress::kFailed);
  EXPECT_EQ(reader.error(), "has more than 400 bytes of headers");
}

TEST(ResponseReader, BoundsChunkHeadersAndTrailersToo) {
  ResponseReader chunk(small_limits(), false);
  EXPECT_EQ(chunk.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;" + std::string(500, 'x')),
            Progress::kFailed);
  ResponseReader trailer(small_limits(), false);
  EXPECT_EQ(
      trailer.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + std::string(500, 'x')),
      Progress::kFailed);
}

TEST(ResponseReader, RefusesBytesBehindTheAnswerAndOtherProtocols) {
  ResponseReader behind(Limits(), false);
  EXPECT_EQ(behind.feed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1"), Progress::kFailed);
  EXPECT_EQ(behind.error(), "is followed by more than was asked for");
  ResponseReader upgrade(Limits(), false);
  EXPECT_EQ(upgrade.feed("HTTP/1.1 101 Switching Protocols\r\n\r\n"), Progress::kFailed);
}

TEST(RequestReader, ReadsPipelinedRequestsInAnyPieces) {
  constexpr std::string_view kBytes =
      "\r\nPOST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
      "GET /b HTTP/1.1\r\nHost: h\r\n\r\n"
      "PUT /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n0\r\n\r\n"
      "GET /d HTTP/1.0\r\n\r\n";
  for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{11}, kBytes.size()}) {
    RequestReader reader((Limits()));
    std::string seen;
    for (std::size_t at = 0; at < kBytes.size(); at += size) {
      auto progress = reader.feed(kBytes.substr(at, size));
      while (progress == Progress::kComplete) {
        seen += reader.form().keep_alive ? "+" : "-";
        const auto request = reader.take();
        seen += request.method + request.target + request.body + " ";
        progress = reader.feed({});
      }
      ASSERT_EQ(progress, Progress::kNeedsMore) << reader.refusal().message;
    }
    EXPECT_EQ(seen, "+POST/aabc +GET/b +PUT/cde -GET/d ");
    EXPECT_FALSE(reader.has_started());
  }
}

TEST(RequestReader, TakesTheAbsoluteFormAsPath) {
  RequestReader reader((Limits()));
  EXPECT_EQ(reader.feed("GET http://h:1/a?b=http://c HTTP/1.1\r\nHost: h\r\n\r\n"), Progress::kComplete);
  EXPECT_EQ(reader.take().target, "/a?b=http://c");
}

TEST(RequestReader, AsksOnceToContinue) {
  RequestReader reader((Limits()));
  EXPECT_EQ(reader.feed("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"),
            Progress::kNeedsMore);
  EXPECT_TRUE(reader.take_continue());
  EXPECT_FALSE(reader.take_continue());
  EXPECT_EQ(reader.feed("x"), Progress::kComplete);
}

TEST(RequestReader, RefusesWithTheRightStatus) {
  EXPECT_EQ(refusal_of("nonsense\r\n\r\n"), "400 the request is not HTTP: bad method");
  EXPECT_EQ(refusal_of("\x16\x03\x01\x02"), "400 the request is not HTTP: bad method");
  EXPECT_EQ(refusal_of("GET / HTTP/2.0\r\n\r\n"), "505 only HTTP/1.1 and HTTP/1.0 are spoken here");
  EXPECT_EQ(refusal_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "505 only HTTP/1.1 and HTTP/1.0 are spoken here");
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\n\r\n"), "400 the request needs one Host header");
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
            "400 the request needs one Host header");
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(400, 'x')),
            "431 the headers are larger than 400 bytes");
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 21\r\n\r\n"),
            "413 the body is larger than 20 bytes");
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n"),
            "501 no transfer coding but chunked is understood");
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nHost: h\r\nExpect: tea\r\nContent-Length: 1\r\n\r\n"),
            "417 no expectation but 100-continue is known");
}

TEST(RequestReader, HoldsAHeaderThatComesAtOnceToItsLimit) {
  const auto header_of = [](std::size_t size) {
    const std::string begin = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
    return begin + std::string(size - begin.size() - 4, 'x') + "\r\n\r\n";
  };
  for (const std::size_t piece : {std::size_t{1}, std::size_t{4000}}) {
    const auto feed = [&](std::string text) {
      RequestReader reader(small_limits());
      auto progress = Progress::kNeedsMore;
      for (std::size_t at = 0; at < text.size() && progress == Progress::kNeedsMore; at += piece)
        progress = reader.feed(std::string_view(text).substr(at, piece));
      return progress;
    };
    EXPECT_EQ(feed(header_of(400)), Progress::kComplete) << piece;
    EXPECT_EQ(feed(header_of(401)), Progress::kFailed) << piece;
  }
}

TEST(RequestReader, RefusesWhatTwoServersWouldReadInTwoWays) {
  EXPECT_EQ(
      refusal_of("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")
          .substr(0, 3),
      "400");
  EXPECT_EQ(
      refusal_of("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n").substr(0, 3),
      "400");
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n").substr(0, 3), "400");
}

}  // namespace
}  // namespace descopectl::http
