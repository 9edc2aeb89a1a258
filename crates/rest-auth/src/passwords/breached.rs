//! Passwords that are known from breaches, looked up in local files: nothing leaves the machine.
//!
//! Either in a folder of range files as the downloader of Have I Been Pwned makes them (one for each first five digits of
//! a SHA-1, with lines `REST:COUNT`), or in one file that `rest-auth breached build` makes of them.
//!
//! That file, after a line that says what it is, holds for each of the 2²⁰ first twenty bits of a hash how many hashes
//! come before (eight bytes, the least significant first, and one more for the end), and then of each hash the next 32
//! bits, sorted. A look-up reads sixteen bytes and then some four kilobytes for a billion hashes; it takes about one
//! password in five million for one of them that is not.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha1::{Digest, Sha1};

/// What a file begins with.
const HEADING: &[u8; 32] = b"rest-auth breached passwords 1\n\n";

/// How many ranges there are.
const RANGES: u32 = 1 << 20;

/// Whether the password is among those of a folder of range files, or of a file that [`build`] made.
pub(super) fn contains(place: &Path, password: &str) -> io::Result<bool> {
    let hash: [u8; 20] = Sha1::digest(password.as_bytes()).into();
    if place.is_dir() { in_folder(place, &hash) } else { in_file(place, &hash) }
}

/// What is wrong with the folder or file.
pub(super) fn problem(place: &Path) -> Option<String> {
    let found = match place.is_dir() {
        true => in_folder(place, &[0; 20]),
        false => in_file(place, &[0; 20]),
    };
    let error = found.err()?;
    Some(format!("{} holds no hashes of breached passwords: {error}", place.display()))
}

fn in_folder(folder: &Path, hash: &[u8; 20]) -> io::Result<bool> {
    let digits: String = hash.iter().map(|byte| format!("{byte:02X}")).collect();
    let (range, rest) = digits.split_at(5);
    let file = range_file(folder, range).ok_or_else(|| io::Error::other(format!("there is no file {range}")))?;
    let text = std::fs::read_to_string(file)?;
    let mut lines = text.lines().filter_map(|line| line.trim().split_once(':'));
    // What was only added to hide the length has a count of 0.
    Ok(lines.any(|(held, count)| held.eq_ignore_ascii_case(rest) && count.trim() != "0"))
}

/// The file of a range, as downloaders name it.
fn range_file(folder: &Path, range: &str) -> Option<PathBuf> {
    [range.to_owned(), format!("{range}.txt"), range.to_lowercase()]
        .into_iter()
        .map(|name| folder.join(name))
        .find(|file| file.is_file())
}

fn in_file(file: &Path, hash: &[u8; 20]) -> io::Result<bool> {
    let mut file = File::open(file)?;
    let mut heading = [0; HEADING.len()];
    file.read_exact(&mut heading)?;
    if heading != *HEADING {
        return Err(io::Error::other("it was not made by `rest-auth breached build`"));
    }
    let (range, rest) = parts(hash);
    file.seek(SeekFrom::Start(HEADING.len() as u64 + u64::from(range) * 8))?;
    let mut bounds = [0; 16];
    file.read_exact(&mut bounds)?;
    let (start, end) = bounds.split_at(8);
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let (start, end) = (number(start), number(end));
    let length = end.checked_sub(start).filter(|length| *length < 1 << 24);
    let length = length.ok_or_else(|| io::Error::other("it is damaged"))?;
    file.seek(SeekFrom::Start(HEADING.len() as u64 + (u64::from(RANGES) + 1) * 8 + start * 4))?;
    let mut rests = vec![0; length as usize * 4];
    file.read_exact(&mut rests)?;
    let (rests, _) = rests.as_chunks::<4>();
    Ok(rests.binary_search(&rest).is_ok())
}

/// The first twenty bits of a hash, and the next 32.
fn parts(hash: &[u8; 20]) -> (u32, [u8; 4]) {
    let first = u64::from_be_bytes([hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]]);
    ((first >> 44) as u32, ((first >> 12) as u32).to_be_bytes())
}

