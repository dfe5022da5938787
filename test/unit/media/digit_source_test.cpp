// Which digit sounds when.
#include <catch2/catch.hpp>

#include "digit_source.hpp"
#include "messages.hpp"

using namespace tipring::media;

namespace {

/// One character a block: the digit, '-' for a pause, '.' for idle.
std::string timeline(DigitSource& source, int blocks) {
    std::string text;
    for (; blocks > 0; --blocks) {
        const auto step = source.next();
        text += step.digit != 0 ? step.digit : step.busy ? '-' : '.';
    }
    return text;
}

}  // namespace

TEST_CASE("a string is played with its on and off times, and comes back once") {
    DigitSource source;
    auto* text = new DigitString;
    text->digits = "1#";
    text->on_blocks = 3;
    text->off_blocks = 2;
    source.queue(*text);
    CHECK(timeline(source, 12) == "111--###--..");
    auto* finished = source.take_finished();
    CHECK(finished == text);
    delete finished;
    CHECK(source.take_finished() == nullptr);
}

TEST_CASE("w is half a second, and an empty string is finished at once") {
    DigitSource source;
    auto* text = new DigitString;
    text->digits = "w5";
    text->on_blocks = text->off_blocks = 1;
    source.queue(*text);
    CHECK(timeline(source, 53) == std::string(50, '-') + "5-.");
    delete source.take_finished();
    auto* empty = new DigitString;
    source.queue(*empty);
    source.next();
    CHECK(source.take_finished() == empty);
    delete empty;
}

TEST_CASE("a relayed digit lasts as long as it is held, and at least 60 ms") {
    DigitSource source;
    source.relay_begin('4');
    CHECK(timeline(source, 2) == "44");
    source.relay_end();
    CHECK(timeline(source, 11) == "4444-----..");
    source.relay_begin('6');
    CHECK(timeline(source, 20) == std::string(20, '6'));
    source.relay_end();
    CHECK(timeline(source, 6) == "-----.");
}

TEST_CASE("digits that come faster than they can be played keep their order and length") {
    DigitSource source;
    source.relay_begin('1');
    source.relay_end();
    source.relay_begin('2');
    CHECK(timeline(source, 20) == "111111-----222222222");
    source.relay_begin('3');  // ends the 2
    source.relay_end();
    CHECK(timeline(source, 22).substr(0, 22) == "22222222222-----333333");
}

TEST_CASE("more digits than the queue holds are dropped, not confused") {
    DigitSource source;
    for (int i = 0; i < 40; ++i) {
        source.relay_begin(static_cast<char>('0' + i % 10));
        source.relay_end();
    }
    const auto text = timeline(source, 400);
    std::string digits;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] >= '0' && (i == 0 || text[i - 1] != text[i])) digits += text[i];
    }
    CHECK(digits == "0123456789012345");
}

TEST_CASE("strings that were never played are freed with their owner") {
    DigitSource source;
    auto* first = new DigitString;
    first->digits = "123";
    source.queue(*first);
    source.queue(*new DigitString);
    source.next();
}

TEST_CASE("clear forgets strings, the sounding digit and relayed ones, and gives every string back") {
    Notifier notifier(16);
    DigitSource source;
    const auto queue = [&source](const char* digits) {
        auto* text = new DigitString;
        text->digits = digits;
        text->on_blocks = text->off_blocks = 2;
        source.queue(*text);
    };
    const auto returned = [&notifier] {
        int count = 0;
        notifier.returns().take_all([&count](Returnable* object) {
            ++count;
            delete object;
        });
        return count;
    };
    SECTION("in a digit") {
        queue("12");
        queue("34");
        source.relay_begin('7');
        CHECK(timeline(source, 5) == "11--2");
        source.clear(notifier);
        CHECK(returned() == 2);
    }
    SECTION("in a pause, with a finished string that nobody took") {
        queue("1");
        queue("ww");
        CHECK(timeline(source, 4) == "11--");
        timeline(source, 1);
        source.clear(notifier);
        CHECK(returned() == 2);
    }
    SECTION("in a relayed digit") {
        source.relay_begin('8');
        source.relay_begin('9');
        CHECK(timeline(source, 2) == "88");
        source.clear(notifier);
        CHECK(returned() == 0);
    }
    source.relay_end();
    CHECK(timeline(source, 100) == std::string(100, '.'));
    CHECK(source.take_finished() == nullptr);
    CHECK(notifier.events().empty());
    queue("5");
    CHECK(timeline(source, 6) == "55--..");
    delete source.take_finished();
}
