//! What has run out, and only takes up room: Django's `clearsessions` and SimpleJWT's `flushexpiredtokens`.

use sea_query::{Expr, ExprTrait, Query};
use time::OffsetDateTime;

use super::tables::{BlacklistedToken, DjangoSession, OutstandingToken, RefreshToken};
use super::{Connection, StoreError};

impl Connection {
    /// Removes at most `limit` sessions that have run out, and tells how many it were.
    pub(crate) async fn delete_expired_sessions(&mut self, now: OffsetDateTime, limit: u64) -> Result<u64, StoreError> {
        let expired = Query::select()
            .column(DjangoSession::SessionKey)
            .from(DjangoSession::Table)
            .and_where(Expr::col(DjangoSession::ExpireDate).lt(self.dialect().time(now)))
            .limit(limit)
            .take();
        let keys: Vec<String> =
            self.fetch_all(&expired).await?.iter().map(|row| row.text("session_key")).collect::<Result<_, _>>()?;
        if keys.is_empty() {
            return Ok(0);
        }
        let delete = Query::delete()
            .from_table(DjangoSession::Table)
            .and_where(Expr::col(DjangoSession::SessionKey).is_in(keys))
            // One may have been prolonged meanwhile.
            .and_where(Expr::col(DjangoSession::ExpireDate).lt(self.dialect().time(now)))
            .take();
        self.execute(&delete).await
    }

    /// Removes at most `limit` refresh tokens that have run out, from the blacklist, too, and tells how many it
    /// were.
    pub(crate) async fn delete_expired_tokens(&mut self, now: OffsetDateTime, limit: u64) -> Result<u64, StoreError> {
        let expired = Query::select()
            .column(OutstandingToken::Id)
            .from(OutstandingToken::Table)
            .and_where(Expr::col(OutstandingToken::ExpiresAt).lte(self.dialect().time(now)))
            .limit(limit)
            .take();
        let ids: Vec<i64> =
            self.fetch_all(&expired).await?.iter().map(|row| row.integer("id")).collect::<Result<_, _>>()?;
        if ids.is_empty() {
            return Ok(0);
        }
        let blacklisted = Query::delete()
            .from_table(BlacklistedToken::Table)
            .and_where(Expr::col(BlacklistedToken::TokenId).is_in(ids.clone()))
            .take();
        self.execute(&blacklisted).await?;
        let outstanding = Query::delete()
            .from_table(OutstandingToken::Table)
            .and_where(Expr::col(OutstandingToken::Id).is_in(ids))
            .take();
        self.execute(&outstanding).await
    }

    /// Removes at most `limit` rotations that happened before then, and tells how many it were.
    pub(crate) async fn delete_old_rotations(&mut self, then: OffsetDateTime, limit: u64) -> Result<u64, StoreError> {
        let old = Query::select()
            .column(RefreshToken::ParentJti)
            .from(RefreshToken::Table)
            .and_where(Expr::col(RefreshToken::RotatedAt).lt(self.dialect().time(then)))
            .limit(limit)
            .take();
        let parents: Vec<String> =
            self.fetch_all(&old).await?.iter().map(|row| row.text("parent_jti")).collect::<Result<_, _>>()?;
        if parents.is_empty() {
            return Ok(0);
        }
        let delete = Query::delete()
            .from_table(RefreshToken::Table)
            .and_where(Expr::col(RefreshToken::ParentJti).is_in(parents))
            .take();
        self.execute(&delete).await
    }
}
