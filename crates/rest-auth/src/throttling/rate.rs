//! So many within such a time: `5/minute`, as Django REST framework and allauth write it.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A rate: so many requests within such a time, however they are spread over it. `SimpleRateThrottle`'s.
///
/// ```
/// use rest_auth::Rate;
///
/// assert_eq!("5/minute".parse(), Ok(Rate::per_minute(5)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    limit: u32,
    /// Seconds.
    period: u32,
}

/// The longest time that a rate may stretch over, in seconds.
pub(crate) const LONGEST: u32 = 20 * 86_400;

impl Rate {
    /// So many a second.
    pub const fn per_second(limit: u32) -> Self {
        Self { limit, period: 1 }
    }

    /// So many a minute.
    pub const fn per_minute(limit: u32) -> Self {
        Self { limit, period: 60 }
    }

    /// So many an hour.
    pub const fn per_hour(limit: u32) -> Self {
        Self { limit, period: 3600 }
    }

    /// So many a day.
    pub const fn per_day(limit: u32) -> Self {
        Self { limit, period: 86_400 }
    }

    /// So many within so many seconds; `None` if that is no time, or more than twenty days.
    pub(crate) fn within(limit: u32, period: u32) -> Option<Self> {
        (1..=LONGEST).contains(&period).then_some(Self { limit, period })
    }

    /// How many.
    pub const fn limit(self) -> u32 {
        self.limit
    }

    /// Within which time.
    pub const fn period(self) -> Duration {
        Duration::from_secs(self.period as u64)
    }
}

/// A text is no rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a rate is a number, a slash and second, minute, hour or day, such as \"5/minute\"")]
pub struct NotARate;

impl std::str::FromStr for Rate {
    type Err = NotARate;

    /// REST framework's words, also shortened: "5/minute", "5/min", "5/m".
    fn from_str(text: &str) -> Result<Self, NotARate> {
        let (limit, period) = text.split_once('/').ok_or(NotARate)?;
        let period = match period.trim() {
            "s" | "sec" | "second" | "seconds" => 1,
            "m" | "min" | "minute" | "minutes" => 60,
            "h" | "hour" | "hours" => 3600,
            "d" | "day" | "days" => 86_400,
            _ => return Err(NotARate),
        };
        Ok(Self { limit: limit.trim().parse().map_err(|_| NotARate)?, period })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.period {
            1 => write!(f, "{}/second", self.limit),
            60 => write!(f, "{}/minute", self.limit),
            3600 => write!(f, "{}/hour", self.limit),
            86_400 => write!(f, "{}/day", self.limit),
            seconds => write!(f, "{}/{seconds}s", self.limit),
        }
    }
}

/// A rate of the settings; `false`, or REST framework's `None`, is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateSetting(pub Option<Rate>);

impl Serialize for RateSetting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(rate) => serializer.collect_str(&rate),
            None => serializer.serialize_bool(false),
        }
    }
}

impl<'de> Deserialize<'de> for RateSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = RateSetting;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a rate such as \"5/minute\" (second, minute, hour or day), or false")
            }

            fn visit_bool<E: serde::de::Error>(self, on: bool) -> Result<RateSetting, E> {
                if on { Err(E::invalid_value(serde::de::Unexpected::Bool(on), &self)) } else { Ok(RateSetting(None)) }
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<RateSetting, E> {
                match text.parse() {
                    Ok(rate) => Ok(RateSetting(Some(rate))),
                    Err(NotARate) => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_rest_frameworks() {
        for (text, rate) in [
            ("5/minute", Rate::per_minute(5)),
            ("5/m", Rate::per_minute(5)),
            ("100/hour", Rate::per_hour(100)),
            ("1/s", Rate::per_second(1)),
            ("0/day", Rate::per_day(0)),
        ] {
            assert_eq!(text.parse(), Ok(rate), "{text}");
            assert_eq!(rate.to_string().parse(), Ok(rate));
        }
        // REST framework takes the first letter alone: a month would be a minute.
        for text in ["", "5", "5/", "/minute", "-1/minute", "5/month", "5/minute/ip", "1.5/hour", "5/M"] {
            assert_eq!(text.parse::<Rate>(), Err(NotARate), "{text}");
        }
    }
}
