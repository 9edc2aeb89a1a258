//! The users as the program sees them: what `rest-auth user` does, and what an application may want to do
//! without a request.

use std::str::FromStr;

use crate::auth::Auth;
use crate::error::{Error, FieldErrors};
use crate::fields::{Field, Form, Kind, trimmed};
use crate::passwords::{Subject, unusable};
use crate::registration::EMAIL_TAKEN;
use crate::settings::{EmailVerification, UserKey};
use crate::store::{Connection, NewUser, ProfileValues, StoreError, User, UserId};
use crate::throttling::failed_logins;
use crate::unique::{self, Names};
use crate::usernames;

/// The users of an [`Auth`]: [`Auth::users`].
#[derive(Clone, Debug)]
pub struct Users {
    auth: Auth,
}

/// A user to be made. Without a password nobody can log in. Where users have no name but their address, either of both is
/// the address.
#[derive(Clone, Default)]
#[allow(missing_docs)]
pub struct NewAccount {
    pub username: String,
    pub email: String,
    pub password: Option<String>,
    pub superuser: bool,
}

impl Users {
    pub(crate) fn new(auth: Auth) -> Self {
        Self { auth }
    }

    /// The user of this name, whatever the case; `#7` is the user with the id 7, which no name can be.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn find(&self, name_or_id: &str) -> Result<Option<User>, Error> {
        let mut db = self.auth.store().connection().await?;
        match name_or_id.strip_prefix('#').map(UserId::from_str) {
            None => Ok(usernames::find(&self.auth, &mut db, name_or_id).await?),
            Some(Ok(id)) => Ok(db.user_by_id(id).await?),
            Some(Err(_)) => Ok(None),
        }
    }

    /// At most `limit` users, by id, behind the one with the id `after`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn list(&self, after: Option<UserId>, limit: u64) -> Result<Vec<User>, Error> {
        Ok(self.auth.store().connection().await?.users_after(after, limit).await?)
    }

    /// Makes a user with an unverified address.
    ///
    /// White space around the password is dropped, as at the endpoints.
    ///
    /// # Errors
    /// 400 with the errors that registration would have given.
    pub async fn create(&self, account: NewAccount) -> Result<User, Error> {
        let auth = &self.auth;
        let has_name = auth.settings().user.has_usernames();
        let email = if has_name || !account.email.is_empty() { &account.email } else { &account.username };
        let email = email.trim().to_lowercase();
        let (name, mail) = (Field::new("username", Kind::Char), Field::new("email", Kind::Email));
        let (name, mail) = (auth.limits().username.applied(name), auth.limits().email.applied(mail));
        let fields = if has_name { vec![name, mail.blank()] } else { vec![mail] };
        let mut form = Form::of(&fields, [("username", &account.username), ("email", &email)])?;
        usernames::check(auth, &mut auth.store().connection().await?, &mut form, None).await?;
        let username = form.text(if has_name { "username" } else { "email" }).unwrap_or_default().to_owned();
        let password = account.password.as_deref().map(trimmed);
        if let Some(password) = password {
            let subject = Subject { username: &username, email: &email, ..Subject::default() };
            form.refuse_all("password", password_problems(auth, password, &subject));
        }
        form.finish()?;
        let password = match password {
            Some(password) => auth.passwords().make(password).await?,
            None => unusable(auth.random()),
        };
        let new = NewUser {
            username,
            email,
            password,
            is_staff: account.superuser,
            is_superuser: account.superuser,
            ..NewUser::default()
        };
        let mut tx = auth.store().begin().await?;
        let user = insert(auth, &mut tx, new, Names::Account).await?;
        tx.commit().await.map_err(|error| unique::refusal(auth, error, Names::Account))?;
        Ok(user)
    }

    /// Sets the user's password, and ends the user's sessions.
    ///
    /// White space around the password is dropped.
    ///
    /// # Errors
    /// 400 with what the password rules say.
    pub async fn set_password(&self, user: &User, password: &str) -> Result<(), Error> {
        let password = trimmed(password);
        let messages = password_problems(&self.auth, password, &subject_of(user));
        if !messages.is_empty() {
            return Err(Error::Invalid(FieldErrors::of("password", messages)));
        }
        let hash = self.auth.passwords().make(password).await?;
        let mut tx = self.auth.store().begin().await?;
        tx.set_password(user.id, &hash).await?;
        tx.commit().await?;
        failed_logins::forgive(&self.auth, user).await;
        Ok(())
    }

    /// Lets the user log in, or no more; who is inactive has no good token and no good session.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn set_active(&self, user: &User, active: bool) -> Result<(), Error> {
        let mut tx = self.auth.store().begin().await?;
        tx.set_active(user.id, active).await?;
        Ok(tx.commit().await?)
    }

    /// Lets the user into Django's admin with every right, or takes that away.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn set_superuser(&self, user: &User, superuser: bool) -> Result<(), Error> {
        let mut tx = self.auth.store().begin().await?;
        tx.set_superuser(user.id, superuser).await?;
        Ok(tx.commit().await?)
    }
}

