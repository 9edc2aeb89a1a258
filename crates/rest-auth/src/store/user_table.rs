//! The table that users are in, as queries speak of it.

use sea_query::{Alias, DynIden, Expr, ExprTrait, IntoIden, Query, SelectStatement};

use super::dialect::Dialect;
use super::profiles::read_expression;
use crate::settings::UserTable;

/// A column of `auth_user`; another table may call it differently, or lack it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UserColumn {
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

impl UserColumn {
    pub(super) const ALL: [Self; 11] = {
        use UserColumn::*;
        [Id, Password, LastLogin, IsSuperuser, Username, FirstName, LastName, Email, IsStaff, IsActive, DateJoined]
    };

    /// What Django calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Password => "password",
            Self::LastLogin => "last_login",
            Self::IsSuperuser => "is_superuser",
            Self::Username => "username",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Email => "email",
            Self::IsStaff => "is_staff",
            Self::IsActive => "is_active",
            Self::DateJoined => "date_joined",
        }
    }

    /// What a user has whose table lacks the column.
    fn without(self) -> Expr {
        Expr::cust(match self {
            Self::IsActive => "TRUE",
            Self::IsStaff | Self::IsSuperuser => "FALSE",
            Self::LastLogin | Self::DateJoined => "NULL",
            _ => "''",
        })
    }
}

impl UserTable {
    /// The table.
    pub(super) fn iden(&self) -> DynIden {
        Alias::new(&self.table).into_iden()
    }

    /// A column, if there is one.
    pub(super) fn optional(&self, column: UserColumn) -> Option<DynIden> {
        self.called(column.name()).map(|name| Alias::new(name).into_iden())
    }

    /// A column that every table has: the key, the password, the name, the address.
    pub(super) fn iden_of(&self, column: UserColumn) -> DynIden {
        self.optional(column).unwrap_or_else(|| Alias::new(column.name()).into_iden())
    }

    /// The same, with the table in front of it.
    pub(super) fn at(&self, column: UserColumn) -> (DynIden, DynIden) {
        (self.iden(), self.iden_of(column))
    }

    /// `SELECT` of whole users, from this table and whatever is joined to it.
    pub(super) fn select(&self, dialect: Dialect) -> SelectStatement {
        let mut statement = Query::select();
        for column in UserColumn::ALL {
            let name = Alias::new(column.name());
            match self.optional(column) {
                Some(iden) => statement.expr_as(Expr::col((self.iden(), iden)), name),
                None => statement.expr_as(column.without(), name),
            };
        }
        for field in self.fields.iter() {
            statement.expr_as(read_expression(dialect, &self.table, field), Alias::new(field.name()));
        }
        statement.from(self.iden()).take()
    }

    /// The condition that a row is the user's.
    pub(super) fn is(&self, dialect: Dialect, id: super::UserId) -> Expr {
        Expr::col(self.at(UserColumn::Id)).eq(dialect.user_id(id))
    }
}
