//! What a run tells while it goes: one line that changes on a terminal, a line now and then elsewhere, lines of JSON for
//! machines.

use std::cell::Cell;
use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use results::EpochRow;
use serde_json::json;

use crate::part::Reached;
use crate::say;

/// Time between two changes on a terminal.
const TERMINAL: Duration = Duration::from_secs(1);
/// Time until the first line elsewhere, and between the later ones.
const FIRST_LINE: Duration = Duration::from_secs(3);
const LINES: Duration = Duration::from_secs(30);
/// The time over which the speed is taken: at least, and at most.
const WINDOW: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(30)];
/// Epochs whose mean time tells the time left.
const RECENT_EPOCHS: usize = 5;

/// Progress of a training run.
pub(crate) struct Progress {
    bar: ProgressBar,
    json: Cell<bool>,
    run: String,
    planned: u64,
    images_per_epoch: u64,
    /// Images of this epoch that were trained.
    images: u64,
    done: u64,
    loss: Option<f64>,
    work: Option<Passes>,
    speed: Speed,
    epochs: EpochTimes,
    shown: Instant,
    interval: Duration,
}

/// Passes that train nothing: what they are for, and how many images had one.
struct Passes {
    of: &'static str,
    images: u64,
}

impl Progress {
    /// For a run of `planned` epochs of `images_per_epoch` images, of which those of `rows` are finished, and `images` of
    /// the next one.
    pub(crate) fn new(
        run: &str,
        planned: u64,
        rows: &[EpochRow],
        images_per_epoch: u64,
        images: u64,
        json: bool,
    ) -> Progress {
        let progress = Progress {
            bar: bar("{spinner} {wide_msg}"),
            json: Cell::new(json),
            run: run.to_owned(),
            planned,
            images_per_epoch,
            images,
            done: rows.len() as u64,
            loss: None,
            work: None,
            speed: Speed::default(),
            epochs: EpochTimes::new(rows),
            shown: Instant::now(),
            interval: FIRST_LINE,
        };
        progress
            .bar
            .set_message(format!("{run}: {}", progress.line()));
        let begins = match (rows.len(), images) {
            (0, 0) => format!("{run}: begins, epochs of {images_per_epoch} images"),
            _ => format!("{run}: goes on from {}", progress.reached()),
        };
        progress.note(&begins);
        progress
    }

    /// A step over `images` images was issued; `loss`, which may wait for the device, is asked for when it is shown.
    pub(crate) fn step(&mut self, images: u64, loss: impl FnOnce() -> f64) {
        self.images += images;
        if self.work.is_none() {
            self.speed.add(images, Instant::now());
        }
        if self.is_due() {
            self.loss = Some(loss());
            self.show();
        }
    }

    /// A pass over `images` images that trains nothing was issued.
    pub(crate) fn pass(&mut self, images: u64) {
        let work = self.work.get_or_insert(Passes {
            of: "computes features",
            images: 0,
        });
        work.images += images;
        if work.of != EVALUATES {
            self.speed.add(images, Instant::now());
        }
        if self.is_due() {
            self.show();
        }
    }

    /// From now on passes evaluate.
    pub(crate) fn evaluates(&mut self) {
        let (of, images) = (EVALUATES, 0);
        self.work = Some(Passes { of, images });
    }

    /// An epoch begins.
    pub(crate) fn begins_epoch(&mut self) {
        self.work = None;
        self.speed.interrupt();
        self.epochs.began = Instant::now();
    }

    /// An epoch is finished. Once nobody reads the lines of JSON any more, there are none.
    pub(crate) fn epoch(&mut self, row: &EpochRow) {
        (self.done, self.images) = (row.epoch, 0);
        (self.loss, self.work) = (Some(row.train_loss), None);
        self.epochs.ended();
        if self.json.get() {
            let mut fields = json!(row);
            fields["run"] = self.run.as_str().into();
            if !say::line(&fields.to_string()) {
                self.json.set(false);
                self.note("nobody reads standard output any more; the run goes on");
            }
        }
    }

    /// Says something above the changing line, on standard error.
    pub(crate) fn note(&self, text: &str) {
        self.bar.suspend(|| say::note(text));
    }

