//! Counters in memory, within a fixed amount of it.
//!
//! A counter is a chain of times, the oldest first. Its key is found in one of sixteen places, which a keyed hash
//! chooses, so that nobody can crowd another out on purpose. The place of a counter that has run out is free. When all
//! places are taken, the counter that would run out first is forgotten. Nothing is allocated after the start, and the
//! system gives the memory only as it is used.

use std::hash::RandomState;
use std::sync::{Mutex, PoisonError};

use super::rule::{Check, Rule, Verdict};

/// A time in milliseconds since 1970.
pub(crate) type Millis = u64;

/// Into how many parts the counters are divided, each under a lock of its own.
const SHARDS: usize = 16;

/// How many places a counter may be in.
const WAYS: usize = 16;

/// How many times are in one link of a chain.
const TIMES: u32 = 7;

/// The end of a chain.
const NONE: u32 = u32::MAX;

/// Where a million addresses have room.
#[derive(Debug)]
pub(crate) struct Memory {
    shards: Vec<Mutex<Shard>>,
    hasher: RandomState,
}

impl Memory {
    /// Counters that take at most so many mebibytes.
    pub(crate) fn new(mebibytes: u32) -> Self {
        // Half of it for the counters, half for the chains, 32 bytes each.
        let counters = (mebibytes.max(1) as usize) << 20 >> 6;
        // The part of a counter's name that chooses its place is a number of bits.
        let buckets = (counters / SHARDS / WAYS).max(1);
        let buckets = 1 << buckets.ilog2();
        let shards = (0..SHARDS).map(|_| Mutex::new(Shard::new(buckets, counters / SHARDS))).collect();
        Self { shards, hasher: RandomState::new() }
    }

    /// Asks the counters, and has each that lets the request pass count it, if it `counts`.
    pub(crate) fn weigh<'a>(&self, now: Millis, counts: bool, checks: impl Iterator<Item = &'a Check<'a>>) -> Verdict {
        let mut verdict = Verdict::default();
        for (index, check) in checks.enumerate() {
            let (wait, count) = self.with(check, |shard, key| shard.weigh(key, &check.rule, now, counts));
            verdict.wait = verdict.wait.max(wait);
            if index == 0 {
                verdict.count = count;
            }
        }
        verdict
    }

    /// Forgets what the counter counted.
    pub(crate) fn forget(&self, check: &Check<'_>) {
        self.with(check, Shard::forget);
    }

    fn with<T>(&self, check: &Check<'_>, act: impl FnOnce(&mut Shard, u64) -> T) -> T {
        let key = check.key(&self.hasher);
        let shard = &self.shards[key as usize % SHARDS];
        act(&mut shard.lock().unwrap_or_else(PoisonError::into_inner), key)
    }

    /// How many counters were forgotten before they had run out.
    #[cfg(test)]
    fn forgotten(&self) -> u64 {
        self.shards.iter().map(|shard| shard.lock().expect("a shard").forgotten).sum()
    }
}

/// A counter. One that counts nothing is no counter.
#[derive(Clone, Copy)]
struct Counter {
    key: u64,
    /// When the newest came, in seconds since 1970.
    newest: u32,
    /// In milliseconds.
    period: u32,
    count: u32,
    /// The first and the last link of the chain.
    first: u32,
    last: u32,
    /// Where in its link the oldest is.
    from: u32,
}

/// A counter or a link, as it lies in memory. Zeros, which the system gives only when somebody writes there.
type Words = [u32; 8];

impl Counter {
    fn new(key: u64, period: u32) -> Self {
        Self { key, newest: 0, period, count: 0, first: NONE, last: NONE, from: 0 }
    }

    fn read(words: &Words) -> Self {
        let [low, high, newest, period, count, first, last, from] = *words;
        let key = u64::from(low) | u64::from(high) << 32;
        Self { key, newest, period, count, first, last, from }
    }

    fn words(&self) -> Words {
        let (low, high) = (self.key as u32, (self.key >> 32) as u32);
        [low, high, self.newest, self.period, self.count, self.first, self.last, self.from]
    }

    /// When it runs out, in seconds since 1970; by up to a second too late.
    fn end(&self) -> u32 {
        self.newest.saturating_add(self.period / 1000).saturating_add(1)
    }

    fn has_run_out(&self, now: Millis) -> bool {
        self.count == 0 || self.end() < seconds(now)
    }
}

fn seconds(time: Millis) -> u32 {
    u32::try_from(time / 1000).unwrap_or(u32::MAX)
}

/// How long ago the time was whose lower half this is, in milliseconds: 0 if it is still to come, because somebody set
/// the clock back. Of times that are not longer ago than a rate may be.
fn age(now: Millis, time: u32) -> u32 {
    let age = (now as u32).wrapping_sub(time);
    if age > u32::MAX / 2 { 0 } else { age }
}

