//! Django's sessions: a row of `django_session`, signed with the secret key, named by a cookie.

pub(crate) mod codec;
pub(crate) mod csrf;
#[cfg(test)]
mod several_tests;

use axum::http::{HeaderValue, header};
use axum::response::Response;
use cookie::Cookie;
use serde_json::{Map, Value};
use time::Duration;

use crate::auth::Auth;
use crate::current_user::{Credential, CurrentUser};
use crate::error::Error;
use crate::former_cookies;
use crate::rehash::{self, Held};
use crate::request::{Content, Head, Request, lasting, removal, set_cookie, sets_cookie};
use crate::settings::Secret;
use crate::signing;
use crate::source::LOWER_CASE_AND_DIGITS;
use crate::store::{Connection, StoreError, StoredSession, User};

const USER_KEY: &str = "_auth_user_id";
const BACKEND_KEY: &str = "_auth_user_backend";
const HASH_KEY: &str = "_auth_user_hash";
const HASH_SALT: &str = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash";
const KEY_LENGTH: usize = 32;

/// The session that a request's cookie names.
pub(crate) struct Presented {
    /// The keys in the request's cookies, of which the first counts.
    ///
    /// There are several after a change of the cookie's path or domain.
    keys: Vec<String>,
    /// Whether the first of several keys is the one that should count.
    is_chosen: bool,
    /// Whether the cookie is worth nothing: there is no such session, or it has been ended.
    spent: bool,
    /// Whether the answer depends on the session.
    consulted: bool,
}

impl Presented {
    pub(crate) fn new(cookies: &[&str]) -> Self {
        let keys: Vec<String> = cookies.iter().map(|key| (*key).to_owned()).collect();
        // Django never makes a key shorter than this, and asks no database for one.
        let spent = !keys.is_empty() && keys.iter().all(|key| key.len() < 8);
        Self { is_chosen: keys.len() < 2, keys, spent, consulted: false }
    }

    /// The data of the session, if there is one.
    async fn load(&mut self, auth: &Auth, db: &mut Connection) -> Result<Option<Map<String, Value>>, Error> {
        self.consulted = true;
        if !self.is_chosen {
            self.choose(auth, db).await?;
        }
        let Some(key) = self.keys.first().filter(|_| !self.spent) else { return Ok(None) };
        let data = db.session_data(key, auth.now()).await?.and_then(|data| codec::decode(auth, &data));
        self.spent = data.is_none();
        Ok(data)
    }

    /// Moves the key that counts to the front: that of the latest session with a user.
    async fn choose(&mut self, auth: &Auth, db: &mut Connection) -> Result<(), Error> {
        tracing::debug!("a session came in several cookies: former_cookies removes the old ones");
        let mut ranked = Vec::new();
        for key in std::mem::take(&mut self.keys) {
            let stored = db.session_data(&key, auth.now()).await?;
            let data = stored.as_deref().and_then(|stored| codec::decode(auth, stored));
            let logs_in = match &data {
                Some(data) => matches!(named(auth, db, data).await?, Named::User(user) if user.is_active),
                None => false,
            };
            let written_at = stored.filter(|_| data.is_some()).and_then(|stored| codec::written_at(auth, &stored));
            ranked.push(((logs_in, written_at), key));
        }
        ranked.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
        self.keys = ranked.into_iter().map(|(_, key)| key).collect();
        self.is_chosen = true;
        Ok(())
    }

    /// Ends every session of the request: `session.flush()`.
    pub(crate) async fn flush(&mut self, db: &mut Connection) -> Result<(), StoreError> {
        self.consulted = true;
        self.spent = true;
        for key in &self.keys {
            db.delete_session(key).await?;
        }
        Ok(())
    }
}

/// The user in the data of a session.
// The value lives for one call.
#[allow(clippy::large_enum_variant)]
enum Named {
    Nobody,
    /// A user whose password has changed, or who is gone.
    Former,
    User(User),
}

async fn named(auth: &Auth, db: &mut Connection, data: &Map<String, Value>) -> Result<Named, Error> {
    let text = |key: &str| data.get(key).and_then(Value::as_str);
    let known_backend =
        text(BACKEND_KEY).is_some_and(|name| auth.settings().authentication_backends.iter().any(|held| held == name));
    let Some(id) = text(USER_KEY).filter(|_| known_backend).and_then(|id| id.parse().ok()) else {
        return Ok(Named::Nobody);
    };
    Ok(match (db.user_by_id(id).await?, text(HASH_KEY)) {
        (Some(user), Some(held)) if is_of_password(auth, db, held, &user).await? => Named::User(user),
        _ => Named::Former,
    })
}

/// Returns the digest of a hash that a session holds: `get_session_auth_hash`.
pub(crate) fn hash_of(password: &str, secret: &Secret) -> String {
    signing::salted_hmac_hex(HASH_SALT, password, secret)
}

/// Returns whether the session was made under the user's password.
///
/// So a session ends when the password changes elsewhere.
async fn is_of_password(auth: &Auth, db: &mut Connection, held: &str, user: &User) -> Result<bool, StoreError> {
    if auth.secret_keys().any(|secret| signing::same(held, &hash_of(&user.password, secret))) {
        return Ok(true);
    }
    rehash::was_made_under_replaced(auth, db, user, Held::Session(held)).await
}

