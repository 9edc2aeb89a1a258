//! `Builder::registration`: what registration asks for, as an application says it in Rust.

use crate::fields::{Fields, Profile};
use crate::settings::{RegistrationType, Settings};

/// Registration, or that of a kind of user with an endpoint of its own: for
/// [`Builder::registration`](crate::Builder::registration).
///
/// ```
/// use rest_auth::{Auth, Fields, Registration};
///
/// #[derive(Fields)]
/// struct Signup {
///     #[field(save_to = "user.first_name")]
///     first_name: String,
///     #[field(save_to = "user.last_name")]
///     last_name: Option<String>,
/// }
///
/// let builder = Auth::builder()
///     .registration(Registration::default().fields::<Signup>())
///     .registration(Registration::kind("customer").group("Customers"));
/// ```
#[derive(Clone, Debug)]
pub struct Registration {
    /// The usual one has no name.
    kind: RegistrationType,
    create_groups: bool,
}

impl Default for Registration {
    /// `registration/`, for whoever is of no kind.
    fn default() -> Self {
        Self { kind: RegistrationType::new(""), create_groups: false }
    }
}

impl Registration {
    /// A kind of user, `[registration.types.NAME]`, who registers at `register/NAME/`.
    pub fn kind(name: &str) -> Self {
        Self { kind: RegistrationType::new(name), create_groups: false }
    }

    /// The path of the kind's endpoint, below the router, with a slash at its end.
    pub fn at(mut self, path: &str) -> Self {
        self.kind.path = path.to_owned();
        self
    }

    /// What it asks for beside `account.signup_fields`.
    pub fn fields<F: Fields>(mut self) -> Self {
        self.kind.fields = F::fields().into();
        self
    }

    /// A group that a new user is put into.
    pub fn group(mut self, name: &str) -> Self {
        self.kind.groups.push(name.to_owned());
        self
    }

    /// [`Builder::migrate`](crate::Builder::migrate) makes the groups that are missing, those of every kind of user:
    /// `registration.create_groups`.
    pub fn create_groups(mut self) -> Self {
        self.create_groups = true;
        self
    }

    /// A profile that a new user has, though not everyone does; those that `save_to` names need not be said.
    pub fn profile<P: Profile>(mut self) -> Self {
        self.kind.profiles.push(P::profile().name);
        self
    }

    /// Says it in the settings.
    pub(crate) fn apply(self, settings: &mut Settings) {
        let registration = &mut settings.registration;
        registration.create_groups |= self.create_groups;
        if self.kind.name.is_empty() {
            let RegistrationType { fields, groups, profiles, .. } = self.kind;
            (registration.fields, registration.groups, registration.profiles) = (fields, groups, profiles);
        } else {
            registration.types.push(self.kind);
        }
    }
}