struct Shard {
    counters: Vec<Words>,
    /// Seven times each, and the number of the next link. They are there up to the most there ever were.
    links: Vec<Words>,
    most_links: usize,
    /// The first of the links that are not used, each of which names the next.
    free: u32,
    /// Where the search for counters that have run out goes on.
    hand: usize,
    forgotten: u64,
}

impl std::fmt::Debug for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shard").field("counters", &self.counters.len()).finish_non_exhaustive()
    }
}

impl Shard {
    fn new(buckets: usize, most_links: usize) -> Self {
        Self {
            counters: vec![[0; 8]; buckets * WAYS],
            links: Vec::with_capacity(most_links),
            most_links,
            free: NONE,
            hand: 0,
            forgotten: 0,
        }
    }

    fn weigh(&mut self, key: u64, rule: &Rule, now: Millis, counts: bool) -> (Option<u32>, u32) {
        let place = self.find(key);
        let mut counter = match place {
            Some(place) => Counter::read(&self.counters[place]),
            None => Counter::new(key, rule.period()),
        };
        if counts && self.has_no_links() {
            // A counter that has links may go on with them.
            let steps = if counter.count > 0 { 1024 } else { self.counters.len() };
            self.make_room(key, now, steps);
        }
        if counter.has_run_out(now) {
            self.drop_chain(&mut counter);
        }
        while counter.count > 0 && age(now, self.oldest(&counter)) >= counter.period {
            self.pop(&mut counter);
        }
        let (oldest, newest) = match counter.count {
            0 => (0, 0),
            _ => (age(now, self.oldest(&counter)), age(now, self.newest(&counter))),
        };
        let wait = rule.wait(counter.count, oldest, newest);
        if wait.is_none() && counts {
            if counter.count >= rule.most() {
                self.pop(&mut counter);
            }
            // One counter may have all the links, and then goes on with its own.
            while counter.count > 0 && self.has_no_links() {
                self.pop(&mut counter);
            }
            self.push(&mut counter, now);
            let place = place.unwrap_or_else(|| self.vacate(key, now));
            self.counters[place] = counter.words();
        } else if let Some(place) = place {
            self.counters[place] = counter.words();
        }
        (wait, counter.count)
    }

    fn forget(&mut self, key: u64) {
        if let Some(place) = self.find(key) {
            self.release(place);
        }
    }

    /// The places in which the counter may be.
    fn places(&self, key: u64) -> std::ops::Range<usize> {
        let buckets = self.counters.len() / WAYS;
        let bucket = (key >> 32) as usize & (buckets - 1);
        bucket * WAYS..(bucket + 1) * WAYS
    }

    fn find(&self, key: u64) -> Option<usize> {
        let (low, high) = (key as u32, (key >> 32) as u32);
        self.places(key).find(|place| self.counters[*place][..2] == [low, high])
    }

    /// A free place for the counter: that of one that has run out, or else of the one that would run out first.
    fn vacate(&mut self, key: u64, now: Millis) -> usize {
        let places = self.places(key);
        let start = places.start;
        let end = |place: &usize| {
            let counter = Counter::read(&self.counters[*place]);
            if counter.has_run_out(now) { 0 } else { counter.end() }
        };
        let place = places.min_by_key(end).unwrap_or(start);
        self.forgotten += u64::from(!Counter::read(&self.counters[place]).has_run_out(now));
        self.release(place);
        place
    }

    /// Gets links back from counters that have run out, wherever they are, or else from any but the one with this key.
    fn make_room(&mut self, key: u64, now: Millis, steps: usize) {
        for step in 0..steps.min(self.counters.len()) {
            self.hand = (self.hand + 1) % self.counters.len();
            let counter = Counter::read(&self.counters[self.hand]);
            let is_live = !counter.has_run_out(now);
            if counter.count == 0 || counter.key == key || (is_live && step < 256) {
                continue;
            }
            self.forgotten += u64::from(is_live);
            self.release(self.hand);
            return;
        }
    }

    /// Empties a place.
    fn release(&mut self, place: usize) {
        let mut counter = Counter::read(&self.counters[place]);
        self.drop_chain(&mut counter);
        self.counters[place] = [0; 8];
    }

    fn oldest(&self, counter: &Counter) -> u32 {
        self.links[counter.first as usize][counter.from as usize]
    }

    fn newest(&self, counter: &Counter) -> u32 {
        self.links[counter.last as usize][((counter.from + counter.count - 1) % TIMES) as usize]
    }

    /// Takes the oldest time away.
    fn pop(&mut self, counter: &mut Counter) {
        if counter.count <= 1 {
            return self.drop_chain(counter);
        }
        counter.count -= 1;
        counter.from += 1;
        if counter.from == TIMES {
            let link = counter.first as usize;
            counter.first = self.links[link][TIMES as usize];
            counter.from = 0;
            self.links[link][TIMES as usize] = self.free;
            self.free = link as u32;
        }
    }

    /// Takes all times away.
    fn drop_chain(&mut self, counter: &mut Counter) {
        if counter.count > 0 {
            self.links[counter.last as usize][TIMES as usize] = self.free;
            self.free = counter.first;
        }
        *counter = Counter::new(counter.key, counter.period);
    }

