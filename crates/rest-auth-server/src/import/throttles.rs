//! `DEFAULT_THROTTLE_RATES` and `DEFAULT_THROTTLE_CLASSES` → `throttle.rates`.

use rest_auth::settings::THROTTLE_SCOPES;

use super::django::Fate;
use super::site::Site;
use super::value::Value;

/// REST framework's throttles, each with its scope at dj-rest-auth's endpoints.
const THROTTLES: [(&str, &str); 3] = [
    ("rest_framework.throttling.AnonRateThrottle", "anon"),
    ("rest_framework.throttling.UserRateThrottle", "user"),
    ("rest_framework.throttling.ScopedRateThrottle", "dj_rest_auth"),
];

/// Translates the rates that are in force, with notes on the others.
pub fn rates(rates: &Value, site: Site<'_>) -> Fate {
    let classes = site.entry("REST_FRAMEWORK", "DEFAULT_THROTTLE_CLASSES").map(Value::items).unwrap_or_default();
    let is_asked = |scope: &str| {
        let throttle = THROTTLES.iter().find(|(_, of)| *of == scope);
        throttle.map(|(class, _)| classes.iter().any(|named| named.text() == Some(*class)))
    };
    let (mut kept, mut notes) = (Vec::new(), Vec::new());
    for (scope, rate) in rates.table().unwrap_or_default() {
        match (is_asked(scope), THROTTLE_SCOPES.contains(&scope.as_str())) {
            (Some(false), _) if *rate == Value::None => {}
            (Some(false), _) => notes.push(format!(
                "The rate of {scope} is left out: no throttle in DEFAULT_THROTTLE_CLASSES applies it to dj-rest-auth's endpoints."
            )),
            (None, false) => notes.push(format!("Without counterpart: the scope {scope}.")),
            (asked, _) => {
                if asked.is_none() {
                    notes.push(format!("In Django, {scope} is the scope of the project's own views; here it is that of an endpoint."));
                }
                let (rate, note) = normal(scope, rate);
                kept.push((scope.clone(), rate));
                notes.extend(note);
            }
        }
    }
    if kept.is_empty() {
        return if notes.is_empty() {
            Fate::NoPlace("no endpoint of dj-rest-auth has a rate".to_owned())
        } else {
            Fate::Heed(format!("not carried over. {}", notes.join(" ")))
        };
    }
    Fate::To { path: "throttle.rates".to_owned(), value: Value::Table(kept), notes }
}

/// Returns a rate with its period spelled out, and a note if the period is unusual.
///
/// REST framework recognizes a period by its first letter.
fn normal(scope: &str, rate: &Value) -> (Value, Option<String>) {
    let Some((count, period)) = rate.text().and_then(|rate| rate.split_once('/')) else {
        let off = *rate == Value::None;
        return (if off { Value::Bool(false) } else { rate.clone() }, None);
    };
    let word = match period.chars().next() {
        Some('s') => "second",
        Some('m') => "minute",
        Some('h') => "hour",
        Some('d') => "day",
        _ => return (rate.clone(), None),
    };
    let is_meant =
        word.starts_with(period.trim_end_matches('s')) || period == "min" || period == "mins" || period == "sec";
    let note = format!("{scope}: REST framework reads {period:?} as a {word}, by its first letter.");
    (Value::Text(format!("{}/{word}", count.trim())), Some(note).filter(|_| !is_meant))
}

/// Translates the throttle classes. The rates already cover REST framework's own.
pub fn classes(classes: &Value) -> Fate {
    let is_own = |class: &&Value| !class.text().is_some_and(|path| THROTTLES.iter().any(|(known, _)| *known == path));
    let own: Vec<&str> =
        classes.items().iter().filter(is_own).map(|class| class.text().unwrap_or("an object")).collect();
    if classes.items().is_empty() || own.is_empty() {
        return Fate::NoPlace("throttle.rates says which limits there are".to_owned());
    }
    Fate::Heed(format!("Python of the project's own, whose limits are not here; see [throttle]: {}", own.join(", ")))
}
