//! `registration/account-confirm-email/KEY/`: the page that the link in a mail leads to, where the application has none.
//! allauth's `ConfirmEmailView`. And `registration/account-email-verification-sent/`, which says that the mail is on its
//! way.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use minijinja::context;

use super::{key, verified};
use crate::error::Error;
use crate::methods::Methods;
use crate::pages;
use crate::request::Request;
use crate::sessions::csrf;

pub(crate) fn methods() -> Methods {
    Methods::page("Confirm Email", "Verifies an address, by a click on the page.")
        .on(Method::GET, |request| Box::pin(show(request)))
        .on(Method::POST, |request| Box::pin(confirm(request)))
}

pub(crate) fn sent_methods() -> Methods {
    Methods::page("Email Verification Sent", "Says that a mail is on its way.").on(Method::GET, |request| {
        Box::pin(async { Ok(request.page(StatusCode::OK, "email_confirmation_sent", context! {})) })
    })
}

async fn show(request: &mut Request) -> Result<Response, Error> {
    if request.auth.settings().account.confirm_email_on_get && request.head.method == Method::GET {
        return done(request).await;
    }
    let id = key::address_id(&request.auth, &request.path_part(0)).ok_or(Error::NotFound)?;
    let mut db = request.auth.store().connection().await?;
    let address = db.email_address(id).await?.filter(|address| !address.verified).ok_or(Error::NotFound)?;
    let user = db.user_by_id(address.user_id).await?.ok_or(Error::NotFound)?;
    let values = context! { email => address.email, user => context! { username => user.username } };
    Ok(request.page(StatusCode::OK, "email_confirm", values))
}

async fn confirm(request: &mut Request) -> Result<Response, Error> {
    csrf::guard(&request.auth, &request.head, Some(&request.content)).await?;
    done(request).await
}

async fn done(request: &Request) -> Result<Response, Error> {
    let address = verified(request, &request.path_part(0)).await?;
    let account = &request.auth.settings().account;
    let url = match &request.user {
        Some(_) => &account.email_confirmation_authenticated_redirect_url,
        None => &account.email_confirmation_anonymous_redirect_url,
    };
    match url {
        Some(url) => pages::redirect(url),
        None if address.verified => {
            Ok(request.page(StatusCode::OK, "email_confirmed", context! { email => address.email }))
        }
        None => Err(Error::NotFound),
    }
}
