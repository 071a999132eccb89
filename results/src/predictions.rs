//! What the predicted classes of test images tell beyond their share of hits.

use crate::kinds::trained::Trained;

/// The predicted class of each test image: a row for each true class, in the order of the classes.
#[derive(Debug, Clone, Copy)]
pub struct Predictions<'a>(&'a [Vec<u64>]);

/// Images of one class that were taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confusion {
    /// The number of the true class, from 0.
    pub class: usize,
    /// The number of the class that was predicted.
    pub taken_for: usize,
    /// How many images.
    pub images: usize,
}

impl Trained {
    /// The predictions of the test images, where they are kept.
    pub fn predictions(&self) -> Option<Predictions<'_>> {
        let rows = self.test.as_ref()?.predictions.as_ref()?;
        Some(Predictions(rows))
    }
}

impl<'a> Predictions<'a> {
    /// Images of each class.
    pub fn images(self) -> impl Iterator<Item = usize> + 'a {
        self.0.iter().map(Vec::len)
    }

    /// The share of hits among the images of each class; `None` of a class without images.
    pub fn accuracies(self) -> impl Iterator<Item = Option<f64>> + 'a {
        self.0.iter().enumerate().map(|(class, row)| {
            let hits = row.iter().filter(|&&it| it == class as u64).count();
            (!row.is_empty()).then(|| hits as f64 / row.len() as f64)
        })
    }

    /// The mean of [`Self::accuracies`]: every class counts the same, however many images it has.
    pub fn mean_per_class(self) -> Option<f64> {
        let accuracies: Vec<f64> = self.accuracies().flatten().collect();
        let sum: f64 = accuracies.iter().sum();
        (!accuracies.is_empty()).then(|| sum / accuracies.len() as f64)
    }

    /// What was taken for what, the most frequent first; equals in the order of the classes.
    pub fn confusions(self) -> Vec<Confusion> {
        let mut found = Vec::new();
        for (class, row) in self.0.iter().enumerate() {
            let mut counts = vec![0; self.0.len()];
            for &predicted in row {
                counts[predicted as usize] += 1;
            }
            counts[class] = 0;
            let taken = counts
                .into_iter()
                .enumerate()
                .filter(|(_, images)| *images > 0);
            found.extend(taken.map(|(taken_for, images)| Confusion {
                class,
                taken_for,
                images,
            }));
        }
        found.sort_by_key(|confusion| std::cmp::Reverse(confusion.images));
        found
    }

    /// One if an image is classified correctly and zero if not, image by image, class by class.
    pub fn hits(self) -> Vec<f64> {
        let of_class = |(class, row): (usize, &'a Vec<u64>)| {
            row.iter().map(move |&it| f64::from(it == class as u64))
        };
        self.0.iter().enumerate().flat_map(of_class).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of class 0 three of four are right, of class 2 one of three, class 1 has no images.
    const ROWS: [&[u64]; 3] = [&[0, 2, 0, 0], &[], &[1, 2, 1]];

    fn check(test: impl FnOnce(Predictions)) {
        let rows = ROWS.map(<[u64]>::to_vec);
        test(Predictions(&rows));
    }

    #[test]
    fn each_class_counts_the_same() {
        check(|predictions| {
            let accuracies: Vec<_> = predictions.accuracies().collect();
            assert_eq!(accuracies, [Some(0.75), None, Some(1.0 / 3.0)]);
            let mean = predictions.mean_per_class().unwrap();
            assert!((mean - 13.0 / 24.0).abs() < 1e-12, "{mean}");
            assert!(predictions.images().eq([4, 0, 3]));
        });
        assert_eq!(Predictions(&[]).mean_per_class(), None);
    }

    #[test]
    fn confusions_by_frequency() {
        let confusion = |class, taken_for, images| Confusion {
            class,
            taken_for,
            images,
        };
        check(|predictions| {
            let expected = [confusion(2, 1, 2), confusion(0, 2, 1)];
            assert_eq!(predictions.confusions(), expected);
        });
    }

    #[test]
    fn hits_image_by_image() {
        check(|predictions| {
            assert_eq!(predictions.hits(), [1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0]);
        });
    }
}
