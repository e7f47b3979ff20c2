#include "engine/model/schedule/cron.h"

#include <catch2/catch.hpp>
#include <vector>

namespace muster {
namespace {

Cron cron(std::string_view text) {
    const auto parsed = TextForm<Cron>::parse(text);
    INFO(text << ": " << complaint_about_cron(text));
    REQUIRE(parsed);
    return *parsed;
}

template <std::size_t N>
std::vector<std::size_t> set_in(const std::bitset<N>& bits) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < N; ++i)
        if (bits[i]) out.push_back(i);
    return out;
}

using Numbers = std::vector<std::size_t>;

}  // namespace

TEST_CASE("each field holds numbers, ranges, lists and steps", "[model][cron]") {
    CHECK(set_in(cron("5 * * * *").minutes) == Numbers{5});
    CHECK(set_in(cron("1-4 * * * *").minutes) == Numbers{1, 2, 3, 4});
    CHECK(set_in(cron("0,30,07 * * * *").minutes) == Numbers{0, 7, 30});
    CHECK(set_in(cron("*/15 * * * *").minutes) == Numbers{0, 15, 30, 45});
    CHECK(set_in(cron("10-40/5,59 * * * *").minutes) == Numbers{10, 15, 20, 25, 30, 35, 40, 59});
    CHECK(set_in(cron("0 22-23 * * *").hours) == Numbers{22, 23});
    CHECK(set_in(cron("0 0 */10 * *").days) == Numbers{1, 11, 21, 31});
    CHECK(set_in(cron("0 0 1 */5 *").months) == Numbers{1, 6, 11});
    CHECK(cron("* * * * *").minutes.all());
    CHECK(cron("* * * * *").hours.all());
    CHECK(cron("* * * * *").days.count() == 31);
    CHECK(cron("* * * * *").months.count() == 12);
    CHECK(cron("* * * * *").weekdays.all());
}

TEST_CASE("months and days of the week have names, and Sunday is 0 and 7", "[model][cron]") {
    CHECK(set_in(cron("0 0 1 jan,DEC *").months) == Numbers{1, 12});
    CHECK(set_in(cron("0 0 * * Mon-fri").weekdays) == Numbers{1, 2, 3, 4, 5});
    CHECK(set_in(cron("0 0 * * sun").weekdays) == Numbers{0});
    CHECK(set_in(cron("0 0 * * 7").weekdays) == Numbers{0});
    CHECK(set_in(cron("0 0 * * 5-7").weekdays) == Numbers{0, 5, 6});
    CHECK(set_in(cron("0 0 * * 0-7/2").weekdays) == Numbers{0, 2, 4, 6});
}

TEST_CASE("a field that begins with a star is not restricted, whatever its step", "[model][cron]") {
    CHECK(cron("0 * 1 * 1").any_hour);
    CHECK(cron("0 */2 1 * 1").any_hour);
    CHECK_FALSE(cron("0 0-23 1 * 1").any_hour);
    CHECK(cron("0 0 */2 * 1").any_day);
    CHECK_FALSE(cron("0 0 1,*/2 * 1").any_day);
    CHECK(cron("0 0 1 * *").any_weekday);
    CHECK_FALSE(cron("0 0 1 * 0-6").any_weekday);
}

TEST_CASE("a nickname is what crontab(5) says it is", "[model][cron]") {
    const auto [name, meaning] = GENERATE(table<const char*, const char*>({
        {"@hourly", "0 * * * *"},
        {"@daily", "0 0 * * *"},
        {"@midnight", "0 0 * * *"},
        {"@weekly", "0 0 * * 0"},
        {"@monthly", "0 0 1 * *"},
        {"@yearly", "0 0 1 1 *"},
        {"@annually", "0 0 1 1 *"},
    }));
    auto nickname = cron(name);
    CHECK(nickname.text == name);
    nickname.text = meaning;
    CHECK(nickname == cron(meaning));
}

TEST_CASE("a line is written as it was, with single blanks", "[model][cron]") {
    CHECK(TextForm<Cron>::format(cron(" 15\t2  *  * MON ")) == "15 2 * * MON");
    const auto text = GENERATE("15 2 * * *", "@daily", "*/15 0-6 1,15 jan-mar sun");
    CHECK(cron(TextForm<Cron>::format(cron(text))) == cron(text));
    CHECK(complaint_about_cron(text).empty());
}

TEST_CASE("a wrong line is refused with the reason", "[model][cron]") {
    const auto [text, complaint] = GENERATE(table<const char*, const char*>({
        {"", "cron has five fields (minute, hour, day of month, month, day of week), not 0"},
        {"0 0 * *", "cron has five fields (minute, hour, day of month, month, day of week), not 4"},
        {"0 0 0 * * *",
         "cron has five fields (minute, hour, day of month, month, day of week), not 6"},
        {"0 25 * * *", "the hour 25 is out of range 0-23"},
        {"60 * * * *", "the minute 60 is out of range 0-59"},
        {"0 0 0 * *", "the day of month 0 is out of range 1-31"},
        {"0 0 * 13 *", "the month 13 is out of range 1-12"},
        {"0 0 * * 8", "the day of week 8 is out of range 0-7"},
        {"99999999999999999999 * * * *", "the minute 99999999999999999999 is out of range 0-59"},
        {"0 0 * * mondey", "\"mondey\" is no day of week; did you mean mon?"},
        {"0 0 * january *", "\"january\" is no month; did you mean jan?"},
        {"0 0 * * xyz", "\"xyz\" is no day of week"},
        {"mon 0 * * *", "\"mon\" is no minute"},
        {"-5 * * * *", "a minute is missing"},
        {"1,,2 * * * *", "a minute is missing"},
        {"1- * * * *", "a minute is missing"},
        {"7/5 * * * *", "the step of \"7/5\" has no range; write 7-59/5 or */5"},
        {"*/0 * * * *", "the step \"0\" of minute is no number from 1 to 59"},
        {"*/90 * * * *", "the step \"90\" of minute is no number from 1 to 59"},
        {"*/ * * * *", "the step \"\" of minute is no number from 1 to 59"},
        {"*/2/3 * * * *", "the step \"2/3\" of minute is no number from 1 to 59"},
        {"40-10 * * * *", "the range 40-10 of minute runs backwards"},
        {"0 0 * * fri-sun",
         "the range fri-sun of day of week runs backwards; Sunday as its end is 7"},
        {"0 0 L * *",
         "\"L\" is no day of month: ?, L, W and # are no part of cron here, \"monthly\" says "
         "\"last\", \"first business day\" or \"second tuesday\""},
        {"@reboot",
         "\"@reboot\" is none of @hourly, @daily, @midnight, @weekly, @monthly, @yearly and "
         "@annually"},
    }));
    CHECK_FALSE(TextForm<Cron>::parse(text));
    CHECK(complaint_about_cron(text) == complaint);
}

TEST_CASE("what only other crons know is refused", "[model][cron]") {
    const auto text =
        GENERATE("0 0 ? * 1", "0 0 15W * *", "0 0 LW * *", "0 0 * * 5L", "0 0 * * 2#1", "0 0 * * ?",
                 "1.5 * * * *", "+1 * * * *", "** * * * *", "*-5 * * * *", "~ * * * *");
    CHECK_FALSE(TextForm<Cron>::parse(text));
    CHECK_FALSE(complaint_about_cron(text).empty());
}

}  // namespace muster
