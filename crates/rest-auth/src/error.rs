//! One error, and the one place that turns it into Django REST framework's JSON.

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use serde_json::{Map, Value, json};

use crate::amount;
use crate::masked;
use crate::reply;

/// The errors of a body, field by field, in the order of the fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldErrors(Map<String, Value>);

/// The key of errors that belong to no single field: `NON_FIELD_ERRORS_KEY`.
pub const NON_FIELD_ERRORS: &str = "non_field_errors";

impl FieldErrors {
    /// The messages of one field.
    pub fn of(field: &str, messages: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut errors = Self::default();
        messages.into_iter().for_each(|message| errors.add(field, message));
        errors
    }

    /// Adds a message to a field's.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        let messages = self.0.entry(field).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(messages) = messages {
            messages.push(Value::String(message.into()));
        }
    }

    /// Puts a field's messages, or what is wrong with the fields of a nested object, in place of whatever was there.
    pub(crate) fn set(&mut self, field: &str, refusal: Value) {
        self.0.insert(field.to_owned(), refusal);
    }

    /// Whether anything is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether something is wrong with the field.
    pub fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    /// All messages, in the order of the fields.
    pub(crate) fn messages(&self) -> Vec<&str> {
        self.0.values().filter_map(Value::as_array).flatten().filter_map(Value::as_str).collect()
    }

    /// Puts the errors in the order of the fields.
    pub(crate) fn sort_by<'a>(&mut self, order: impl Iterator<Item = &'a str>) {
        let mut sorted: Map<String, Value> = order.filter_map(|name| self.0.remove_entry(name)).collect();
        sorted.append(&mut self.0);
        self.0 = sorted;
    }
}

impl From<FieldErrors> for Value {
    fn from(errors: FieldErrors) -> Self {
        Self::Object(errors.0)
    }
}

impl std::fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&lines("", &self.0).join("\n"))
    }
}

/// Each message behind its field, and that behind the object that it is nested in.
fn lines(path: &str, errors: &Map<String, Value>) -> Vec<String> {
    let line = |(field, refusal): (&String, &Value)| match refusal {
        Value::Object(nested) => lines(&format!("{path}{field}."), nested),
        messages => {
            let messages = messages.as_array().into_iter().flatten().filter_map(Value::as_str);
            messages.map(|message| format!("{path}{field}: {message}")).collect()
        }
    };
    errors.iter().flat_map(line).collect()
}

