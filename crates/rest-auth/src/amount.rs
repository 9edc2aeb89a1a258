//! Sizes as users read them: "10 MB", "48.8 megapixels".

/// The direction in which a size is rounded.
///
/// A limit is rounded down and a size beyond the limit is rounded up, so that both never look the same.
#[derive(Clone, Copy)]
enum Rounded {
    Down,
    Up,
}

const BYTES: &[(u64, &str)] = &[(1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB"), (1, "bytes")];

const PIXELS: &[(u64, &str)] = &[(1_000_000, "megapixels"), (1, "pixels")];

/// Returns a limit in bytes, as Django's `filesizeformat` counts: a KB has 1024.
pub(crate) fn bytes(limit: usize) -> String {
    size(limit as u64, Rounded::Down, BYTES)
}

/// Returns a size in bytes that exceeds a limit.
pub(crate) fn bytes_beyond(bytes: usize) -> String {
    size(bytes as u64, Rounded::Up, BYTES)
}

/// Returns a limit in pixels.
pub(crate) fn pixels(limit: u64) -> String {
    size(limit, Rounded::Down, PIXELS)
}

/// Returns a size in pixels that exceeds a limit.
pub(crate) fn pixels_beyond(pixels: u64) -> String {
    size(pixels, Rounded::Up, PIXELS)
}

/// Returns an amount in the largest unit that fits, with at most one decimal.
fn size(amount: u64, rounded: Rounded, units: &[(u64, &str)]) -> String {
    let [.., smallest] = units else { return amount.to_string() };
    let (unit, name) = units.iter().find(|(unit, _)| amount >= *unit).copied().unwrap_or(*smallest);
    let tenths = u128::from(amount) * 10;
    let tenths = match rounded {
        Rounded::Down => tenths / u128::from(unit),
        Rounded::Up => tenths.div_ceil(u128::from(unit)),
    };
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{whole} {name}"),
        (whole, tenth) => format!("{whole}.{tenth} {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, bytes_beyond, pixels, pixels_beyond};

    #[test]
    fn a_size_is_said_in_the_largest_unit_and_never_looks_like_its_limit() {
        assert_eq!((bytes(10_485_760), bytes_beyond(10_485_761)), ("10 MB".into(), "10.1 MB".into()));
        assert_eq!((bytes(2_621_440), bytes_beyond(1 << 30)), ("2.5 MB".into(), "1 GB".into()));
        assert_eq!((bytes(1000), bytes_beyond(4854)), ("1000 bytes".into(), "4.8 KB".into()));
        assert_eq!((pixels(40_000_000), pixels_beyond(48_771_072)), ("40 megapixels".into(), "48.8 megapixels".into()));
        assert_eq!((pixels(40_000_000), pixels_beyond(40_000_001)), ("40 megapixels".into(), "40.1 megapixels".into()));
        assert_eq!(
            (pixels(100), pixels_beyond(120), bytes(0)),
            ("100 pixels".into(), "120 pixels".into(), "0 bytes".into())
        );
    }
}