    /// How far the run is.
    pub(crate) fn reached(&self) -> Reached {
        Reached::after(self.done, self.planned, self.images, self.images_per_epoch)
    }

    fn is_due(&self) -> bool {
        let interval = if self.bar.is_hidden() {
            self.interval
        } else {
            TERMINAL
        };
        self.shown.elapsed() >= interval
    }

    fn show(&mut self) {
        let line = format!("{}: {}", self.run, self.line());
        match self.bar.is_hidden() {
            true => say::note(&line),
            false => self.bar.set_message(line),
        }
        (self.shown, self.interval) = (Instant::now(), LINES);
    }

    fn line(&self) -> Line<'_> {
        let reached = self.reached();
        let left = reached.planned as f64 - reached.epochs;
        let speed = self.speed.images_per_second;
        let of_speed = speed.map(|speed| self.images_per_epoch as f64 / speed);
        Line {
            reached,
            loss: self.loss,
            work: self.work.as_ref(),
            images_per_second: speed,
            seconds_left: self.epochs.seconds(of_speed).map(|seconds| seconds * left),
        }
    }
}

const EVALUATES: &str = "evaluates";

/// What is shown.
struct Line<'a> {
    reached: Reached,
    loss: Option<f64>,
    work: Option<&'a Passes>,
    images_per_second: Option<f64>,
    seconds_left: Option<f64>,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.reached)?;
        if let Some(Passes { of, images }) = self.work {
            write!(f, " · {of}, {images} images")?;
        }
        if let Some(loss) = self.loss {
            write!(f, " · loss {loss:.2}")?;
        }
        match self.images_per_second {
            Some(speed) if speed < 10.0 => write!(f, " · {speed:.1} images/s")?,
            Some(speed) => write!(f, " · {speed:.0} images/s")?,
            None => (),
        }
        match self.seconds_left {
            Some(seconds) => write!(f, " · {} left", duration(seconds)),
            None => Ok(()),
        }
    }
}

/// A time in its two largest units: `2 h 10 min`.
pub fn duration(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..600 => format!("{minutes} min {} s", seconds % 60),
        600..3600 => format!("{minutes} min"),
        3600..86_400 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{} d {} h", hours / 24, hours % 24),
    }
}

/// Images in a second over the last steps.
#[derive(Default)]
struct Speed {
    images_per_second: Option<f64>,
    /// When so many images were done.
    marks: VecDeque<(Instant, u64)>,
}

impl Speed {
    fn add(&mut self, images: u64, now: Instant) {
        let Some(&(_, before)) = self.marks.back() else {
            // The first step is counted from its end: it takes longer than others.
            return self.marks.push_back((now, 0));
        };
        self.marks.push_back((now, before + images));
        let [least, most] = WINDOW;
        while self.marks.len() > 2 && now - self.marks[0].0 > most {
            self.marks.pop_front();
        }
        let (then, earlier) = self.marks[0];
        if now - then >= least {
            let done = (before + images - earlier) as f64;
            self.images_per_second = Some(done / (now - then).as_secs_f64());
        }
    }

    /// Something else is done; the speed of before stands until there is a new one.
    fn interrupt(&mut self) {
        self.marks.clear();
    }
}

/// Times of whole epochs with their evaluation.
struct EpochTimes {
    began: Instant,
    /// Of this session.
    recent: VecDeque<f64>,
    /// Of an earlier session's last epoch, and of its evaluation alone.
    earlier: Option<f64>,
    evaluation: f64,
}

impl EpochTimes {
    fn new(rows: &[EpochRow]) -> EpochTimes {
        let last = rows.last();
        EpochTimes {
            began: Instant::now(),
            recent: VecDeque::new(),
            earlier: last.map(|row| row.train_seconds + row.evaluation_seconds),
            evaluation: last.map_or(0.0, |row| row.evaluation_seconds),
        }
    }

    fn ended(&mut self) {
        self.recent.push_back(self.began.elapsed().as_secs_f64());
        if self.recent.len() > RECENT_EPOCHS {
            self.recent.pop_front();
        }
    }

