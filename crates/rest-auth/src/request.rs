//! A request on its way through an endpoint.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::Response;
use cookie::Cookie;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use time::{Duration, OffsetDateTime};
use tokio::sync::{Mutex, OnceCell};

use crate::auth::Auth;
use crate::client_address;
use crate::current_user::CurrentUser;
use crate::error::Error;
use crate::fields::{self, Data, Field};
use crate::sessions::Presented;
use crate::settings::{SameSite, Settings};

/// All of a request but its body.
pub(crate) struct Head {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    /// Names and values, in the order in which the client sent them.
    cookies: Vec<(String, String)>,
    /// The other end of the connection.
    peer: Option<IpAddr>,
}

/// The number of cookies of one name that are considered.
const COOKIES_OF_A_NAME: usize = 8;

impl From<Parts> for Head {
    fn from(parts: Parts) -> Self {
        let cookies = parts
            .headers
            .get_all(header::COOKIE)
            .iter()
            .flat_map(|value| {
                // A byte that is no text spoils its own cookie, not the others.
                let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
                Cookie::split_parse(text).collect::<Vec<_>>()
            })
            .filter_map(Result::ok)
            .map(|cookie| (cookie.name().to_owned(), cookie.value_trimmed().to_owned()))
            .collect();
        let peer = client_address::peer(&parts.extensions);
        Self { method: parts.method, uri: parts.uri, headers: parts.headers, cookies, peer }
    }
}

impl Head {
    /// A header that is text.
    pub(crate) fn header(&self, name: impl header::AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A header as WSGI reads it: every byte is a character.
    pub(crate) fn latin1(&self, name: impl header::AsHeaderName) -> Option<String> {
        Some(self.headers.get(name)?.as_bytes().iter().copied().map(char::from).collect())
    }

    /// Returns whether the request has a cookie of this name.
    pub(crate) fn has_cookie(&self, name: &str) -> bool {
        self.cookies.iter().any(|(held, _)| held == name)
    }

    /// Returns the values of the cookies of this name.
    ///
    /// There are several if the path or the domain of the cookie was changed, because the browser then keeps both
    /// cookies. Each value occurs once, and at most [`COOKIES_OF_A_NAME`] are returned.
    pub(crate) fn cookies(&self, name: &str) -> Vec<&str> {
        let mut values = Vec::new();
        for (_, value) in self.cookies.iter().filter(|(held, _)| held == name) {
            if !values.contains(&value.as_str()) && values.len() < COOKIES_OF_A_NAME {
                values.push(value.as_str());
            }
        }
        values
    }

    /// Whether the method promises to change nothing.
    pub(crate) fn is_safe(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE)
    }

    /// Whether the client came by HTTPS, as far as a trusted proxy says: `request.is_secure()`.
    pub(crate) fn is_secure(&self, auth: &Auth) -> bool {
        auth.settings().secure_proxy_ssl_header.as_ref().is_some_and(|(name, value)| {
            // Django spells a header as WSGI does.
            let name = name.strip_prefix("HTTP_").unwrap_or(name).replace('_', "-");
            self.header(name.as_str()).and_then(|held| held.split(',').next()).is_some_and(|held| held.trim() == value)
        })
    }

    /// The other end of the connection, if the server tells.
    pub(crate) fn peer(&self) -> Option<IpAddr> {
        self.peer
    }

    /// The client's address, as far as trusted proxies say; `None` if the server does not tell who connects.
    pub(crate) fn client_address(&self, settings: &Settings) -> Option<IpAddr> {
        Some(client_address::client(settings, self.peer?, &self.headers))
    }

    /// The host that the client meant, with its port: `request.get_host()`.
    pub(crate) fn host(&self, settings: &Settings) -> Option<&str> {
        let forwarded = if settings.use_x_forwarded_host { self.header("x-forwarded-host") } else { None };
        forwarded
            .or_else(|| self.header(header::HOST))
            .or_else(|| self.uri.authority().map(|authority| authority.as_str()))
    }
}

/// The body of a request, read by its media type when it is first asked for.
pub(crate) struct Content {
    auth: Auth,
    source: Source,
    data: OnceCell<Data>,
}

/// Where the bytes of a body are.
enum Source {
    Read(Bytes),
    /// Still on the way, as a body with files is until it is known who sends it: so many bytes at most.
    Waiting(Mutex<Body>, usize),
}

impl Content {
    /// Reads the body now, unless it may hold so many files.
    async fn receive(auth: &Auth, head: &Head, body: Body, files: usize) -> Result<Self, Error> {
        let usual = auth.settings().data_upload_max_memory_size;
        let source = match files > 0 && fields::may_hold_files(&head.headers) {
            true => Source::Waiting(Mutex::new(body), auth.media().body_limit(usual, files)),
            false => Source::Read(read_to_end(auth, body, usual).await?),
        };
        Ok(Self { auth: auth.clone(), source, data: OnceCell::new() })
    }

    pub(crate) async fn data(&self, head: &Head) -> Result<&Data, Error> {
        self.data.get_or_try_init(|| self.parse(head)).await
    }

    async fn parse(&self, head: &Head) -> Result<Data, Error> {
        let usual = self.auth.settings().data_upload_max_memory_size;
        let bytes = match &self.source {
            Source::Read(bytes) => bytes.clone(),
            Source::Waiting(body, limit) => {
                let _turn = self.auth.media().turn_to_send().await;
                read_to_end(&self.auth, std::mem::take(&mut *body.lock().await), *limit).await?
            }
        };
        fields::parse(&head.headers, bytes, usual).await
    }
}