/// Finds the user of the request's session: DRF's `SessionAuthentication`.
///
/// # Errors
/// 403 where the request may come from another site.
pub(crate) async fn authenticate(
    auth: &Auth,
    head: &Head,
    session: &mut Presented,
    content: Option<&Content>,
) -> Result<Option<CurrentUser>, Error> {
    if session.keys.is_empty() {
        session.consulted = true;
        return Ok(None);
    }
    let mut db = auth.store().reader();
    let Some(data) = session.load(auth, &mut db).await? else { return Ok(None) };
    let user = match named(auth, &mut db, &data).await? {
        Named::User(user) => user,
        Named::Nobody => return Ok(None),
        Named::Former => {
            drop(db);
            let mut tx = auth.store().begin().await?;
            session.flush(&mut tx).await?;
            tx.commit().await?;
            return Ok(None);
        }
    };
    if !user.is_active {
        return Ok(None);
    }
    csrf::guard(auth, head, content).await?;
    Ok(Some(CurrentUser::new(auth, user, Credential::Session)))
}

/// Which of the `authentication_backends` let a user in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Backend {
    /// Django's own, by user name.
    Model,
    /// allauth's, by address.
    Allauth,
}

impl Backend {
    fn name(self, auth: &Auth) -> &str {
        let backends = &auth.settings().authentication_backends;
        let name = match self {
            Self::Model => backends.first(),
            Self::Allauth => backends.last(),
        };
        name.map_or("", String::as_str)
    }
}

/// Logs a user in: a new session, and a new secret against requests from other sites. What an anonymous
/// session held is kept, what another user's held is not. Django's `login`.
pub(crate) async fn login(
    request: &mut Request,
    tx: &mut Connection,
    user: &User,
    backend: Backend,
) -> Result<Vec<Cookie<'static>>, Error> {
    let auth = request.auth.clone();
    let mut data = request.session.load(&auth, tx).await?.unwrap_or_default();
    if data.get(USER_KEY).is_some_and(|held| held.as_str() != Some(&user.id.to_string())) {
        data.clear();
    }
    data.insert(USER_KEY.to_owned(), user.id.to_string().into());
    data.insert(BACKEND_KEY.to_owned(), backend.name(&auth).into());
    data.insert(HASH_KEY.to_owned(), hash_of(&user.password, auth.secret_key()).into());
    let cookie = renew(&auth, tx, &request.session, &data).await?;
    tx.set_last_login(user.id, auth.now()).await?;
    Ok(vec![csrf::cookie(&auth, csrf::new_secret(&auth)), cookie])
}

/// Begins a session that is nobody's; one that there is goes on, whoever's it is.
pub(crate) async fn begin_anonymous(request: &mut Request, tx: &mut Connection) -> Result<Cookie<'static>, Error> {
    let auth = request.auth.clone();
    let held = request.session.load(&auth, tx).await?;
    Ok(match (held, request.session.keys.first()) {
        (Some(data), Some(key)) => save(&auth, tx, key.clone(), &data).await?,
        _ => renew(&auth, tx, &request.session, &Map::new()).await?,
    })
}

/// Keeps the session that changed its user's password, under a new key, while the user's others end. One
/// that showed a token instead gets a session that logs nobody in. Django's `update_session_auth_hash`.
pub(crate) async fn keep_after_password_change(
    request: &mut Request,
    tx: &mut Connection,
    hash: &str,
) -> Result<Cookie<'static>, Error> {
    let auth = request.auth.clone();
    let mut data = request.session.load(&auth, tx).await?.unwrap_or_default();
    data.insert(HASH_KEY.to_owned(), hash_of(hash, auth.secret_key()).into());
    Ok(renew(&auth, tx, &request.session, &data).await?)
}

/// Writes the session under a new key in place of the request's: `cycle_key`.
async fn renew(
    auth: &Auth,
    tx: &mut Connection,
    presented: &Presented,
    data: &Map<String, Value>,
) -> Result<Cookie<'static>, StoreError> {
    for key in &presented.keys {
        tx.delete_session(key).await?;
    }
    save(auth, tx, auth.random_string(KEY_LENGTH, LOWER_CASE_AND_DIGITS), data).await
}

/// Writes the session under a key, and gives the cookie that names it.
async fn save(
    auth: &Auth,
    tx: &mut Connection,
    key: String,
    data: &Map<String, Value>,
) -> Result<Cookie<'static>, StoreError> {
    let settings = auth.settings();
    let expires = auth.now() + Duration::seconds(settings.session_cookie_age);
    tx.save_session(&StoredSession { key: &key, data: &codec::encode(auth, data), expires }).await?;
    let cookie = Cookie::build((settings.session_cookie_name.clone(), key))
        .path(settings.session_cookie_path.clone())
        .secure(settings.session_cookie_secure)
        .http_only(settings.session_cookie_httponly)
        .same_site(settings.session_cookie_samesite.into());
    let age = (!settings.session_expire_at_browser_close).then_some(settings.session_cookie_age);
    Ok(lasting(cookie.build(), age, settings.session_cookie_domain.as_deref(), auth.now()))
}

/// Says the last word on an answer's cookies: a session that is worth nothing is taken from the browser, a
/// malformed secret against cross-site requests is replaced. Django's `SessionMiddleware` and
/// `CsrfViewMiddleware` on the way back.
pub(crate) fn finish(request: &Request, response: &mut Response) {
    let (auth, session) = (&request.auth, &request.session);
    let settings = auth.settings();
    if !session.keys.is_empty() && session.spent && !sets_cookie(response.headers(), &settings.session_cookie_name) {
        let domain = settings.session_cookie_domain.as_deref();
        let (name, path) = (&settings.session_cookie_name, &settings.session_cookie_path);
        set_cookie(response, &removal(name, path, domain, settings.session_cookie_samesite));
    }
    if csrf::is_malformed(auth, &request.head) && !sets_cookie(response.headers(), &settings.csrf_cookie_name) {
        set_cookie(response, &csrf::cookie(auth, csrf::new_secret(auth)));
    }
    former_cookies::remove(settings, response.headers_mut());
    if session.consulted || sets_cookie(response.headers(), &settings.csrf_cookie_name) {
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("Cookie"));
    }
}
