//! The names of the tables and columns that queries speak of.

#![allow(missing_docs)]

use sea_query::Iden;

#[derive(Iden, Clone, Copy)]
#[iden = "account_emailaddress"]
pub(super) enum AccountEmailAddress {
    Table,
    Id,
    UserId,
    Email,
    Verified,
    Primary,
}

#[derive(Iden)]
#[iden = "account_emailconfirmation"]
pub(super) enum AccountEmailConfirmation {
    Table,
    EmailAddressId,
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

#[derive(Iden)]
#[iden = "auth_group"]
pub(super) enum AuthGroup {
    Table,
    Id,
    Name,
}

#[derive(Iden)]
#[iden = "token_blacklist_outstandingtoken"]
pub(super) enum OutstandingToken {
    Table,
    Id,
    Token,
    CreatedAt,
    ExpiresAt,
    UserId,
    Jti,
}

#[derive(Iden)]
#[iden = "token_blacklist_blacklistedtoken"]
pub(super) enum BlacklistedToken {
    Table,
    Id,
    BlacklistedAt,
    TokenId,
}

#[derive(Iden)]
#[iden = "rest_auth_refresh_token"]
pub(super) enum RefreshToken {
    Table,
    ParentJti,
    Jti,
    AccessJti,
    Family,
    RotatedAt,
}

#[derive(Iden)]
#[iden = "rest_auth_replaced_hash"]
pub(super) enum ReplacedHash {
    Table,
    Digest,
    UserId,
    HashDigest,
    ExpiresAt,
}

#[derive(Iden)]
#[iden = "rest_auth_outbox"]
pub(super) enum Outbox {
    Table,
    Id,
    Kind,
    Recipient,
    Sender,
    Subject,
    Text,
    Html,
    CreatedAt,
    Attempts,
    NextAttemptAt,
    ClaimedUntil,
}