/// Makes one file of the hashes that were seen at least so often, from a folder of range files or from one file with
/// lines `HASH:COUNT`, sorted by hash. Gives how many hashes it holds.
///
/// # Errors
/// If what is read is not of that form, or a file cannot be read or written.
pub fn build(from: &Path, to: &Path, min_count: u64) -> io::Result<u64> {
    let mut writer = Writer::new(to)?;
    if from.is_dir() {
        let mut ranges: Vec<(String, PathBuf)> = Vec::new();
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().to_uppercase();
            let range = name.strip_suffix(".TXT").unwrap_or(&name);
            if range.len() == 5 && range.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                ranges.push((range.to_owned(), entry.path()));
            }
        }
        if ranges.is_empty() {
            return Err(io::Error::other(format!("{} holds no range files, such as 00000.txt", from.display())));
        }
        ranges.sort();
        for (range, file) in ranges {
            read_lines(&file, &range, min_count, &mut writer)?;
        }
    } else {
        read_lines(from, "", min_count, &mut writer)?;
    }
    writer.finish()
}

fn read_lines(file: &Path, range: &str, min_count: u64, writer: &mut Writer) -> io::Result<()> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", file.display()));
    for (index, line) in BufReader::new(File::open(file).map_err(named)?).lines().enumerate() {
        let line = line.map_err(named)?;
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() {
            continue;
        }
        let problem = |what: &str| io::Error::other(format!("{}, line {}: {what}", file.display(), index + 1));
        let (rest, count) = line.split_once(':').unwrap_or((line, "1"));
        let hash = hash(range, rest).ok_or_else(|| problem("no SHA-1 in hexadecimal digits"))?;
        let count: u64 = count.trim().parse().map_err(|_| problem("no count behind the colon"))?;
        if count >= min_count.max(1) {
            writer.add(&hash).map_err(|error| problem(&error.to_string()))?;
        }
    }
    Ok(())
}

fn hash(range: &str, rest: &str) -> Option<[u8; 20]> {
    let digits: Option<Vec<u8>> = range.chars().chain(rest.chars()).map(|c| Some(c.to_digit(16)? as u8)).collect();
    let bytes: Vec<u8> = digits?.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    (range.len() + rest.len() == 40).then(|| bytes.try_into().ok()).flatten()
}

/// Writes the file under another name, which it has until it is complete.
struct Writer {
    to: PathBuf,
    unfinished: PathBuf,
    rests: BufWriter<File>,
    /// How many hashes come before each range that has begun.
    starts: Vec<u64>,
    count: u64,
    last: Option<(u32, [u8; 4])>,
}

impl Writer {
    fn new(to: &Path) -> io::Result<Self> {
        let mut unfinished = to.as_os_str().to_owned();
        unfinished.push(".unfinished");
        let mut file = File::create(&unfinished)?;
        file.seek(SeekFrom::Start(HEADING.len() as u64 + (u64::from(RANGES) + 1) * 8))?;
        let starts = Vec::with_capacity(RANGES as usize + 1);
        let rests = BufWriter::new(file);
        Ok(Self { to: to.to_owned(), unfinished: unfinished.into(), rests, starts, count: 0, last: None })
    }

    fn add(&mut self, hash: &[u8; 20]) -> io::Result<()> {
        let parts = parts(hash);
        if self.last.is_some_and(|last| last > parts) {
            return Err(io::Error::other("the hashes are not sorted"));
        }
        if self.last.replace(parts) == Some(parts) {
            return Ok(());
        }
        while self.starts.len() <= parts.0 as usize {
            self.starts.push(self.count);
        }
        self.count += 1;
        self.rests.write_all(&parts.1)
    }

