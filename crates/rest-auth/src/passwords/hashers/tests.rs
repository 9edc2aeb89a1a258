use proptest::prelude::*;

use super::{Algorithm, HasherSetting, decode, unverifiable};

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

/// Hashes that some version of Django verifies, and those of other programs.
const OTHERS: [&str; 14] = [
    "argon2$argon2i$m=512,t=2,p=2$c29tZXNhbHQxMjM0$Yej6DAKRK0ITyuHcnR4fHw",
    "argon2$argon2i$v=16$m=512,t=2,p=2$c29tZXNhbHQxMjM0$Yej6DAKRK0ITyuHcnR4fHw",
    "argon2$argon2i$v=19$m=512,t=2,p=2$c29tZXNhbHQxMjM0$nGPyXwQelfmbumRoa2OA5A",
    "argon2$argon2d$v=16$m=512,t=2,p=2$c29tZXNhbHQxMjM0$QQx6BLL00y57QknVcmVKCQ",
    "argon2$argon2d$v=19$m=512,t=2,p=2$c29tZXNhbHQxMjM0$6TrntdcjFtQaOl3YkyAwRg",
    "argon2$argon2id$v=16$m=512,t=2,p=2$c29tZXNhbHQxMjM0$gx0MPRH+lj+N9twD7qDWsA",
    "bcrypt$$2a$04$kw1tCFVPkXQ5qyrElpJhqOxZj50KOhLID16k0xrSKD9kSPMh1EUr.",
    "bcrypt$$2y$04$1m1jlTkJdCHHCTyrrtXD7.cWQRzniCDlR2R7EDCV6IGoPk9gUCUVm",
    "md5$saltysalt$68e76619a2b319cc64098f42818fd734",
    "3cb4e732631f47e6eb961f34554b7cde",
    "md5$$3cb4e732631f47e6eb961f34554b7cde",
    "sha1$saltysalt$b17c1e7c4334a8aa64d572cb758d8374403c1d58",
    "sha1$$2f9e53523b62abc141a2b4d6019d23cba835dbd0",
    "bcrypt_sha256$$2y$04$5.tBBxTusTyf/ATcq9gsfOjhfUJIEo296RKv6mh2T4QSdbjE.vJg6",
];

#[test]
fn verifies_every_hash_that_django_ever_made() {
    for encoded in OTHERS {
        let hash = decode(encoded).unwrap_or_else(|| panic!("{encoded}"));
        assert!(hash.verify("correct horse").finish(), "{encoded}");
        assert!(!hash.verify("correct horses").finish(), "{encoded}");
        assert!(HasherSetting::default().would_replace(&hash), "{encoded}");
        assert_eq!(unverifiable(encoded), None);
    }
    // A hash of Argon2's first version is replaced even if its cost fits.
    let cost =
        HasherSetting { memory_cost: Some(512), time_cost: Some(2), parallelism: Some(2), ..Algorithm::Argon2.into() };
    for encoded in OTHERS.iter().filter(|encoded| encoded.starts_with("argon2$")) {
        assert!(cost.would_replace(&decode(encoded).expect("a hash")), "{encoded}");
    }
}

#[test]
fn what_nothing_can_verify_is_told_by_its_kind_alone() {
    for (encoded, kind) in [
        ("", Some("empty")),
        ("!", None),
        ("!hunter2", None),
        ("hunter2", Some("unknown")),
        ("$2y$10$L6Bc/AlTQHyd9liGgGEZyOFLPHNgyxeEPfgYfBCVxJ7JIlwxyVU3u", Some("bcrypt without Django's prefix")),
        ("bcrypt$$2y$10$L6Bc/AlTQHyd9liGgGEZyOFLPHNgyxeEPfgYfBCVxJ7JIlwxyVU3u", None),
        ("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQxMjM0$Yej6DAKRK0ITyuHcnR4fHw", Some("Argon2 without Django's prefix")),
        ("argon2$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQxMjM0$Yej6DAKRK0ITyuHcnR4fHw", None),
        ("$6$salt$hash", Some("crypt")),
        ("crypt$$abcdefghijklm", Some("crypt")),
        ("$P$B12345678", Some("phpass")),
        ("{SSHA}abc", Some("LDAP")),
        ("pbkdf2_sha256$hunter2", Some("damaged, or of a cost that no machine can pay")),
        ("md5$salt$hunter2", Some("damaged")),
        ("site_hasher$1$hunter2", Some("unknown")),
    ] {
        assert_eq!(unverifiable(encoded), kind, "{encoded}");
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

const ALGORITHMS: [Algorithm; 7] = [
    Algorithm::Pbkdf2Sha256,
    Algorithm::Pbkdf2Sha1,
    Algorithm::Argon2,
    Algorithm::BcryptSha256,
    Algorithm::Bcrypt,
    Algorithm::Scrypt,
    Algorithm::Md5,
];

#[test]
fn a_hash_is_replaced_by_every_other_kind_and_not_by_its_own() {
    for made_by in ALGORITHMS {
        let encoded = cheap(made_by).encode("correct horse", SALT).finish().expect("a hash");
        let hash = decode(&encoded).unwrap_or_else(|| panic!("{encoded}"));
        for preferred in ALGORITHMS {
            assert_eq!(cheap(preferred).would_replace(&hash), made_by != preferred, "{made_by:?} {preferred:?}");
        }
        // MD5 has no cost.
        assert_eq!(
            HasherSetting::from(made_by).would_replace(&hash),
            made_by != Algorithm::Md5,
            "another cost, {encoded}"
        );
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
    fn what_is_encoded_decodes(password in ".{1,80}", index in 0_usize..7) {
        let encoded = cheap(ALGORITHMS[index]).encode(&password, SALT).finish().expect("a hash");
        let hash = decode(&encoded).expect("a hash");
        prop_assert!(hash.verify(&password).finish());
    }

    #[test]
    fn no_text_panics(
        algorithm in "pbkdf2_sha256|pbkdf2_sha1|argon2|bcrypt_sha256|bcrypt|scrypt|md5|sha1|.{0,5}",
        rest in "[$0-9a-zA-Z=,/+.]{0,80}",
    ) {
        let _ = decode(&format!("{algorithm}${rest}"));
    }
}
