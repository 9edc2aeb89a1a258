//! `rest_auth_refresh_token`, a table of our own: which refresh token came of which, where the settings ask for it.

use sea_query::{Expr, ExprTrait, Query};
use time::OffsetDateTime;

use super::tables::{BlacklistedToken, OutstandingToken, RefreshToken};
use super::{Connection, StoreError};

/// One refresh token in the place of another.
pub(crate) struct Rotation {
    /// The token that was presented.
    pub(crate) parent_jti: String,
    /// The one that replaced it.
    pub(crate) jti: String,
    /// The access token beside that.
    pub(crate) access_jti: String,
    /// The first token of the line, which a login gave.
    pub(crate) family: String,
    pub(crate) rotated_at: OffsetDateTime,
}

impl Connection {
    /// Remembers a rotation.
    pub(crate) async fn insert_rotation(&mut self, rotation: &Rotation) -> Result<(), StoreError> {
        use RefreshToken::*;
        let statement = Query::insert()
            .into_table(Table)
            .columns([ParentJti, Jti, AccessJti, Family, RotatedAt])
            .values_panic([
                rotation.parent_jti.as_str().into(),
                rotation.jti.as_str().into(),
                rotation.access_jti.as_str().into(),
                rotation.family.as_str().into(),
                self.dialect().time(rotation.rotated_at),
            ])
            .take();
        self.execute(&statement).await.map(drop)
    }

    /// What replaced a token.
    pub(crate) async fn rotation_of(&mut self, parent_jti: &str) -> Result<Option<Rotation>, StoreError> {
        use RefreshToken::*;
        let statement = Query::select()
            .columns([ParentJti, Jti, AccessJti, Family, RotatedAt])
            .from(Table)
            .and_where(Expr::col(ParentJti).eq(parent_jti))
            .take();
        let Some(row) = self.fetch_optional(&statement).await? else { return Ok(None) };
        Ok(Some(Rotation {
            parent_jti: row.text("parent_jti")?,
            jti: row.text("jti")?,
            access_jti: row.text("access_jti")?,
            family: row.text("family")?,
            rotated_at: row.time("rotated_at")?,
        }))
    }

    /// The first token of the line that a token is of; one that replaced no other is the first itself.
    pub(crate) async fn family_of(&mut self, jti: &str) -> Result<String, StoreError> {
        use RefreshToken::*;
        let statement = Query::select().column(Family).from(Table).and_where(Expr::col(Jti).eq(jti)).take();
        match self.fetch_optional(&statement).await? {
            Some(row) => row.text("family"),
            None => Ok(jti.to_owned()),
        }
    }

    /// The numbers of the tokens of a line that are not on the blacklist.
    pub(crate) async fn living_of_family(&mut self, family: &str) -> Result<Vec<i64>, StoreError> {
        let statement = Query::select()
            .column((OutstandingToken::Table, OutstandingToken::Id))
            .from(RefreshToken::Table)
            .inner_join(
                OutstandingToken::Table,
                Expr::col((OutstandingToken::Table, OutstandingToken::Jti))
                    .equals((RefreshToken::Table, RefreshToken::Jti)),
            )
            .left_join(
                BlacklistedToken::Table,
                Expr::col((BlacklistedToken::Table, BlacklistedToken::TokenId))
                    .equals((OutstandingToken::Table, OutstandingToken::Id)),
            )
            .and_where(Expr::col((RefreshToken::Table, RefreshToken::Family)).eq(family))
            .and_where(Expr::col((BlacklistedToken::Table, BlacklistedToken::Id)).is_null())
            .take();
        self.fetch_all(&statement).await?.iter().map(|row| row.integer("id")).collect()
    }
}
