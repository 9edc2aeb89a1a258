//! The users as the program sees them: what `rest-auth user` does, and what an application may want to do
//! without a request.

use std::str::FromStr;

use crate::auth::Auth;
use crate::error::{Error, FieldErrors};
use crate::fields::{Field, Kind};
use crate::passwords::{Subject, unusable};
use crate::store::{NewUser, StoreError, User, UserId};
use crate::usernames;

/// The users of an [`Auth`]: [`Auth::users`].
#[derive(Clone, Debug)]
pub struct Users {
    auth: Auth,
}

/// A user to be made. Without a password nobody can log in.
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

    /// Makes a user, with their address as one that is not verified.
    ///
    /// # Errors
    /// 400 with the errors that registration would have given.
    pub async fn create(&self, account: NewAccount) -> Result<User, Error> {
        let auth = &self.auth;
        let username = account.username.trim();
        let email = account.email.trim().to_lowercase();
        let fields = [
            Field::new("username", Kind::Char).max_length(usernames::MAX_LENGTH),
            Field::new("email", Kind::Email).blank(),
        ];
        let mut form = crate::fields::Form::of(&fields, [("username", username), ("email", email.as_str())])?;
        let username = usernames::normalized(auth, username);
        if form.text("username").is_some()
            && let Err(problem) = usernames::clean(auth, account.username.trim())
        {
            form.refuse("username", problem);
        }
        if let Some(password) = &account.password {
            let subject = Subject { username: &username, email: &email, ..Subject::default() };
            form.refuse_all("password", auth.passwords().validate(password, Some(&subject)));
        }
        form.finish()?;
        let password = match &account.password {
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
        tx.claim(&new.username).await?;
        if usernames::is_taken(&mut tx, &new.username, None).await? {
            return Err(Error::field("username", usernames::TAKEN));
        }
        let user = tx.insert_user(&new, auth.now()).await.map_err(taken)?;
        crate::registration::name_address(auth, &mut tx, &user).await?;
        tx.commit().await?;
        Ok(user)
    }

    /// Gives the user another password; their sessions end.
    ///
    /// # Errors
    /// 400 with what the password rules say.
    pub async fn set_password(&self, user: &User, password: &str) -> Result<(), Error> {
        let messages = self.auth.passwords().validate(password, Some(&subject_of(user)));
        if !messages.is_empty() {
            return Err(Error::Invalid(FieldErrors::of("password", messages)));
        }
        let hash = self.auth.passwords().make(password).await?;
        Ok(self.auth.store().connection().await?.set_password(user.id, &hash).await?)
    }

    /// Lets the user log in, or no more; who is inactive has no good token and no good session.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn set_active(&self, user: &User, active: bool) -> Result<(), Error> {
        Ok(self.auth.store().connection().await?.set_active(user.id, active).await?)
    }

    /// Lets the user into Django's admin with every right, or takes that away.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn set_superuser(&self, user: &User, superuser: bool) -> Result<(), Error> {
        Ok(self.auth.store().connection().await?.set_superuser(user.id, superuser).await?)
    }
}

/// The user as the password rules look at them.
pub(crate) fn subject_of(user: &User) -> Subject<'_> {
    Subject { username: &user.username, first_name: &user.first_name, last_name: &user.last_name, email: &user.email }
}

/// The field error for a name that somebody else took in between.
pub(crate) fn taken(error: StoreError) -> Error {
    if error.is_unique_violation() { Error::field("username", usernames::TAKEN) } else { error.into() }
}