/// A body's bytes.
///
/// # Errors
/// 413 for a body over the limit, 408 for one that takes too long; 400 for one that breaks off.
async fn read_to_end(auth: &Auth, body: Body, limit: usize) -> Result<Bytes, Error> {
    let body = Limited::new(body, limit).collect();
    let body = tokio::time::timeout(auth.settings().request_body_timeout.into(), body).await;
    let body = body.map_err(|_| Error::BodyTooSlow)?.map_err(|error| {
        if error.downcast_ref::<LengthLimitError>().is_some() {
            match auth.settings() {
                settings if limit > settings.data_upload_max_memory_size => {
                    Error::FilesTooLarge { most: limit, file: settings.media.max_file_size }
                }
                _ => Error::BodyTooLarge(limit),
            }
        } else {
            Error::Parse("The body of the request could not be read.".to_owned())
        }
    })?;
    Ok(body.to_bytes())
}

/// A request, and what is known of who sends it.
pub(crate) struct Request {
    pub(crate) auth: Auth,
    /// The path of the endpoint that it came to, below the router.
    pub(crate) endpoint: Arc<str>,
    pub(crate) head: Head,
    pub(crate) content: Content,
    pub(crate) session: Presented,
    /// Who sends it, once that is known.
    pub(crate) user: Option<CurrentUser>,
}

impl Request {
    /// Reads a request to its end; one that may hold so many files only once somebody asks for its data.
    ///
    /// # Errors
    /// 413 for a body over the limit, 408 for one that takes too long; 400 for one that breaks off.
    pub(crate) async fn read(auth: Auth, head: Head, body: Body, files: usize) -> Result<Self, Error> {
        let session = Presented::new(&head.cookies(&auth.settings().session_cookie_name));
        let content = Content::receive(&auth, &head, body, files).await?;
        Ok(Self { auth, endpoint: Arc::default(), head, content, session, user: None })
    }

    /// The body, read by its media type.
    ///
    /// # Errors
    /// 415 or 400, as [`fields::parse`].
    pub(crate) async fn data(&self) -> Result<&Data, Error> {
        self.content.data(&self.head).await
    }

    /// The body, for these fields: pictures among it are looked at.
    ///
    /// # Errors
    /// As [`Request::data`].
    pub(crate) async fn data_for(&self, fields: &[Field]) -> Result<&Data, Error> {
        let data = self.data().await?;
        self.auth.media().look_at_pictures(data, fields).await;
        Ok(data)
    }

    /// The user who sends it, behind a guard that lets nobody else in.
    ///
    /// # Errors
    /// 401 if there is none.
    pub(crate) fn user(&self) -> Result<&CurrentUser, Error> {
        self.user.as_ref().ok_or(Error::NotAuthenticated)
    }
}

/// A cookie that lasts so many seconds, or as long as the browser is open.
pub(crate) fn lasting(
    mut cookie: Cookie<'static>,
    age: Option<i64>,
    domain: Option<&str>,
    now: OffsetDateTime,
) -> Cookie<'static> {
    if let Some(age) = age {
        cookie.set_max_age(Duration::seconds(age));
        cookie.set_expires(now + Duration::seconds(age));
    }
    if let Some(domain) = domain.filter(|domain| !domain.is_empty()) {
        cookie.set_domain(domain.to_owned());
    }
    cookie
}

/// A cookie that takes another away: Django's `delete_cookie`.
pub(crate) fn removal(name: &str, path: &str, domain: Option<&str>, same_site: SameSite) -> Cookie<'static> {
    // Browsers take these names, and SameSite=None, from secure cookies alone, also to delete them.
    let lower = name.to_ascii_lowercase();
    let has_prefix = ["__secure-", "__host-"].iter().any(|prefix| lower.starts_with(prefix));
    let secure = has_prefix || same_site == SameSite::None;
    let gone = Cookie::build((name.to_owned(), ""))
        .secure(secure)
        .path(path.to_owned())
        .same_site(same_site.into())
        .max_age(Duration::ZERO)
        .expires(OffsetDateTime::UNIX_EPOCH);
    match domain.filter(|domain| !domain.is_empty()) {
        Some(domain) => gone.domain(domain.to_owned()).build(),
        None => gone.build(),
    }
}

/// Adds a cookie to an answer.
pub(crate) fn set_cookie(response: &mut Response, cookie: &Cookie<'_>) {
    add_cookie(response.headers_mut(), cookie);
}

/// Adds a cookie to the headers of an answer.
pub(crate) fn add_cookie(headers: &mut HeaderMap, cookie: &Cookie<'_>) {
    // What cannot stand in a header cannot have come out of the settings or out of our own alphabets.
    if let Ok(value) = cookie.to_string().parse() {
        headers.append(header::SET_COOKIE, value);
    }
}

/// Whether the answer sets the cookie.
pub(crate) fn sets_cookie(headers: &HeaderMap, name: &str) -> bool {
    headers
        .get_all(header::SET_COOKIE)
        .iter()
        .any(|value| value.to_str().is_ok_and(|value| value.split_once('=').is_some_and(|(set, _)| set == name)))
}
