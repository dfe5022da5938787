// Header text helpers (header_text.hpp). Pure. Thread: any.
#include "header_text.hpp"

#include <charconv>

#include "tipring/base/text.hpp"

namespace tipring::sip {
namespace {

constexpr std::size_t longest_text = 128;

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_control(char c) {
    const auto u = static_cast<unsigned char>(c);
    return u < 0x20 || u == 0x7f;
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Cut without leaving half a UTF-8 character behind.
std::string_view cut(std::string_view text) {
    if (text.size() <= longest_text) return text;
    auto end = longest_text;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
        --end;
    return text.substr(0, end);
}

std::optional<char> digit_of(std::string_view text) {
    if (text.size() == 2 && text == "10") return '*';
    if (text.size() == 2 && text == "11") return '#';
    if (text.size() != 1) return std::nullopt;
    const char c = text[0] >= 'a' && text[0] <= 'd' ? static_cast<char>(text[0] - 'a' + 'A') : text[0];
    return std::string_view("0123456789*#ABCD").find(c) == std::string_view::npos ? std::nullopt
                                                                                  : std::optional<char>(c);
}

}  // namespace

std::string percent_encoded(std::string_view text, bool (*keeps)(char)) {
    static constexpr char hex[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (keeps(c)) {
            out += c;
        } else {
            out += '%';
            out += hex[static_cast<unsigned char>(c) >> 4];
            out += hex[static_cast<unsigned char>(c) & 0x0f];
        }
    }
    return out;
}

std::string escape_user(std::string_view text) {
    return percent_encoded(cut(text), [](char c) {
        return is_alphanumeric(c) || std::string_view("-_.!~*'()&=+$,?/").find(c) != std::string_view::npos;
    });
}

std::string decode_user(std::string_view text) {
    return percent_decoded(text.substr(0, text.find(';')));
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size() && out.size() < longest_text; ++i) {
        char c = text[i];
        if (c == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
            c = static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        }
        if (!is_control(c)) out += c;
    }
    return out;
}

std::string quote_display(std::string_view text) {
    std::string out;
    for (const char c : cut(text)) {
        if (is_control(c)) continue;
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out.empty() ? out : '"' + out + '"';
}

std::string plain_display(std::string_view text) {
    text = base::trim(text);
    const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
    if (quoted) text = text.substr(1, text.size() - 2);
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (quoted && text[i] == '\\' && i + 1 < text.size()) ++i;
        if (!is_control(text[i])) out += text[i];
    }
    return std::string(cut(out));
}

std::string uri_host(std::string_view host) {
    const bool wants_brackets = host.find(':') != std::string_view::npos && host.front() != '[';
    return wants_brackets ? "[" + std::string(host) + "]" : std::string(host);
}

std::string bare_host(std::string_view host) {
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    return std::string(host);
}

std::optional<HostPort> split_host_port(std::string_view text, std::uint16_t default_port) {
    HostPort result;
    result.port = default_port;
    std::string_view port;
    if (!text.empty() && text.front() == '[') {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        result.host = std::string(text.substr(1, end - 1));
        port = text.substr(end + 1);
        if (!port.empty() && port.front() != ':') return std::nullopt;
    } else if (base::is_ip_address(text)) {
        result.host = std::string(text);
    } else {
        const auto colon = text.find(':');
        result.host = std::string(text.substr(0, colon));
        if (colon != std::string_view::npos) port = text.substr(colon);
    }
    if (result.host.empty()) return std::nullopt;
    if (port.empty()) return result;
    port.remove_prefix(1);
    const auto [stop, error] = std::from_chars(port.data(), port.data() + port.size(), result.port);
    if (error != std::errc{} || stop != port.data() + port.size() || result.port == 0) return std::nullopt;
    return result;
}

NameAddr split_name_addr(std::string_view text) {
    NameAddr result;
    if (text.size() > 1024) return result;
    text = base::trim(text);
    // the display name, which may hold '<' and ',' when it is quoted
    std::size_t start = 0;
    if (!text.empty() && text.front() == '"') {
        for (start = 1; start < text.size() && text[start] != '"'; ++start) {
            if (text[start] == '\\') ++start;
        }
        if (start >= text.size()) return result;
        ++start;
    }
    const auto open = text.find('<', start);
    auto uri = text.substr(start, text.find_first_of(",;", start) - start);
    if (open != std::string_view::npos) {
        const auto close = text.find('>', open);
        if (close == std::string_view::npos) return result;
        result.display = plain_display(text.substr(0, open));
        uri = text.substr(open + 1, close - open - 1);
    }
    const auto colon = uri.find(':');
    if (colon == std::string_view::npos) return {};
    const auto scheme = base::lower(base::trim(uri.substr(0, colon)));
    const auto rest = uri.substr(colon + 1);
    const auto at = rest.find('@');
    if (scheme == "tel") {
        result.user = decode_user(rest);
    } else if ((scheme == "sip" || scheme == "sips") && at != std::string_view::npos) {
        const auto user = rest.substr(0, at);
        result.user = decode_user(user.substr(0, user.find(':')));
    }
    return result;
}

std::optional<char> info_digit(std::string_view content_type, std::string_view body) {
    const auto type = base::lower(base::trim(content_type.substr(0, content_type.find(';'))));
    if (body.size() > 1024) return std::nullopt;
    if (type == "application/dtmf") return digit_of(base::trim(body));
    if (type != "application/dtmf-relay") return std::nullopt;
    for (const auto line : base::split(body, '\n')) {
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) continue;
        if (base::equal_ignoring_case(base::trim(line.substr(0, equals)), "signal"))
            return digit_of(base::trim(line.substr(equals + 1)));
    }
    return std::nullopt;
}

}  // namespace tipring::sip
