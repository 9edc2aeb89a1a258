//! What requests are made of, to be measured piece by piece: `benches/pieces.rs`.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, header};
use futures_util::FutureExt;

use super::TestApp;
use crate::fields::{Field, Form, Kind, parse};
use crate::signing::Signer;
use crate::tokens::jwt::{self, claims::Kind as TokenKind};

/// The pieces of an application's requests. Each method tells whether all went well, so that a benchmark can see that it
/// measures what it means to.
#[doc(hidden)]
#[derive(Debug)]
pub struct Pieces<'a>(pub &'a TestApp);

impl Pieces<'_> {
    /// The form of a registration, from the body to its values.
    pub fn reads_a_form(&self, body: &str) -> bool {
        let fields = [
            Field::new("username", Kind::Char).max_length(150),
            Field::new("email", Kind::Email),
            Field::new("password1", Kind::Char),
            Field::new("password2", Kind::Char),
        ];
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        let data = parse(&headers, Bytes::copy_from_slice(body.as_bytes()), body.len()).now_or_never();
        let Some(Ok(data)) = data else { return false };
        Form::read(&fields, &data, false).and_then(Form::finish).is_ok()
    }

    /// A token's signature, its time, and whether it is an access token.
    pub fn reads_a_token(&self, token: &str) -> bool {
        jwt::read(self.0.auth(), token.as_bytes(), TokenKind::Access).is_ok()
    }

    /// A value that Django's signer signs and opens again.
    pub fn signs_and_opens(&self, value: &str) -> bool {
        let auth = self.0.auth();
        let signer = Signer::new("account", auth.secret_key(), &[]);
        signer.open(&signer.sign(value, auth.now())).is_some_and(|(opened, _)| opened == value)
    }
}
