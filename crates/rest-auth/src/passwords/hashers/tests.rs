use proptest::prelude::*;

use super::{Algorithm, HasherSetting, decode};

const SALT: &str = "somesaltsomesaltsomesa";

/// Made by Django 5.2 from "correct horse".
const DJANGO: [&str; 6] = [
    "pbkdf2_sha256$1000$fixedsaltfortests$EN7XCIqUDgnHkHEKJT56rssQhC2v9LTBmv7h/vxbGx0=",
    "pbkdf2_sha1$1000$somesalt$RUPdysXOMBdPp5FrGMvEVztfS7c=",
    "argon2$argon2id$v=19$m=102400,t=2,p=8$S1FsOGRHZWN6TGJxQmk0YkQ5WTRSZg$BYzYuDbs4urCJgOluB7r4IwjfyePyWBcYli2QumCuVU",
    "bcrypt_sha256$$2b$04$O3YLM8atR.D0.0RU0rEByOlBTKCCyQD9BNGkd472i7Tx5pXLkk/6S",
    "bcrypt$$2b$04$FgObFx8QdjuH1eNp7OVrX.aus1AkKldsSDzwbQZ.e5ilrYuKkL3bW",
    "scrypt$16384$p3zryn9VJ9Z32QJwqBrD7c$8$5$MGAbDHm1evC3XQyTggqgfnVkgamufe1klE3qk6QnAwHjBKpE2X+lPiS213TNDvcEbhEKTBJlA2eQ/ZJ8LGYlDw==",
];

#[test]
fn verifies_what_django_made() {
    for encoded in DJANGO {
        let hash = decode(encoded).unwrap_or_else(|| panic!("{encoded}"));
        assert!(hash.verify("correct horse").finish(), "{encoded}");
        assert!(!hash.verify("correct horses").finish(), "{encoded}");
    }
}

fn cheap(name: Algorithm) -> HasherSetting {
    HasherSetting {
        iterations: Some(10),
        time_cost: Some(1),
        memory_cost: Some(64),
        parallelism: Some(1),
        rounds: Some(4),
        work_factor: Some(16),
        ..HasherSetting::from(name)
    }
}

const ALGORITHMS: [Algorithm; 6] = [
    Algorithm::Pbkdf2Sha256,
    Algorithm::Pbkdf2Sha1,
    Algorithm::Argon2,
    Algorithm::BcryptSha256,
    Algorithm::Bcrypt,
    Algorithm::Scrypt,
];

#[test]
fn a_hash_is_replaced_by_every_other_kind_and_not_by_its_own() {
    for made_by in ALGORITHMS {
        let encoded = cheap(made_by).encode("correct horse", SALT).finish().expect("a hash");
        let hash = decode(&encoded).unwrap_or_else(|| panic!("{encoded}"));
        for preferred in ALGORITHMS {
            assert_eq!(cheap(preferred).would_replace(&hash), made_by != preferred, "{made_by:?} {preferred:?}");
        }
        assert!(HasherSetting::from(made_by).would_replace(&hash), "another cost, {encoded}");
    }
}

#[test]
fn what_is_unusable_is_no_hash() {
    let (pbkdf2, sixty_four) = (["pbkdf2_sha256$0$salt$aGFzaA==", "pbkdf2_sha256$x$s$h"], "A".repeat(86) + "==");
    for encoded in ["", "!", "!x", "not$a$hash", "argon2$", "bcrypt$x"].into_iter().chain(pbkdf2) {
        assert_eq!(decode(encoded), None, "{encoded}");
    }
    // Costs that no machine can pay, or that are no number any more.
    for cost in ["16384$salt$8$597424001", "2147483648$salt$8$1", "16385$salt$8$1"] {
        assert_eq!(decode(&format!("scrypt${cost}${sixty_four}")), None, "{cost}");
    }
    let salt_and_hash = "S1FsOGRHZWN6TGJxQmk0YkQ5WTRSZg$BYzYuDbs4urCJgOluB7r4IwjfyePyWBcYli2QumCuVU";
    assert_eq!(decode(&format!("argon2$argon2id$v=19$m=4294967295,t=2,p=8${salt_and_hash}")), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_encoded_decodes(password in ".{1,80}", index in 0_usize..6) {
        let encoded = cheap(ALGORITHMS[index]).encode(&password, SALT).finish().expect("a hash");
        let hash = decode(&encoded).expect("a hash");
        prop_assert!(hash.verify(&password).finish());
    }

    #[test]
    fn no_text_panics(
        algorithm in "pbkdf2_sha256|pbkdf2_sha1|argon2|bcrypt_sha256|bcrypt|scrypt|.{0,5}",
        rest in "[$0-9a-zA-Z=,/+.]{0,80}",
    ) {
        let _ = decode(&format!("{algorithm}${rest}"));
    }
}
