//! Days and moments, in the forms that Python's `fromisoformat` and Django's `parse_datetime` take.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use time::{Date, Month, PrimitiveDateTime, Time, UtcOffset, Weekday};

#[allow(clippy::expect_used)]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of our own")
}

/// `2026-01-02`, `20260102`, `2026-1-2`.
static DAY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})|([0-9]{4})([0-9]{2})([0-9]{2}))$"));

/// `2026-W01-5`, `2026W015`; the Monday where no day of the week is named.
static WEEK: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^([0-9]{4})(?:-W([0-9]{2})(?:-([1-7]))?|W([0-9]{2})([1-7])?)$"));

/// `03:04:05.5+02:00`, `030405Z`, `3:04`, `03`, with white space in front of the offset.
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^([0-9]{1,2})(?::([0-9]{1,2})(?::([0-9]{1,2})(?:[.,]([0-9]+))?)?|([0-9]{2})(?:([0-9]{2})(?:[.,]([0-9]+))?)?)?\s*(Z|[+-][0-9]{2}(?::?[0-9]{2}(?::?[0-9]{2})?)?)?$",
    )
});

fn number<T: std::str::FromStr>(captures: &Captures<'_>, groups: &[usize]) -> Option<T> {
    groups.iter().find_map(|group| captures.get(*group))?.as_str().parse().ok()
}

/// A day.
pub(crate) fn read_date(text: &str) -> Option<Date> {
    let date = if let Some(parts) = DAY.captures(text) {
        let month = Month::try_from(number::<u8>(&parts, &[2, 5])?).ok()?;
        Date::from_calendar_date(number(&parts, &[1, 4])?, month, number(&parts, &[3, 6])?).ok()?
    } else {
        let parts = WEEK.captures(text)?;
        let weekday = Weekday::Monday.nth_next(number::<u8>(&parts, &[3, 5]).unwrap_or(1) - 1);
        Date::from_iso_week_date(number(&parts, &[1])?, number(&parts, &[2, 4])?, weekday).ok()?
    };
    (date.year() >= 1).then_some(date)
}

/// Why a text is no moment.
pub(crate) enum NoMoment {
    /// It has no form that is known.
    Form,
    /// In UTC it lies before the first year, or behind the last.
    Range,
}

/// A moment, in UTC; what is finer than a microsecond is cut off.
pub(crate) fn read_datetime(text: &str) -> Result<PrimitiveDateTime, NoMoment> {
    // A day alone has two digits for the month and the day.
    let whole = text.len() == 10 || !text.contains('-') || text.contains('W');
    if let Some(date) = read_date(text).filter(|_| whole) {
        return Ok(PrimitiveDateTime::new(date, Time::MIDNIGHT));
    }
    // One character, whatever it is, stands between the day and the time. The time begins with the first of them
    // behind which there is one.
    let split = |(at, c): (usize, char)| Some((read_date(text.get(..at)?)?, text.get(at + c.len_utf8()..)?));
    let (date, time) = text.char_indices().find_map(split).ok_or(NoMoment::Form)?;
    let (time, offset) = read_time(time).ok_or(NoMoment::Form)?;
    let local = PrimitiveDateTime::new(date, time);
    let utc = local.checked_sub(time::Duration::seconds(offset.whole_seconds().into())).ok_or(NoMoment::Range)?;
    if (1..=9999).contains(&utc.year()) { Ok(utc) } else { Err(NoMoment::Range) }
}

fn read_time(text: &str) -> Option<(Time, UtcOffset)> {
    let parts = TIME.captures(text)?;
    let minute = number(&parts, &[2, 5]).unwrap_or_default();
    let second = number(&parts, &[3, 6]).unwrap_or_default();
    let fraction = parts.get(4).or(parts.get(7)).map_or("", |fraction| fraction.as_str());
    let microsecond = format!("{:0<6.6}", fraction).parse().ok()?;
    let time = Time::from_hms_micro(number(&parts, &[1])?, minute, second, microsecond).ok()?;
    let offset = match parts.get(8).map_or("Z", |offset| offset.as_str()) {
        "Z" => UtcOffset::UTC,
        offset => {
            let digits = offset.replace(':', "");
            let part = |at: usize| digits.get(at..at + 2).map_or(Some(0), |part| part.parse::<i32>().ok());
            let seconds = part(1)? * 3600 + part(3)? * 60 + part(5)?;
            UtcOffset::from_whole_seconds(if digits.starts_with('-') { -seconds } else { seconds }).ok()?
        }
    };
    Some((time, offset))
}
