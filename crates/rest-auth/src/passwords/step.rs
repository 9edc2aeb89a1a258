//! Work on a password that may take several derivations of PBKDF2, which go on beside those of others.

use pbkdf2_lanes::Derivation;

/// What a thread that hashes does next for one who waits.
pub(super) enum Step<T> {
    /// Derives, in a lane beside others, and then does what is to be done with what was derived.
    Derive(Derivation, Box<dyn FnOnce([u8; 32]) -> Step<T> + Send>),
    Done(T),
}

impl<T: Send + 'static> Step<T> {
    pub(super) fn derive(derivation: Derivation, then: impl FnOnce([u8; 32]) -> T + Send + 'static) -> Self {
        Self::Derive(derivation, Box::new(|derived| Self::Done(then(derived))))
    }

    /// Goes on with what came of it.
    pub(super) fn then<U: Send + 'static>(self, then: impl FnOnce(T) -> Step<U> + Send + 'static) -> Step<U> {
        match self {
            Self::Derive(derivation, of) => Step::Derive(derivation, Box::new(|derived| of(derived).then(then))),
            Self::Done(value) => then(value),
        }
    }

    /// Does it all, here and now.
    #[cfg(test)]
    pub(super) fn finish(self) -> T {
        match self {
            Self::Done(value) => value,
            Self::Derive(mut derivation, then) => loop {
                if let Some(derived) = derivation.output() {
                    break then(derived).finish();
                }
                pbkdf2_lanes::advance([&mut derivation], u32::MAX);
            },
        }
    }
}
