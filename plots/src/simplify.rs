//! Leaves out points of a line that nobody could see.

/// The farthest that a point may lie beside the line without it, in units of the view box.
const TOLERANCE: f64 = 0.15;

/// The places of a line without those that lie on it (Ramer 1972, Douglas and Peucker 1973).
pub(super) fn simplified(places: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut kept = vec![false; places.len()];
    let mut parts = vec![(0, places.len().saturating_sub(1))];
    while let Some((first, last)) = parts.pop() {
        let ends = kept.get_mut(first).into_iter();
        ends.for_each(|it| *it = true);
        if let Some(end) = kept.get_mut(last) {
            *end = true;
        }
        let between = (first + 1..last).map(|at| {
            (
                at,
                squared_distance(places[at], places[first], places[last]),
            )
        });
        let farthest = between.max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((at, distance)) = farthest
            && distance > TOLERANCE * TOLERANCE
        {
            parts.extend([(first, at), (at, last)]);
        }
    }
    let places = places.iter().zip(kept).filter(|(_, kept)| *kept);
    places.map(|(place, _)| *place).collect()
}

/// The square of how far a point lies from the line from `a` to `b`.
fn squared_distance((x, y): (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let squared_length = dx * dx + dy * dy;
    let along = ((x - a.0) * dx + (y - a.1) * dy) / squared_length.max(f64::MIN_POSITIVE);
    let along = along.clamp(0.0, 1.0);
    let (across, up) = (x - a.0 - along * dx, y - a.1 - along * dy);
    across * across + up * up
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_sees_is_left_out() {
        let flat: Vec<_> = (0..100).map(|x| (f64::from(x), 5.0)).collect();
        assert_eq!(simplified(&flat), [(0.0, 5.0), (99.0, 5.0)]);
        let peak = [(0.0, 0.0), (1.0, 0.0), (2.0, 9.0), (3.0, 0.0), (4.0, 0.0)];
        assert_eq!(simplified(&peak), peak);
        let back = [(0.0, 0.0), (5.0, 0.0), (2.0, 0.0)];
        assert_eq!(simplified(&back), back);
        let beside = |y| [(0.0, 0.0), (1.0, y), (2.0, 0.0)];
        assert_eq!(
            simplified(&beside(TOLERANCE * 1.01)),
            beside(TOLERANCE * 1.01)
        );
        assert_eq!(simplified(&beside(TOLERANCE * 0.99)).len(), 2);
        let round: Vec<_> = (0..=1000)
            .map(|i| {
                (
                    100.0 * (f64::from(i) / 300.0).cos(),
                    100.0 * (f64::from(i) / 300.0).sin(),
                )
            })
            .collect();
        let kept = simplified(&round);
        assert!(kept.len() < 60, "{} of {}", kept.len(), round.len());
        for place in &round {
            let parts = kept.windows(2);
            let parts = parts.map(|ends| squared_distance(*place, ends[0], ends[1]));
            let nearest = parts.fold(f64::INFINITY, f64::min).sqrt();
            assert!(nearest <= TOLERANCE, "{place:?} is {nearest} from the line");
        }
        assert_eq!(simplified(&[]), []);
        assert_eq!(simplified(&[(1.0, 2.0)]), [(1.0, 2.0)]);
    }
}
