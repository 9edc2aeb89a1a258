//! Indexes beside Django's, so that a look-up takes as long however many users there are. Django's own statements keep
//! them up, and its migrations know nothing of them; without them everything works, by a walk through the table.

use super::Dialect;
use super::profile_schema::quoted;
use super::schema::{Step, is_of};
use super::user_table::UserColumn;
use crate::settings::UserTable;

/// An index, and the look-ups that want it.
struct Index<'a> {
    name: &'static str,
    table: &'a str,
    on: String,
    why: &'static str,
}

/// How an index is told of.
pub(super) fn told(name: &str) -> String {
    format!("the index {name}")
}

/// What makes each.
pub(super) fn steps(dialect: Dialect, users: &UserTable, unused_apps: &[&str]) -> Vec<Step> {
    let quoted = |name: &str| quoted(dialect, name);
    let column = |column: UserColumn| quoted(users.called(column.name()).unwrap_or(column.name()));
    let mut indexes = Vec::new();
    if dialect == Dialect::Postgres {
        indexes.push(Index {
            name: "rest_auth_user_username_lower",
            table: &users.table,
            on: format!("LOWER({})", column(UserColumn::Username)),
            why: "finds a user name in another case",
        });
    }
    // Otherwise it is unique, and has an index.
    if users.has_usernames() && dialect != Dialect::Postgres {
        indexes.push(Index {
            name: "rest_auth_user_email",
            table: &users.table,
            on: column(UserColumn::Email),
            why: "finds the users who have an address",
        });
    }
    let address = column(UserColumn::Email);
    let (of_user, of_address) = match dialect {
        // Without user names, the index on names already covers the address.
        Dialect::Postgres => (
            users.has_usernames().then_some(("rest_auth_user_email_lower", format!("LOWER({address})"))),
            Some(("rest_auth_emailaddress_email_lower", format!("LOWER({})", quoted("email")))),
        ),
        Dialect::Sqlite => (
            Some(("rest_auth_user_email_nocase", format!("{address} COLLATE NOCASE"))),
            Some(("rest_auth_emailaddress_email_nocase", format!("{} COLLATE NOCASE", quoted("email")))),
        ),
        Dialect::MySql => (None, None),
    };
    for (index, table) in [(of_user, users.table.as_str()), (of_address, "account_emailaddress")] {
        let index = index.map(|(name, on)| Index { name, table, on, why: "finds an address in another case" });
        indexes.extend(index);
    }
    for (name, table, on, why) in [
        (
            "rest_auth_outstandingtoken_expires_at",
            "token_blacklist_outstandingtoken",
            "expires_at",
            "finds the tokens that have run out",
        ),
        (
            "rest_auth_refresh_token_rotated_at",
            "rest_auth_refresh_token",
            "rotated_at",
            "finds the rotations that matter no more",
        ),
        (
            "rest_auth_replaced_hash_expires_at",
            "rest_auth_replaced_hash",
            "expires_at",
            "finds expired rows of replaced hashes",
        ),
        (
            "rest_auth_outbox_claimed_until",
            "rest_auth_outbox",
            "claimed_until",
            "finds the mails that a server left behind",
        ),
    ] {
        indexes.push(Index { name, table, on: quoted(on), why });
    }
    let step = |Index { name, table, on, why }: Index<'_>| Step {
        name: told(name),
        statements: format!("-- {why}\nCREATE INDEX {} ON {} ({on});", quoted(name), quoted(table)),
    };
    indexes.into_iter().filter(|index| !is_of(unused_apps, index.table)).map(step).collect()
}
