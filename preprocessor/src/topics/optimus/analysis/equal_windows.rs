//! Over how many epochs runs that stopped at different ones can be compared.

/// How much of a run is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// The epochs that are recorded.
    pub epochs: u64,
    /// Whether these are all that were planned.
    pub is_complete: bool,
}

/// The runs that are compared over their first epochs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EqualWindow {
    /// The runs by their indices.
    pub runs: Vec<usize>,
    /// The epochs that all of them have.
    pub epochs: u64,
}

impl EqualWindow {
    /// The largest window of all runs with at least `fewest` epochs; once two of them are complete,
    /// of the complete ones, since a run that has just begun would hide what the others know.
    ///
    /// `None` for fewer than two runs.
    pub fn of(runs: &[Recorded], fewest: u64) -> Option<Self> {
        let those = |holds: fn(&Recorded) -> bool| -> Vec<usize> {
            let all = runs.iter().enumerate();
            let of_them = all.filter(|(_, run)| run.epochs >= fewest && holds(run));
            of_them.map(|(index, _)| index).collect()
        };
        let complete = those(|run| run.is_complete);
        let runs_compared = match complete.len() {
            0 | 1 => those(|_| true),
            _ => complete,
        };
        let epochs = runs_compared.iter().map(|run| runs[*run].epochs).min()?;
        (runs_compared.len() > 1).then_some(EqualWindow {
            runs: runs_compared,
            epochs,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs as (epochs, whether complete).
    fn check(runs: &[(u64, bool)], fewest: u64, expected: Option<(&[usize], u64)>) {
        let recorded = |&(epochs, is_complete): &(u64, bool)| Recorded {
            epochs,
            is_complete,
        };
        let runs: Vec<_> = runs.iter().map(recorded).collect();
        let found = EqualWindow::of(&runs, fewest);
        let found = found.as_ref().map(|found| (&found.runs[..], found.epochs));
        assert_eq!(found, expected, "{runs:?}");
    }

    #[test]
    fn the_shortest_run_ends_the_window() {
        check(
            &[(350, true), (10, false), (7, false)],
            4,
            Some((&[0, 1, 2], 7)),
        );
        check(&[(350, true), (3, false)], 1, Some((&[0, 1], 3)));
    }

    #[test]
    fn a_run_that_has_just_begun_waits() {
        check(
            &[(350, true), (10, false), (3, false)],
            4,
            Some((&[0, 1], 10)),
        );
        check(&[(350, true), (3, false)], 4, None);
        check(&[(350, true), (4, false)], 4, Some((&[0, 1], 4)));
    }

    #[test]
    fn two_complete_runs_are_compared_whole() {
        check(
            &[(350, true), (349, false), (350, true)],
            4,
            Some((&[0, 2], 350)),
        );
        check(&[(40, true), (50, true)], 4, Some((&[0, 1], 40)));
    }

    #[test]
    fn one_run_is_no_comparison() {
        check(&[], 1, None);
        check(&[(350, true)], 1, None);
        check(&[(0, false), (10, false)], 1, None);
    }
}
