//! Places labels side by side as near to what they name as they can be without touching.

/// Centres of labels of these `sizes` along a line from `low` to `high`: none overlap, and the
/// squares of their distances from the `wanted` places have the least sum (isotonic regression by
/// pooling adjacent violators, on the places less the room that the labels before them take).
///
/// Gives the centres in the order of `wanted`, or nothing if the labels do not fit.
pub(super) fn spread(wanted: &[f64], sizes: &[f64], low: f64, high: f64) -> Option<Vec<f64>> {
    if sizes.iter().sum::<f64>() > high - low {
        return None;
    }
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    let offsets = offsets(&order, sizes);
    let free: Vec<f64> = order
        .iter()
        .zip(&offsets)
        .map(|(&i, offset)| wanted[i] - offset)
        .collect();
    let Some(last) = order.last() else {
        return Some(Vec::new());
    };
    let least = low + sizes[order[0]] / 2.0;
    let greatest = high - sizes[*last] / 2.0 - offsets.last()?;
    let mut centres = vec![0.0; wanted.len()];
    for ((&index, offset), place) in order.iter().zip(&offsets).zip(isotonic(&free)) {
        centres[index] = place.max(least).min(greatest) + offset;
    }
    Some(centres)
}

/// Distance of each label's centre from the first one's when all touch.
fn offsets(order: &[usize], sizes: &[f64]) -> Vec<f64> {
    let mut offset = 0.0;
    let steps = order
        .windows(2)
        .map(|pair| f64::midpoint(sizes[pair[0]], sizes[pair[1]]));
    let later = steps.map(|step| {
        offset += step;
        offset
    });
    std::iter::once(0.0).chain(later).collect()
}

/// The nearest sequence that never falls.
fn isotonic(values: &[f64]) -> Vec<f64> {
    let mut blocks: Vec<(f64, usize)> = Vec::new(); // sum and length of each level stretch
    for &value in values {
        blocks.push((value, 1));
        while let [.., (a, m), (b, n)] = blocks[..]
            && a / m as f64 >= b / n as f64
        {
            blocks.truncate(blocks.len() - 2);
            blocks.push((a + b, m + n));
        }
    }
    blocks
        .iter()
        .flat_map(|&(sum, length)| std::iter::repeat_n(sum / length as f64, length))
        .collect()
}

#[cfg(test)]
mod tests {
    fn check(wanted: &[f64], high: f64, expect: Option<&[f64]>) {
        let sizes = vec![10.0; wanted.len()];
        assert_eq!(super::spread(wanted, &sizes, 0.0, high).as_deref(), expect);
    }

    #[test]
    fn labels_keep_their_distance() {
        check(&[20.0, 50.0], 100.0, Some(&[20.0, 50.0]));
        check(&[52.0, 50.0], 100.0, Some(&[56.0, 46.0]));
        check(&[50.0, 50.0, 80.0], 100.0, Some(&[45.0, 55.0, 80.0]));
        check(&[0.0, 0.0, 100.0], 100.0, Some(&[5.0, 15.0, 95.0]));
        check(&[99.0, 98.0, 97.0], 30.0, Some(&[25.0, 15.0, 5.0]));
        check(&[1.0, 2.0, 3.0, 4.0], 39.0, None);
        check(&[], 39.0, Some(&[]));
    }
}
