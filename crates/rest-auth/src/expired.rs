//! Removes what has run out: sessions, and refresh tokens with their place on the blacklist. Nothing depends on it
//! but the room on the disk.

use crate::auth::Auth;
use crate::error::Error;

/// How many rows go in one transaction, so that nobody waits long behind it.
const AT_ONCE: u64 = 500;

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flushed {
    /// Sessions: Django's `clearsessions`.
    pub sessions: u64,
    /// Refresh tokens, blacklisted or not: SimpleJWT's `flushexpiredtokens`.
    pub tokens: u64,
    /// What was remembered of their rotation, which matters as long as the tokens do.
    pub rotations: u64,
    /// Records of hashes that a login replaced; sessions and tokens may need them.
    pub replaced_hashes: u64,
}

impl Auth {
    /// Removes the sessions and refresh tokens that have run out. `progress` is told what was removed so far. Several
    /// servers may do it at once.
    ///
    /// # Errors
    /// If the database does not answer; what was removed until then stays removed.
    pub async fn flush_expired(&self, progress: impl Fn(Flushed)) -> Result<Flushed, Error> {
        let lifetime = time::Duration::from(self.settings().simple_jwt.refresh_token_lifetime);
        let keeps_tokens = self.settings().simple_jwt.blacklist;
        let mut flushed = Flushed::default();
        loop {
            let mut tx = self.store().begin().await?;
            let removed = Flushed {
                sessions: tx.delete_expired_sessions(self.now(), AT_ONCE).await?,
                tokens: if keeps_tokens { tx.delete_expired_tokens(self.now(), AT_ONCE).await? } else { 0 },
                rotations: tx.delete_old_rotations(self.now() - lifetime, AT_ONCE).await?,
                replaced_hashes: tx.delete_expired_replaced(self.now(), AT_ONCE).await?,
            };
            tx.commit().await?;
            if removed == Flushed::default() {
                return Ok(flushed);
            }
            flushed.sessions += removed.sessions;
            flushed.tokens += removed.tokens;
            flushed.rotations += removed.rotations;
            flushed.replaced_hashes += removed.replaced_hashes;
            progress(flushed);
        }
    }
}