    fn finish(mut self) -> io::Result<u64> {
        self.starts.resize(RANGES as usize + 1, self.count);
        self.rests.seek(SeekFrom::Start(0))?;
        self.rests.write_all(HEADING)?;
        for start in &self.starts {
            self.rests.write_all(&start.to_le_bytes())?;
        }
        self.rests.flush()?;
        self.rests.get_ref().sync_all()?;
        std::fs::rename(&self.unfinished, &self.to)?;
        Ok(self.count)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Unless it is finished, and has another name by now.
        let _ = std::fs::remove_file(&self.unfinished);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(password: &str) -> String {
        Sha1::digest(password.as_bytes()).iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// Range files of these passwords with these counts, and one of the first range, which every folder has.
    fn folder(passwords: &[(&str, u64)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("00000.txt"), "0005AD76BD555C1D6D771DE417A4B87E4B4:10\r\n").expect("a file");
        for (password, count) in passwords {
            let digits = digits(password);
            let (range, rest) = digits.split_at(5);
            let before = "0000000000000000000000000000000000A:0\r\n";
            let text = format!("{before}{rest}:{count}\r\n");
            std::fs::write(folder.path().join(format!("{range}.txt")), text).expect("a file");
        }
        folder
    }

    #[test]
    fn a_password_is_found_in_range_files_and_in_the_file_that_is_made_of_them() {
        let folder = folder(&[("password", 9_659_365), ("hunter2", 3), ("rare", 1), ("padding", 0)]);
        let file = folder.path().join("breached");
        assert_eq!(build(folder.path(), &file, 2).expect("a file"), 3);
        for (password, in_folder, in_file) in
            [("password", true, true), ("hunter2", true, true), ("rare", true, false), ("padding", false, false)]
        {
            assert_eq!(contains(folder.path(), password).expect("an answer"), in_folder, "{password}");
            assert_eq!(contains(&file, password).expect("an answer"), in_file, "{password}");
        }
        assert!(!contains(&file, "correct horse battery staple").expect("an answer"));
        assert_eq!((problem(folder.path()), problem(&file)), (None, None));
        let length = std::fs::metadata(&file).expect("a file").len();
        assert_eq!(length, 32 + ((1 << 20) + 1) * 8 + 3 * 4);
    }

    #[test]
    fn a_sorted_list_of_whole_hashes_will_do() {
        let folder = folder(&[]);
        let (list, file) = (folder.path().join("list"), folder.path().join("breached"));
        let passwords: Vec<String> = (0..5000).map(|number| format!("password{number}")).collect();
        let mut hashes: Vec<String> = passwords.iter().map(|password| format!("{}:7", digits(password))).collect();
        hashes.sort();
        std::fs::write(&list, hashes.join("\n")).expect("a file");
        assert_eq!(build(&list, &file, 1).expect("a file"), 5000);
        assert!(passwords.iter().all(|password| contains(&file, password).expect("an answer")));
        hashes.reverse();
        std::fs::write(&list, hashes.join("\n")).expect("a file");
        let error = build(&list, &file, 1).expect_err("a list that is not sorted").to_string();
        assert!(error.ends_with("line 2: the hashes are not sorted"), "{error}");
        assert!(contains(&file, "password7").expect("an answer"), "the file that was there still is");
    }

    #[test]
    fn what_holds_no_hashes_is_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let problem = |name: &str| problem(&folder.path().join(name)).expect("a problem");
        assert!(problem("").contains("there is no file 00000"));
        assert!(problem("nowhere").contains("holds no hashes of breached passwords"));
        for (name, text) in [("short", "x"), ("other", "00000000000000000000000000000000000")] {
            std::fs::write(folder.path().join(name), text).expect("a file");
            assert!(problem(name).contains("holds no hashes"), "{name}");
            let error = build(&folder.path().join(name), &folder.path().join("new"), 1).expect_err(name).to_string();
            assert!(error.contains("line 1: no SHA-1 in hexadecimal digits"), "{error}");
            assert_eq!(
                std::fs::read_dir(folder.path())
                    .expect("a folder")
                    .flatten()
                    .filter(|e| e.file_name().to_string_lossy().starts_with("new"))
                    .count(),
                0
            );
        }
    }
}
