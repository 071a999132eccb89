//! Times of three ways of sorting numbers, as CSV on standard output.
//!
//! The clock covers the sorting alone. Keys are drawn anew for each repeat, from a generator with
//! a fixed seed; the repeats of one program do not follow one another, so that a slow minute of the
//! machine falls on all.

use std::hint::black_box;
use std::time::Instant;

const SIZES: [usize; 5] = [100, 1_000, 10_000, 100_000, 1_000_000];
const REPEATS: u32 = 7;

/// The generator of Steele et al. 2014 (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

trait Key: Ord + Copy + Default {
    const NAME: &'static str;
    const BYTES: u32;
    fn of(bits: u64) -> Self;
    fn byte(self, index: u32) -> usize;
}

impl Key for u32 {
    const NAME: &'static str = "u32";
    const BYTES: u32 = 4;
    fn of(bits: u64) -> Self {
        bits as u32
    }
    fn byte(self, index: u32) -> usize {
        (self >> (8 * index)) as usize & 0xff
    }
}

impl Key for u64 {
    const NAME: &'static str = "u64";
    const BYTES: u32 = 8;
    fn of(bits: u64) -> Self {
        bits
    }
    fn byte(self, index: u32) -> usize {
        (self >> (8 * index)) as usize & 0xff
    }
}

/// Sorts byte by byte, the lowest first, each pass stable.
fn radix<K: Key>(keys: &mut [K]) {
    let mut other = vec![K::default(); keys.len()];
    let (mut from, mut to) = (keys, &mut other[..]);
    for index in 0..K::BYTES {
        let mut starts = [0; 257];
        for key in from.iter() {
            starts[key.byte(index) + 1] += 1;
        }
        for value in 0..256 {
            starts[value + 1] += starts[value];
        }
        for key in from.iter() {
            let start = &mut starts[key.byte(index)];
            to[*start] = *key;
            *start += 1;
        }
        // An even number of passes ends where it began.
        std::mem::swap(&mut from, &mut to);
    }
}

fn measure<K: Key>(random: &mut Random) {
    let programs: [(&str, fn(&mut [K])); 3] = [
        ("sort", |keys| keys.sort()),
        ("sort_unstable", |keys| keys.sort_unstable()),
        ("radix", radix),
    ];
    for n in SIZES {
        for repeat in 0..=REPEATS {
            let keys: Vec<K> = (0..n).map(|_| K::of(random.next())).collect();
            for (name, sort) in programs {
                let mut sorted = keys.clone();
                let begin = Instant::now();
                sort(black_box(&mut sorted));
                let seconds = begin.elapsed().as_secs_f64();
                assert!(black_box(&sorted).is_sorted(), "{name} does not sort");
                // The first one warms up.
                if repeat > 0 {
                    println!("{name},{},{n},{repeat},{seconds:.9}", K::NAME);
                }
            }
        }
    }
}

fn main() {
    println!("program,type,n,repeat,seconds");
    let mut random = Random(1);
    measure::<u32>(&mut random);
    measure::<u64>(&mut random);
}
