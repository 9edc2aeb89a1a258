//! The names of the tables and columns that queries speak of.

#![allow(missing_docs)]

use sea_query::Iden;

#[derive(Iden)]
#[iden = "auth_user"]
pub(super) enum AuthUser {
    Table,
    Id,
    Password,
    LastLogin,
    IsSuperuser,
    Username,
    FirstName,
    LastName,
    Email,
    IsStaff,
    IsActive,
    DateJoined,
}

#[derive(Iden)]
#[iden = "account_emailaddress"]
pub(super) enum AccountEmailAddress {
    Table,
    UserId,
    Email,
    Verified,
    Primary,
}

#[derive(Iden)]
#[iden = "authtoken_token"]
pub(super) enum AuthtokenToken {
    Table,
    Key,
    Created,
    UserId,
}

#[derive(Iden)]
#[iden = "django_session"]
pub(super) enum DjangoSession {
    Table,
    SessionKey,
    SessionData,
    ExpireDate,
}
