//! Who sends a request: found by the settings' `authentication`, in its order, for our own endpoints and,
//! as the extractor [`CurrentUser`], for an application's handlers.

use std::ops::Deref;
use std::task::{Context, Poll};

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::HeaderValue;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;

use crate::auth::Auth;
use crate::error::Error;
use crate::fields::Profile;
use crate::request::{Content, Head, Request};
use crate::sessions::{self, Presented};
use crate::settings::Authentication;
use crate::store::User;
use crate::tokens;

/// How a user showed who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credential {
    /// `Authorization: Bearer …`, or the cookie of an access token.
    Jwt,
    /// `Authorization: Token …`
    TokenKey,
    /// The session cookie.
    Session,
}

/// The user who sends the request, in a handler below [`Auth::layer`]. Without one the handler is not
/// called, and the answer is the reference's 401; `Option<CurrentUser>` lets anyone in.
#[derive(Clone, Debug)]
pub struct CurrentUser {
    auth: Auth,
    user: User,
    credential: Credential,
}

impl CurrentUser {
    pub(crate) fn new(auth: &Auth, user: User, credential: Credential) -> Self {
        Self { auth: auth.clone(), user, credential }
    }

    /// The user's profile, read from the database; `None` if they have none. A number with decimal places is a text in
    /// it, a date `2026-01-02`, a moment `2026-01-02T03:04:05Z`.
    ///
    /// # Errors
    /// If the database does not answer, the settings know no such profile, or the type does not fit its fields.
    pub async fn profile<P: Profile + DeserializeOwned>(&self) -> Result<Option<P>, Error> {
        let wanted = P::profile();
        let Some(profile) = self.auth.settings().profiles.find(&wanted.name) else {
            return Err(Error::internal(format!("there is no profile {}: add it to the builder", wanted.name)));
        };
        let values = self.auth.store().reader().profile_of(profile, self.user.id).await?;
        values.map(|values| serde_json::from_value(values.into())).transpose().map_err(Error::internal)
    }

    /// How the user showed who they are.
    pub fn credential(&self) -> Credential {
        self.credential
    }
}

impl Deref for CurrentUser {
    type Target = User;

    fn deref(&self) -> &User {
        &self.user
    }
}

/// Finds who sends a request to one of our endpoints: DRF's `perform_authentication`. Where it is
/// `forgiving`, credentials that are not good are no credentials, and the next way is tried.
///
/// # Errors
/// 401 for credentials that are not good, 403 where a session's request may come from another site.
pub(crate) async fn authenticate(request: &mut Request, forgiving: bool) -> Result<Option<CurrentUser>, Error> {
    find(&request.auth, &request.head, &mut request.session, Some(&request.content), forgiving).await
}

async fn find(
    auth: &Auth,
    head: &Head,
    session: &mut Presented,
    content: Option<&Content>,
    forgiving: bool,
) -> Result<Option<CurrentUser>, Error> {
    for way in &auth.settings().authentication {
        let found = match way {
            Authentication::Jwt => tokens::jwt::authenticate(auth, head, content, forgiving).await,
            Authentication::Token => tokens::key::authenticate(auth, head).await,
            Authentication::Session => sessions::authenticate(auth, head, session, content).await,
        };
        match found {
            Ok(None) => {}
            Err(Error::AuthenticationFailed { .. }) if forgiving => {}
            found => return found,
        }
    }
    Ok(None)
}

async fn from_parts(parts: &Parts) -> Result<Option<CurrentUser>, Refusal> {
    let Some(auth) = parts.extensions.get::<Auth>() else {
        let error = Error::internal("CurrentUser is wanted by a handler that is not below auth.layer()");
        return Err(Refusal::new(error, parts));
    };
    let head = Head::from(parts.clone());
    let mut session = Presented::new(&head.cookies(&auth.settings().session_cookie_name));
    find(auth, &head, &mut session, None, false).await.map_err(|error| Refusal::new(error, parts))
}

/// The answer to a request whose sender is not let in.
#[derive(Debug)]
pub struct Refusal {
    error: Error,
    challenge: Option<HeaderValue>,
}

impl Refusal {
    pub(crate) fn new(error: Error, parts: &Parts) -> Self {
        Self { error, challenge: parts.extensions.get::<Auth>().and_then(Auth::challenge) }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.error.into_response(self.challenge)
    }
}

impl<S: Sync> FromRequestParts<S> for CurrentUser {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        match from_parts(parts).await? {
            Some(user) => Ok(user),
            None => Err(Refusal::new(Error::NotAuthenticated, parts)),
        }
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for CurrentUser {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Refusal> {
        from_parts(parts).await
    }
}

/// Lets the handlers below it ask for [`CurrentUser`]: see [`Auth::layer`].
#[derive(Clone, Debug)]
pub struct AuthLayer(pub(crate) Auth);

impl<S> tower_layer::Layer<S> for AuthLayer {
    type Service = AuthService<S>;

    fn layer(&self, inner: S) -> AuthService<S> {
        AuthService { auth: self.0.clone(), inner }
    }
}

/// What [`AuthLayer`] puts around a service.
#[derive(Clone, Debug)]
pub struct AuthService<S> {
    auth: Auth,
    inner: S,
}

impl<S, B, R> tower_service::Service<axum::http::Request<B>> for AuthService<S>
where
    S: tower_service::Service<axum::http::Request<B>, Response = axum::http::Response<R>>,
    S::Future: Send + 'static,
    R: Send,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: axum::http::Request<B>) -> Self::Future {
        let auth = self.auth.clone();
        let (mut parts, body) = request.into_parts();
        parts.extensions.insert(self.auth.clone());
        let head = auth.settings().simple_jwt.refresh_on_activity.map(|_| Head::from(parts.clone()));
        let answer = self.inner.call(axum::http::Request::from_parts(parts, body));
        Box::pin(async move {
            let mut response = answer.await?;
            if let Some(head) = head {
                tokens::renewal::renew(&auth, &head, response.headers_mut()).await;
            }
            Ok(response)
        })
    }
}
