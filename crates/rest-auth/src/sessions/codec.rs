//! How a session's data stands in its row: JSON, compressed and signed.

use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::auth::Auth;
use crate::signing::Signer;

const SALT: &str = "django.contrib.sessions.SessionStore";

pub(super) fn encode(auth: &Auth, data: &Map<String, Value>) -> String {
    signed(&Signer::new(SALT, auth.secret_key(), &[]), data, auth.now())
}

pub(crate) fn signed(signer: &Signer<'_>, data: &Map<String, Value>, now: OffsetDateTime) -> String {
    signer.sign_object(&ascii(&Value::Object(data.clone()).to_string()), now)
}

/// JSON in ASCII, the rest escaped: Django reads sessions as Latin-1.
fn ascii(json: &str) -> String {
    let mut units = [0; 2];
    json.chars().fold(String::with_capacity(json.len()), |mut text, c| {
        match c.is_ascii() {
            true => text.push(c),
            false => c.encode_utf16(&mut units).iter().for_each(|unit| text.push_str(&format!("\\u{unit:04x}"))),
        }
        text
    })
}

/// The data, or `None` if the row was not signed by us or holds no object.
pub(super) fn decode(auth: &Auth, stored: &str) -> Option<Map<String, Value>> {
    opened(&Signer::new(SALT, auth.secret_key(), &auth.settings().secret_key_fallbacks), stored)
}

/// Returns the time when the data was written, in seconds since 1970.
pub(super) fn written_at(auth: &Auth, stored: &str) -> Option<u64> {
    let signer = Signer::new(SALT, auth.secret_key(), &auth.settings().secret_key_fallbacks);
    Some(signer.open_object_with_time(stored)?.1)
}

pub(crate) fn opened(signer: &Signer<'_>, stored: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(&signer.open_object(stored)?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{TestApp, each_database};

    fn data() -> impl Strategy<Value = Map<String, Value>> {
        let value = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,20}".prop_map(Value::from)
        ];
        proptest::collection::hash_map(".{0,10}", value, 0..8).prop_map(|map| map.into_iter().collect())
    }

    #[each_database]
    async fn what_is_encoded_decodes_and_no_text_panics() {
        let app = TestApp::new().await;
        let auth = app.auth();
        proptest!(|(data in data(), text in ".{0,100}")| {
            prop_assert_eq!(decode(auth, &encode(auth, &data)), Some(data));
            prop_assert_eq!(decode(auth, &text), None);
        });
    }
}
