// Requests and answers as bytes.
#include <algorithm>
#include <array>

#include "descopectl/base/wipe.hpp"
#include "descopectl/http/codec.hpp"

namespace descopectl::http {

namespace {

bool is_token(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";  // RFC 9110 section 5.6.2
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || kOthers.find(letter) != std::string_view::npos;
  });
}

bool is_header_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char letter) {
    const auto byte = static_cast<unsigned char>(letter);
    return (byte < 0x20 && letter != '\t') || byte == 0x7F;
  });
}

bool is_target(std::string_view text) {
  return text.starts_with('/') && std::all_of(text.begin(), text.end(), [](char letter) {
           const auto byte = static_cast<unsigned char>(letter);
           return byte > 0x20 && byte < 0x7F;
         });
}

// The headers that say where a message ends and what becomes of the connection: the codec's, not the
// caller's.
bool is_framing(std::string_view name) {
  const std::vector<Header> one{{std::string(name), "x"}};
  return !find_header(one, "Content-Length").empty() || !find_header(one, "Transfer-Encoding").empty() ||
         !find_header(one, "Connection").empty();
}

void add_header(std::string& text, std::string_view name, std::string_view value) {
  text += name;
  text += ": ";
  text += value;
  text += "\r\n";
}

/// As many bytes as the encoded request has at the most.
std::size_t encoded_size(const Request& request, std::string_view host, std::string_view user_agent) {
  constexpr std::size_t kFixed = 256;  // the words of the protocol and of the headers that are always there
  std::size_t size = kFixed + request.method.size() + request.target.size() + host.size() +
                     user_agent.size() + request.body.size();
  for (const auto& [name, value] : request.headers)
    size += name.size() + value.size() + std::string_view(": \r\n").size();
  return size;
}

bool usually_has_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

struct Reason {
  int status;
  std::string_view words;
};

constexpr std::array kReasons{
    Reason{100, "Continue"},
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{204, "No Content"},
    Reason{301, "Moved Permanently"},
    Reason{302, "Found"},
    Reason{304, "Not Modified"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{410, "Gone"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Content Too Large"},
    Reason{415, "Unsupported Media Type"},
    Reason{417, "Expectation Failed"},
    Reason{422, "Unprocessable Content"},
    Reason{423, "Locked"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{502, "Bad Gateway"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
    Reason{505, "HTTP Version Not Supported"},
};

std::string_view reason_of(int status) {
  const auto found = std::find_if(kReasons.begin(), kReasons.end(),
                                  [status](const Reason& reason) { return reason.status == status; });
  return found == kReasons.end() ? std::string_view("Status") : found->words;
}

}  // namespace

Result<std::string> encode_request(const Request& request, std::string_view host,
                                   std::string_view user_agent) {
  if (!is_token(request.method)) return Error(ErrorKind::kInvalidInput, "not an HTTP method");
  if (!is_target(request.target)) return Error(ErrorKind::kInvalidInput, "not the target of an HTTP request");
  std::string text;
  text.reserve(encoded_size(request, host, user_agent));  // one that grows leaves copies of secrets behind
  text += request.method;
  text += ' ';
  text += request.target;
  text += " HTTP/1.1\r\n";
  add_header(text, "Host", host);
  if (find_header(request.headers, "User-Agent").empty()) add_header(text, "User-Agent", user_agent);
  for (const auto& [name, value] : request.headers) {
    // The value may be a credential: it is not repeated.
    if (!is_token(name) || !is_header_value(value) || is_framing(name)) {
      base::wipe(text);
      return Error(ErrorKind::kInvalidInput, is_token(name) ? "the header " + name + " can't be sent as given"
                                                            : "not the name of an HTTP header");
    }
    add_header(text, name, value);
  }
  if (!request.body.empty() || usually_has_body(request.method)) {
    add_header(text, "Content-Length", std::to_string(request.body.size()));
  }
  text += "\r\n";
  text += request.body;
  return text;
}

std::string encode_response(const Response& response, const AnswerForm& form) {
  const bool has_no_body = response.status < 200 || response.status == 204 || response.status == 304;
  std::string text;
  text.reserve(256 + response.body.size());
  text += "HTTP/1.1 ";
  text += std::to_string(response.status);
  text += ' ';
  text += reason_of(response.status);
  text += "\r\n";
  for (const auto& [name, value] : response.headers) {
    if (is_token(name) && is_header_value(value) && !is_framing(name)) add_header(text, name, value);
  }
  if (!has_no_body) {
    if (find_header(response.headers, "Content-Type").empty()) {
      add_header(text, "Content-Type", "application/json");
    }
    add_header(text, "Content-Length", std::to_string(response.body.size()));
  }
  if (!form.keep_alive) {
    add_header(text, "Connection", "close");
  } else if (form.is_http10) {
    add_header(text, "Connection", "keep-alive");
  }
  text += "\r\n";
  if (!has_no_body && !form.is_head) text += response.body;
  return text;
}

}  // namespace descopectl::http