/// Why a request is not answered with what it asked for. Everything but `Internal` is told to the client.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 400: what is wrong with the body, field by field.
    #[error("{0}")]
    Invalid(FieldErrors),
    /// 400: the body cannot be read.
    #[error("the body cannot be read: {0}")]
    Parse(String),
    /// 400: a refusal that is no field's.
    #[error("{0}")]
    Refused(String),
    /// 401, or 403 where no scheme could be named: nobody is logged in.
    #[error("no credentials")]
    NotAuthenticated,
    /// 401, or 403 as above: who sends the request cannot be believed.
    #[error("{detail}")]
    AuthenticationFailed {
        /// The reason, as the client sees it.
        detail: String,
        /// What stands beside `detail`, e.g. SimpleJWT's `code` and `messages`.
        extra: Map<String, Value>,
    },
    /// 403.
    #[error("{0}")]
    PermissionDenied(String),
    /// 404.
    #[error("not found")]
    NotFound,
    /// 405.
    #[error("{0} is not allowed")]
    MethodNotAllowed(Method),
    /// 406: the client accepts no JSON.
    #[error("JSON is not accepted")]
    NotAcceptable,
    /// 408: the body takes longer than `request_body_timeout`.
    #[error("the body takes too long")]
    BodyTooSlow,
    /// 413: the body is larger than so many bytes.
    #[error("the body is larger than {0} bytes")]
    BodyTooLarge(usize),
    /// 413: a body with files is larger than it may be.
    #[error("the body with its files is larger than {most} bytes")]
    FilesTooLarge {
        /// The limit of the body in bytes.
        most: usize,
        /// The limit of a file in bytes.
        file: usize,
    },
    /// 415: the media type of the body.
    #[error("{0} cannot be read")]
    UnsupportedMediaType(String),
    /// 429: too many requests.
    #[error("too many requests; again in {wait} seconds")]
    Throttled {
        /// Seconds.
        wait: u32,
    },
    /// 503: try again after so many seconds.
    #[error("busy; again in {retry_after} seconds")]
    Unavailable {
        /// Seconds.
        retry_after: u32,
    },
    /// 500: a fault of ours or of the database. The cause is logged, never sent.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// 400 with one message that is no field's.
    pub fn non_field(message: impl Into<String>) -> Self {
        Self::field(NON_FIELD_ERRORS, message)
    }

    /// 400 with one message for one field.
    pub fn field(name: &str, message: impl Into<String>) -> Self {
        Self::Invalid(FieldErrors::of(name, [message]))
    }

    /// 401 with a reason and nothing beside it.
    pub fn authentication_failed(detail: impl Into<String>) -> Self {
        Self::AuthenticationFailed { detail: detail.into(), extra: Map::new() }
    }

    /// Wraps a fault whose cause the client must not see.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// The answer, in the form of DRF's `exception_handler`.
    ///
    /// `challenge` is what stands in `WWW-Authenticate`; without one, a 401 becomes a 403.
    pub(crate) fn into_response(self, challenge: Option<HeaderValue>) -> Response {
        let mut headers = HeaderMap::new();
        let unauthorized = if challenge.is_some() { StatusCode::UNAUTHORIZED } else { StatusCode::FORBIDDEN };
        if let (Self::NotAuthenticated | Self::AuthenticationFailed { .. }, Some(challenge)) = (&self, &challenge) {
            headers.insert(header::WWW_AUTHENTICATE, challenge.clone());
        }
        let (status, body) = match self {
            Self::Invalid(FieldErrors(errors)) => (StatusCode::BAD_REQUEST, Value::Object(errors)),
            Self::Parse(detail) | Self::Refused(detail) => (StatusCode::BAD_REQUEST, json!({ "detail": detail })),
            Self::NotAuthenticated => {
                (unauthorized, json!({ "detail": "Authentication credentials were not provided." }))
            }
            Self::AuthenticationFailed { detail, mut extra } => {
                let mut body = Map::from_iter([("detail".to_owned(), Value::String(detail))]);
                body.append(&mut extra);
                (unauthorized, Value::Object(body))
            }
            Self::PermissionDenied(detail) => (StatusCode::FORBIDDEN, json!({ "detail": detail })),
            Self::NotFound => (StatusCode::NOT_FOUND, json!({ "detail": "Not found." })),
            Self::MethodNotAllowed(method) => {
                (StatusCode::METHOD_NOT_ALLOWED, json!({ "detail": format!("Method \"{method}\" not allowed.") }))
            }
            Self::NotAcceptable => {
                (StatusCode::NOT_ACCEPTABLE, json!({ "detail": "Could not satisfy the request Accept header." }))
            }
            Self::BodyTooSlow => {
                // What is still to come of the body is no request.
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
                (StatusCode::REQUEST_TIMEOUT, json!({ "detail": "The body of the request took too long." }))
            }
            Self::BodyTooLarge(most) => {
                let most = amount::bytes(most);
                let detail = format!("Request body exceeded settings.DATA_UPLOAD_MAX_MEMORY_SIZE ({most}).");
                (StatusCode::PAYLOAD_TOO_LARGE, json!({ "detail": detail }))
            }
            Self::FilesTooLarge { most, file } => {
                let (most, file) = (amount::bytes(most), amount::bytes(file));
                let detail = format!("Request body exceeded {most} (a file may have at most {file}).");
                (StatusCode::PAYLOAD_TOO_LARGE, json!({ "detail": detail }))
            }
            Self::UnsupportedMediaType(media_type) => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                json!({ "detail": format!("Unsupported media type \"{media_type}\" in request.") }),
            ),
            Self::Throttled { wait } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(wait));
                let plural = if wait == 1 { "" } else { "s" };
                let detail = format!("Request was throttled. Expected available in {wait} second{plural}.");
                (StatusCode::TOO_MANY_REQUESTS, json!({ "detail": detail }))
            }
            Self::Unavailable { retry_after } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
                (StatusCode::SERVICE_UNAVAILABLE, json!({ "detail": "The server is busy. Try again later." }))
            }
            Self::Internal(cause) => {
                tracing::error!(error = %masked::addresses(&causes(&*cause)), "a request failed");
                (StatusCode::INTERNAL_SERVER_ERROR, json!({ "detail": "A server error occurred." }))
            }
        };
        let mut response = reply::json(status, &body);
        response.headers_mut().extend(headers);
        response
    }
}

impl axum::response::IntoResponse for Error {
    /// For an application's own handlers. What is known of the scheme to authenticate by is not told here, so that a
    /// 401 becomes a 403.
    fn into_response(self) -> Response {
        Self::into_response(self, None)
    }
}

/// An error with what caused it, on one line.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}