    /// The time of an epoch: the mean of this session's, or what the speed of its steps says, or an earlier session's.
    fn seconds(&self, of_speed: Option<f64>) -> Option<f64> {
        // The first of this session may be the rest of one.
        let whole = self.recent.iter().skip(usize::from(self.recent.len() > 1));
        let (count, sum) = (whole.clone().count(), whole.sum::<f64>());
        match count {
            0 => of_speed.map(|it| it + self.evaluation).or(self.earlier),
            _ => Some(sum / count as f64),
        }
    }
}

fn bar(template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).expect("a valid template");
    let bar = ProgressBar::new_spinner().with_finish(ProgressFinish::AndClear);
    bar.set_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Work before the first step, which is shown until this is dropped.
pub struct Stage {
    _bar: ProgressBar,
}

impl Stage {
    /// Says that `run` does `work` now.
    pub fn begin(run: &str, work: &str) -> Stage {
        let bar = bar("{spinner} {msg} · {elapsed}");
        let text = format!("{run}: {work}");
        match bar.is_hidden() {
            true => say::note(&text),
            false => bar.set_message(text),
        }
        Stage { _bar: bar }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line() {
        let check = |epochs: f64, work: Option<Passes>, left: Option<f64>, expect: &str| {
            let line = Line {
                reached: Reached {
                    epochs,
                    planned: 350,
                },
                loss: left.map(|_| 1.917),
                work: work.as_ref(),
                images_per_second: left.map(|_| 371.6),
                seconds_left: left,
            };
            assert_eq!(line.to_string(), expect);
        };
        let first = "0.3 of 350 epochs · loss 1.92 · 372 images/s · 2 h 10 min left";
        check(0.3049, None, Some(7800.0), first);
        check(0.0049, None, None, "0.0049 of 350 epochs");
        let evaluates = || {
            let (of, images) = (EVALUATES, 512);
            Some(Passes { of, images })
        };
        let second =
            "2.9 of 350 epochs · evaluates, 512 images · loss 1.92 · 372 images/s · 9 s left";
        check(2.99, evaluates(), Some(9.4), second);
        check(3.0, None, None, "3 of 350 epochs");
        check(0.7 + 0.1 + 0.1, None, None, "0.9 of 350 epochs");
    }

    #[test]
    fn durations() {
        let check = |seconds: f64, expect: &str| assert_eq!(duration(seconds), expect);
        check(0.4, "0 s");
        check(59.6, "1 min 0 s");
        check(754.0, "12 min");
        check(7_800.0, "2 h 10 min");
        check(90_000.0, "1 d 1 h");
    }

    #[test]
    fn the_speed_is_that_of_the_last_half_minute() {
        let (start, mut speed) = (Instant::now(), Speed::default());
        let at = |seconds: f64| start + Duration::from_secs_f64(seconds);
        speed.add(64, at(10.0)); // with what the first step takes longer
        assert_eq!(speed.images_per_second, None);
        speed.add(64, at(10.5));
        assert_eq!(speed.images_per_second, Some(128.0));
        speed.interrupt();
        speed.add(64, at(60.0));
        assert_eq!(speed.images_per_second, Some(128.0));
        for second in 61..=200 {
            speed.add(if second <= 100 { 10 } else { 30 }, at(f64::from(second)));
        }
        assert_eq!(speed.images_per_second, Some(30.0));
    }

    #[test]
    fn the_time_of_an_epoch_counts_what_earlier_sessions_took() {
        let row = EpochRow {
            epoch: 1,
            steps: 10,
            train_loss: 1.0,
            train_accuracy: 0.5,
            validation: None,
            test: None,
            learning_rate: 0.1,
            train_seconds: 90.0,
            evaluation_seconds: 10.0,
        };
        let mut times = EpochTimes::new(&[row]);
        assert_eq!(times.seconds(None), Some(100.0));
        assert_eq!(times.seconds(Some(60.0)), Some(70.0));
        times.recent.extend([20.0, 60.0, 80.0]); // the first is the rest of one
        assert_eq!(times.seconds(Some(1.0)), Some(70.0));
        assert_eq!(EpochTimes::new(&[]).seconds(None), None);
    }
}