    /// Adds a time. There is room for a link.
    fn push(&mut self, counter: &mut Counter, now: Millis) {
        let at = (counter.from + counter.count) % TIMES;
        if counter.count == 0 || at == 0 {
            let link = self.take_link();
            match counter.count {
                0 => counter.first = link,
                _ => self.links[counter.last as usize][TIMES as usize] = link,
            }
            counter.last = link;
        }
        self.links[counter.last as usize][at as usize] = now as u32;
        counter.count += 1;
        counter.newest = seconds(now);
    }

    fn has_no_links(&self) -> bool {
        self.free == NONE && self.links.len() == self.most_links
    }

    fn take_link(&mut self) -> u32 {
        if self.free == NONE {
            self.links.push([0; 8]);
            return (self.links.len() - 1) as u32;
        }
        let link = self.free;
        self.free = self.links[link as usize][TIMES as usize];
        link
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, VecDeque};

    use proptest::prelude::*;

    use super::super::rate::Rate;
    use super::super::rule::Ident;
    use super::*;

    const START: Millis = 1_767_323_045_000;

    fn check(user: i64, rate: Rate) -> Check<'static> {
        Check { scope: "login", ident: Ident::User(user.into()), rule: Rule::Rate(rate) }
    }

    fn passes(memory: &Memory, now: Millis, check: &Check<'_>) -> bool {
        memory.weigh(now, true, std::iter::once(check)).wait.is_none()
    }

    #[test]
    fn a_million_addresses_have_room_in_what_is_the_default() {
        let memory = Memory::new(128);
        let rate = Rate::per_minute(1);
        let mut now = START;
        for _ in 0..2 {
            for user in 0..1_000_000 {
                assert!(passes(&memory, now, &check(user, rate)));
            }
            let counted = (0..1_000_000).filter(|user| !passes(&memory, now, &check(*user, rate))).count();
            assert!(counted > 999_000, "{counted} are counted");
            // Those have run out, and make room for as many.
            now += 62_000;
        }
        // By chance more than sixteen want the same sixteen places.
        assert!(memory.forgotten() < 4000, "{} were forgotten", memory.forgotten());
        let bytes: usize = memory
            .shards
            .iter()
            .map(|shard| shard.lock().expect("a shard"))
            .map(|shard| (shard.counters.capacity() + shard.links.capacity()) * size_of::<Words>())
            .sum();
        assert!(bytes <= 128 << 20, "{bytes}");
    }

    #[test]
    fn a_flood_is_held_within_its_memory() {
        let memory = Memory::new(1);
        for user in 0..100_000 {
            assert!(passes(&memory, START, &check(user, Rate::per_day(1))));
        }
        assert!(!passes(&memory, START, &check(99_999, Rate::per_day(1))));
        // One that wants all the links.
        for _ in 0..200_000 {
            passes(&memory, START, &check(-1, Rate::per_day(1_000_000)));
        }
        assert!(passes(&memory, START, &check(-2, Rate::per_day(1))));
    }

    #[test]
    fn a_clock_that_is_set_back_forgives_nothing() {
        let memory = Memory::new(1);
        assert!(passes(&memory, START, &check(1, Rate::per_minute(1))));
        assert!(!passes(&memory, START - 30_000, &check(1, Rate::per_minute(1))));
        assert!(passes(&memory, START + 60_000, &check(1, Rate::per_minute(1))));
    }

    #[test]
    fn what_was_long_ago_counts_no_more_however_long() {
        for days in [1, 20, 25, 49, 50, 75, 400] {
            let memory = Memory::new(1);
            assert!(passes(&memory, START, &check(1, Rate::per_day(1))));
            assert!(passes(&memory, START + days * 86_400_000, &check(1, Rate::per_day(1))), "{days}");
        }
    }

    proptest! {
        /// REST framework's throttle, as it is written: a list of times for each key.
        #[test]
        fn a_counter_is_the_list_of_times_that_rest_framework_keeps(
            steps in prop::collection::vec((0_i64..4, 0_u64..20_000, any::<bool>()), 1..400),
            limit in 0_u32..30,
        ) {
            let memory = Memory::new(1);
            let mut histories: HashMap<i64, VecDeque<Millis>> = HashMap::new();
            let mut now = START;
            for (user, pause, counts) in steps {
                now += pause;
                let check = check(user, Rate::per_minute(limit));
                let verdict = memory.weigh(now, counts, std::iter::once(&check));
                let history = histories.entry(user).or_default();
                while history.front().is_some_and(|time| *time + 60_000 <= now) {
                    history.pop_front();
                }
                let wait = (history.len() as u32 >= limit)
                    .then(|| history.front().map_or(60_000, |oldest| (60_000 - (now - oldest)) as u32));
                if wait.is_none() && counts {
                    history.push_back(now);
                }
                prop_assert_eq!(verdict, Verdict { wait, count: history.len() as u32 });
            }
        }
    }
}
