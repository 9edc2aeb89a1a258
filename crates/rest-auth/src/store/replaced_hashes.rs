//! `rest_auth_replaced_hash`: digests of hashes that a login replaced.
//!
//! The new hash is of the same password, so that sessions and tokens made under the old one stay valid. The digests do
//! not reveal a password.

use sea_query::{Expr, ExprTrait, Order, Query};
use time::OffsetDateTime;

use super::tables::ReplacedHash;
use super::{Connection, StoreError, UserId};

/// The number of digests that are kept for one user.
const AT_MOST: usize = 20;

/// The digests to keep when a hash is replaced.
pub(crate) struct Replaced {
    pub(crate) user: UserId,
    /// Digests of the values that sessions and tokens hold of the replaced hash.
    pub(crate) digests: Vec<String>,
    /// Digests of the replaced hash, under every key.
    pub(crate) hash: Vec<String>,
    /// The digest of the hash that takes its place.
    pub(crate) new_hash: String,
    pub(crate) expires_at: OffsetDateTime,
}

impl Connection {
    /// Stores the digests of a replaced hash, and of the hashes that it had replaced.
    pub(crate) async fn remember_replaced(&mut self, replaced: &Replaced) -> Result<(), StoreError> {
        use ReplacedHash::*;
        let user = || self.dialect().user_id(replaced.user);
        let pass_on = Query::update()
            .table(Table)
            .value(HashDigest, replaced.new_hash.as_str())
            .and_where(Expr::col(UserId).eq(user()))
            .and_where(Expr::col(HashDigest).is_in(&replaced.hash))
            .take();
        // Rows from before a change of the password that did not remove them.
        let dead = Query::delete()
            .from_table(Table)
            .and_where(Expr::col(UserId).eq(user()))
            .and_where(
                Expr::col(HashDigest).ne(replaced.new_hash.as_str()).or(Expr::col(Digest).is_in(&replaced.digests)),
            )
            .take();
        let held = Query::select()
            .column(Digest)
            .from(Table)
            .and_where(Expr::col(UserId).eq(user()))
            .order_by(ExpiresAt, Order::Desc)
            .take();
        self.execute(&pass_on).await?;
        self.execute(&dead).await?;
        let held = self.fetch_all(&held).await?;
        let surplus = held.iter().skip(AT_MOST.saturating_sub(replaced.digests.len()));
        self.delete_replaced(surplus.map(|row| row.text("digest")).collect::<Result<_, _>>()?).await?;
        let mut insert = Query::insert().into_table(Table).columns([Digest, UserId, HashDigest, ExpiresAt]).take();
        for digest in &replaced.digests {
            insert.values_panic([
                digest.as_str().into(),
                self.dialect().user_id(replaced.user),
                replaced.new_hash.as_str().into(),
                self.dialect().time(replaced.expires_at),
            ]);
        }
        self.execute(&insert).await.map(drop)
    }

    /// Returns whether one of these hashes replaced the hash of one of the digests.
    pub(crate) async fn is_replaced(
        &mut self,
        digests: &[String],
        hashes: &[String],
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        use ReplacedHash::*;
        let statement = Query::select()
            .column(Digest)
            .from(Table)
            .and_where(Expr::col(Digest).is_in(digests))
            .and_where(Expr::col(HashDigest).is_in(hashes))
            .and_where(Expr::col(ExpiresAt).gt(self.dialect().time(now)))
            .limit(1)
            .take();
        Ok(self.fetch_optional(&statement).await?.is_some())
    }

    /// Removes every replaced hash of a user whose password has changed.
    pub(super) async fn forget_replaced(&mut self, user: UserId) -> Result<(), StoreError> {
        let user = self.dialect().user_id(user);
        let statement =
            Query::delete().from_table(ReplacedHash::Table).and_where(Expr::col(ReplacedHash::UserId).eq(user)).take();
        self.execute(&statement).await.map(drop)
    }

    /// Removes at most `limit` expired digests, and returns their number.
    pub(crate) async fn delete_expired_replaced(&mut self, now: OffsetDateTime, limit: u64) -> Result<u64, StoreError> {
        use ReplacedHash::*;
        let expired = Query::select()
            .column(Digest)
            .from(Table)
            .and_where(Expr::col(ExpiresAt).lt(self.dialect().time(now)))
            .limit(limit)
            .take();
        let digests = self.fetch_all(&expired).await?.iter().map(|row| row.text("digest")).collect::<Result<_, _>>()?;
        self.delete_replaced(digests).await
    }

    async fn delete_replaced(&mut self, digests: Vec<String>) -> Result<u64, StoreError> {
        if digests.is_empty() {
            return Ok(0);
        }
        let statement = Query::delete()
            .from_table(ReplacedHash::Table)
            .and_where(Expr::col(ReplacedHash::Digest).is_in(digests))
            .take();
        self.execute(&statement).await
    }
}
