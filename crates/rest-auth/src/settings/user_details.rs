//! `[user_details]`: what clients see of a user.

use super::section::section;

section! {
    /// What GET user/ shows, and PUT and PATCH take.
    pub struct UserDetails {
        /// The fields, in order: pk, username, email, first_name, last_name, is_active, is_staff, is_superuser,
        /// last_login, date_joined, groups, or a profile's name. Only username, first_name, last_name and profiles
        /// can be written. Left out, it is the first five and every profile with auto_create. (fields of the
        /// serializer's Meta)
        pub fields: Option<Vec<String>> = None,
        /// Which of them are shown and not written, beside those that never are: "username", or a field of a
        /// profile, "profile.company_name". (read_only_fields of the serializer's Meta)
        pub read_only_fields: Vec<String> = Vec::new(),
    }
}

impl UserDetails {
    /// Which fields are shown, in this order.
    pub fn fields(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.fields = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Which of them are shown and not written, beside those that never are.
    pub fn read_only_fields(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.read_only_fields = names.into_iter().map(Into::into).collect();
        self
    }
}
