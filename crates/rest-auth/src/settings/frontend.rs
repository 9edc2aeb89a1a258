//! `[frontend]`: where the links in mails lead.

use super::section::section;

section! {
    /// Where the links in mails lead: pages of the application, which send what the link holds to the endpoints.
    pub struct Frontend {
        /// What {origin} stands for below, for example "https://app.example.com". Without it, it is the host that a
        /// request names, if that is this machine or one of csrf_trusted_origins or cors_allowed_origins, and else the
        /// address of bind: who asks for a mail does not choose where its link leads.
        pub origin: Option<String> = None,
        /// The page that asks for a new password, with {uid} and {token}; without it,
        /// a page of the server's own, {origin}/api/auth/password/reset/confirm/{uid}/{token}/, with base_path.
        pub password_reset_url: Option<String> = None,
        /// The page that verifies an address, with {key}; without it,
        /// a page of the server's own, {origin}/api/auth/registration/account-confirm-email/{key}/, with base_path.
        pub verify_email_url: Option<String> = None,
        /// Where the server's own pages send whoever is done with them to log in.
        pub login_url: Option<String> = None,
    }
}

impl Frontend {
    /// What `{origin}` stands for, for example `https://app.example.com`.
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = Some(origin.into());
        self
    }

    /// The application's page that verifies an address, with `{key}` and perhaps `{origin}`.
    pub fn verify_email_url(mut self, url: impl Into<String>) -> Self {
        self.verify_email_url = Some(url.into());
        self
    }

    /// The application's page that asks for a new password, with `{uid}`, `{token}` and perhaps `{origin}`.
    pub fn password_reset_url(mut self, url: impl Into<String>) -> Self {
        self.password_reset_url = Some(url.into());
        self
    }

    /// Where the server's own pages send whoever is done with them to log in.
    pub fn login_url(mut self, url: impl Into<String>) -> Self {
        self.login_url = Some(url.into());
        self
    }
}
