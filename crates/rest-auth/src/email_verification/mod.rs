//! The mail that asks to verify an address. allauth's `EmailConfirmationHMAC`.

use crate::auth::Auth;
use crate::error::Error;
use crate::mail::{Mail, link};
use crate::request::Request;
use crate::signing::Signer;
use crate::store::{Connection, User};

const TEMPLATE: &str = include_str!("../mail/templates/email_confirmation.txt");

/// allauth's `ACCOUNT_SALT`.
const SALT: &str = "account";

/// Has a mail wait that asks the user to verify their address, unless they did, or named none.
pub(crate) async fn ask(request: &Request, tx: &mut Connection, user: &User) -> Result<(), Error> {
    let auth = &request.auth;
    let Some(address) = tx.unverified_address(user.id, &user.email).await? else { return Ok(()) };
    let origin = link::origin(auth, &request.head);
    auth.enqueue(tx, &letter(auth, &origin, user, address)).await?;
    Ok(())
}

fn letter(auth: &Auth, origin: &str, user: &User, address: i64) -> Mail {
    let settings = auth.settings();
    let signer = Signer::new(SALT, auth.secret_key(), &settings.secret_key_fallbacks);
    let key = signer.sign_object(&address.to_string(), auth.now());
    let values = [("origin", origin), ("key", key.as_str())];
    let url = settings.frontend.verify_email_url.as_deref();
    let url = link::fill(auth, url, "/registration/account-confirm-email/{key}/", &values);
    Mail::new(settings, &user.email, TEMPLATE, &[("url", &url), ("username", &user.username)])
}
