//! `rest-auth key`: the keys that sign tokens, so that others can verify them without knowing a secret.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use ed25519_dalek::pkcs8::KeypairBytes;
use rest_auth::Settings;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use rsa::rand_core::{OsRng, RngCore};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};
use zeroize::Zeroizing;

use crate::cli::PairAlgorithm;
use crate::say::say;

/// A key's file is named after the time at which it was made, so that the last of them is the newest.
const NAME: &[BorrowedFormatItem<'_>] =
    format_description!("[year][month][day]T[hour][minute][second].[subsecond digits:6]Z.pem");

/// As NIST wants it until 2030, and as most libraries make it.
const RSA_BITS: usize = 2048;

pub fn generate(algorithm: PairAlgorithm, folder: &Path) -> anyhow::Result<()> {
    if folder.exists() && !keys(folder)?.is_empty() {
        bail!("{} holds keys already: `rest-auth key rotate` adds one", folder.display());
    }
    let file = add(algorithm, folder)?;
    say!(
        "Made {}; nobody else may read it. Set in rest-auth.toml:\n\n[simple_jwt]\nalgorithm = \"{algorithm}\"\n\
         key_folder = \"{}\"",
        file.display(),
        folder.display()
    );
    Ok(())
}

pub fn rotate(settings: &Settings) -> anyhow::Result<()> {
    let simple_jwt = &settings.simple_jwt;
    let Some(folder) = &simple_jwt.key_folder else {
        bail!("there is no folder with keys: `rest-auth key generate` makes one, and says what to set");
    };
    let algorithm = simple_jwt.algorithm.to_string();
    let Ok(algorithm) = <PairAlgorithm as clap::ValueEnum>::from_str(&algorithm, true) else {
        bail!("simple_jwt.algorithm is {algorithm}, which has no pair of keys");
    };
    let file = add(algorithm, folder)?;
    say!("Made {}, which signs from the next start on; the others still verify.", file.display());
    let lifetime = time::Duration::from(simple_jwt.refresh_token_lifetime);
    for file in outlived(&keys(folder)?, lifetime, OffsetDateTime::now_utc()) {
        std::fs::remove_file(&file).with_context(|| format!("{} cannot be removed", file.display()))?;
        say!("Removed {}, of which no token is good any more.", file.display());
    }
    say!("Restart the servers.");
    Ok(())
}

/// Makes a key in the folder, and the folder if it is missing.
fn add(algorithm: PairAlgorithm, folder: &Path) -> anyhow::Result<PathBuf> {
    let pem = private_key(algorithm)?;
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let file = folder.join(OffsetDateTime::now_utc().format(NAME)?);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut new = options.open(&file).with_context(|| format!("{} cannot be made", file.display()))?;
    new.write_all(pem.as_bytes())?;
    new.sync_all()?;
    Ok(file)
}

/// A new private key: PKCS#8 in PEM.
fn private_key(algorithm: PairAlgorithm) -> anyhow::Result<Zeroizing<String>> {
    Ok(match algorithm {
        PairAlgorithm::Rs256
        | PairAlgorithm::Rs384
        | PairAlgorithm::Rs512
        | PairAlgorithm::Ps256
        | PairAlgorithm::Ps384
        | PairAlgorithm::Ps512 => rsa::RsaPrivateKey::new(&mut OsRng, RSA_BITS)?.to_pkcs8_pem(LineEnding::LF)?,
        PairAlgorithm::Es256 => p256::SecretKey::random(&mut OsRng).to_pkcs8_pem(LineEnding::LF)?,
        PairAlgorithm::Es384 => p384::SecretKey::random(&mut OsRng).to_pkcs8_pem(LineEnding::LF)?,
        PairAlgorithm::Es512 => p521::SecretKey::random(&mut OsRng).to_pkcs8_pem(LineEnding::LF)?,
        PairAlgorithm::EdDsa => {
            let mut secret_key = [0; 32];
            OsRng.fill_bytes(&mut secret_key);
            // Without the public key, which many readers of such files do not expect.
            KeypairBytes { secret_key, public_key: None }.to_pkcs8_pem(LineEnding::LF)?
        }
    })
}

/// The keys of the folder that have a time for a name, the oldest first.
fn keys(folder: &Path) -> anyhow::Result<Vec<(OffsetDateTime, PathBuf)>> {
    let unreadable = || format!("{} cannot be read", folder.display());
    let mut keys = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        if let Ok(made) = PrimitiveDateTime::parse(&entry.file_name().to_string_lossy(), NAME) {
            keys.push((made.assume_utc(), entry.path()));
        }
    }
    keys.sort();
    Ok(keys)
}

/// The keys whose last token has run out: another took over so long ago as a token lasts.
fn outlived(keys: &[(OffsetDateTime, PathBuf)], lifetime: Duration, now: OffsetDateTime) -> Vec<PathBuf> {
    let next = keys.iter().skip(1).map(|(made, _)| *made);
    let outlived = keys.iter().zip(next).filter(|(_, replaced)| *replaced + lifetime < now);
    outlived.map(|((_, file), _)| file.clone()).collect()
}
