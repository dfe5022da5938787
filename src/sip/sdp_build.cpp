// The SDP builder (sdp.hpp). Pure. Thread: any.
#include "sdp.hpp"
#include "tipring/base/text.hpp"

namespace tipring::sip::sdp {
namespace {

std::string address_text(const Connection& connection) {
    return base::format("IN {} {}", connection.ipv6 ? "IP6" : "IP4", connection.address);
}

void add_line(std::string& out, char type, const std::string& value) {
    out += type;
    out += '=';
    out += value;
    out += "\r\n";
}

void add_attributes(std::string& out, const Media& media) {
    for (const auto& map : media.rtp_maps) {
        auto text = base::format("rtpmap:{} {}/{}", map.payload_type, map.encoding, map.clock_rate);
        if (map.channels != 1) text += base::format("/{}", map.channels);
        add_line(out, 'a', text);
    }
    for (const auto& parameters : media.parameters)
        add_line(out, 'a', base::format("fmtp:{} {}", parameters.format, parameters.text));
    if (media.packet_ms) add_line(out, 'a', base::format("ptime:{}", *media.packet_ms));
    if (media.max_packet_ms) add_line(out, 'a', base::format("maxptime:{}", *media.max_packet_ms));
    if (media.rtcp_port) add_line(out, 'a', base::format("rtcp:{}", *media.rtcp_port));
    if (media.direction) add_line(out, 'a', std::string(name(*media.direction)));
}

}  // namespace

std::string build(const Description& description) {
    std::string out;
    const auto& origin = description.origin;
    add_line(out, 'v', "0");
    add_line(out, 'o',
             base::format("{} {} {} {}", origin.user, origin.session_id, origin.version,
                          address_text(origin.address)));
    add_line(out, 's', description.session_name.empty() ? "-" : description.session_name);
    if (description.connection) add_line(out, 'c', address_text(*description.connection));
    add_line(out, 't', "0 0");
    if (description.direction) add_line(out, 'a', std::string(name(*description.direction)));
    for (const auto& media : description.media) {
        auto text = base::format("{} {} {}", media.type, media.port, media.protocol);
        for (const auto& format : media.formats)
            text += " " + format;
        add_line(out, 'm', text);
        if (media.connection) add_line(out, 'c', address_text(*media.connection));
        add_attributes(out, media);
    }
    return out;
}

}  // namespace tipring::sip::sdp
