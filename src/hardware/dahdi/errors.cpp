// Thread: core.
#include "dahdi/errors.hpp"

#include <cerrno>

#include "dahdi/signalling.hpp"
#include "tipring/base/text.hpp"

namespace tipring::hardware::dahdi {
namespace {

std::string_view role(ChannelKind kind) {
    switch (kind) {
        case ChannelKind::fxs:
            return "an fxs port";
        case ChannelKind::fxo:
            return "an fxo port";
        case ChannelKind::bearer:
            return "a B-channel";
        case ChannelKind::d_channel:
            return "a D-channel";
    }
    return "";
}

}  // namespace

std::string open_failure(std::string_view path, int error) {
    switch (error) {
        case ENOENT:
        case ENXIO:
        case ENODEV:
            return base::format(
                "{}: the DAHDI driver is not loaded; load it and the card's module (modprobe dahdi), or "
                "install it "
                "(package dahdi-dkms, built for the running kernel)",
                path);
        case EACCES:
        case EPERM:
            return base::format(
                "{}: no permission; the device belongs to another user: install the udev rule that comes "
                "with the gateway, or "
                "add the daemon's user to the device's group (ls -l {})",
                path, path);
        case EMFILE:
        case ENFILE:
            return base::format("{}: no file descriptor left; raise LimitNOFILE of the service", path);
        default:
            return base::format("{}: cannot open the DAHDI driver: {}", path, base::errno_text(error));
    }
}

std::string specify_failure(base::ChannelNumber number, int error) {
    switch (error) {
        case EBUSY:
            return base::format(
                "channel {} is in use by another program, for example Asterisk; stop it, or take the channel "
                "out of its "
                "configuration (fuser -v /dev/dahdi/*)",
                number);
        case EINVAL:
            return base::format("there is no channel {} on this machine; lsdahdi lists the channels", number);
        case ENXIO:
            return base::format(
                "channel {} is not configured; give it a signalling in /etc/dahdi/system.conf and run "
                "dahdi_cfg",
                number);
        case ENOMEM:
            return base::format("channel {} cannot be opened: the kernel has no memory for its buffers",
                                number);
        default:
            return operation_failure(number, "cannot open it", error);
    }
}

std::string wrong_signalling(base::ChannelNumber number, int signalling, ChannelKind wanted) {
    return base::format(
        "channel {} is configured as {} in /etc/dahdi/system.conf, the port map says {}: {} needs {} (DAHDI "
        "names a line by its "
        "far end); correct one of them, and run dahdi_cfg after a change of system.conf",
        number, signalling_name(signalling), name(wanted), role(wanted), signalling_for(wanted));
}

std::string operation_failure(base::ChannelNumber number, std::string_view operation, int error) {
    switch (error) {
        case EBUSY:
            return base::format(
                "channel {}: {}: the line is still busy with the hook operation before (a battery drop lasts "
                "0.8 s)",
                number, operation);
        case ENODATA:
            return base::format(
                "channel {}: {}: the driver has no tone zone; set loadzone and defaultzone in "
                "/etc/dahdi/system.conf and run "
                "dahdi_cfg",
                number, operation);
        case ENODEV:
        case EIO:
            return base::format("channel {}: {}: the card is gone; check the card and its module", number,
                                operation);
        case ENOTTY:
        case ENOSYS:
            return base::format("channel {}: {}: this card or driver cannot do that", number, operation);
        default:
            return base::format("channel {}: {}: {}", number, operation, base::errno_text(error));
    }
}

std::string span_failure(base::SpanNumber span, std::string_view operation, int error) {
    switch (error) {
        case ENOSYS:
        case ENOTTY:
            return base::format(
                "span {}: {}: its driver cannot do that (spans over a network or over memory never can)",
                span, operation);
        case EINVAL:
            return base::format(
                "span {}: {}: the driver has no such span, or its card cannot do that; dahdi_scan lists the "
                "spans",
                span, operation);
        case ENODEV:
        case EIO:
            return base::format("span {}: {}: the card is gone; check the card and its module", span,
                                operation);
        default:
            return base::format("span {}: {}: {}", span, operation, base::errno_text(error));
    }
}

}  // namespace tipring::hardware::dahdi