/// Returns the endpoints' errors for a password without white space around it.
fn password_problems(auth: &Auth, password: &str, subject: &Subject<'_>) -> Vec<String> {
    match password {
        "" => vec!["This field may not be blank.".to_owned()],
        _ => auth.passwords().validate(password, Some(subject)),
    }
}

/// The user as the password rules look at them.
pub(crate) fn subject_of(user: &User) -> Subject<'_> {
    Subject { username: &user.username, first_name: &user.first_name, last_name: &user.last_name, email: &user.email }
}

/// The field error for a name that is another user's: for the address, where users have no other name.
fn name_taken(auth: &Auth) -> Error {
    match auth.settings().user.has_usernames() {
        true => Error::field("username", usernames::TAKEN),
        false => Error::field("email", EMAIL_TAKEN),
    }
}

/// Makes a user with their profiles, and notes their address, if nobody took the name since it was looked at.
/// `names` are the client's names of the fields, for errors of a unique index.
pub(crate) async fn insert(
    auth: &Auth,
    tx: &mut Connection,
    mut new: NewUser,
    names: Names<'_>,
) -> Result<User, Error> {
    if auth.settings().user.key == UserKey::Uuid {
        new.id = Some(auth.random_uuid());
    }
    let new = &new;
    tx.claim(&new.username).await?;
    if usernames::is_taken(auth, tx, &new.username, None).await? {
        return Err(name_taken(auth));
    }
    let inserted = insert_rows(auth, tx, new).await;
    inserted.map_err(|error| unique::refusal(auth, error, names))
}

async fn insert_rows(auth: &Auth, tx: &mut Connection, new: &NewUser) -> Result<User, StoreError> {
    let user = tx.insert_user(new, auth.now()).await?;
    let none = ProfileValues::new();
    for profile in auth.settings().profiles.iter() {
        let Some(values) = new.profiles.get(&profile.name).or(profile.auto_create.then_some(&none)) else { continue };
        // The database may have made the row by itself; such a row keeps values that the client did not send.
        if !tx.insert_profile(profile, user.id, values).await? {
            tx.update_profile(profile, user.id, values).await?;
        }
    }
    name_address(auth, tx, &user).await?;
    Ok(user)
}

/// Notes the user's address. Where another user named it first, without having verified it, it is the new
/// user's primary one only once they verify it; where nobody ever verifies, it is not noted at all. The
/// reference's `setup_user_email`, and what its login does after that.
async fn name_address(auth: &Auth, tx: &mut Connection, user: &User) -> Result<(), StoreError> {
    let account = &auth.settings().account;
    if user.email.is_empty() || !auth.settings().allauth {
        return Ok(());
    }
    let contested = account.unique_email && tx.is_named_by_anyone(&user.email).await?;
    if contested && account.email_verification == EmailVerification::None {
        return Ok(());
    }
    tx.insert_address(user.id, &user.email, !contested).await.map(drop)
}
