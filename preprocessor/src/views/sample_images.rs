//! Sample images of a data set, side by side.

use super::shown::Shown;
use super::{Awaited, Figure};
use crate::catalogue::Facts;
use crate::evidence::SourceId;
use schemars::JsonSchema;
use serde::Deserialize;

/// The view's arguments.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// The name in `[preprocessor.measured.samples]`.
    data_set: String,
}

/// The images as they are; without the data folder, what to do to see them.
pub(super) fn figure(arguments: &Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let name = &arguments.data_set;
    let samples = facts.samples.iter().find(|samples| samples.name == *name).ok_or_else(|| {
        format!("no samples are named `{name}`; hint: `[preprocessor.measured.samples.{name}]` in book.toml")
    })?;
    let content = match samples.images.is_empty() {
        true => Figure::Pending(Awaited::source(SourceId::Images(name.clone()))),
        false => Figure::Images {
            images: samples
                .images
                .iter()
                .zip(1..)
                .map(|(image, number)| {
                    // A name of our own: the file's may hold anything.
                    let path = format!("samples/{name}/{number}.{}", image.extension);
                    let description = format!("Class {}, {}", image.class, image.file);
                    (path, description, image.content.clone())
                })
                .collect(),
        },
    };
    Ok(Shown::new(content, Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{SampleImage, Samples};

    fn facts(images: Vec<SampleImage>) -> Facts {
        Facts {
            samples: vec![Samples {
                name: "flowers".into(),
                images,
                remedy: "name the data folder".into(),
            }],
            ..Facts::default()
        }
    }

    fn view(data_set: &str, facts: &Facts) -> Result<Figure, String> {
        let arguments = Arguments {
            data_set: data_set.into(),
        };
        figure(&arguments, facts).map(|shown| shown.content)
    }

    #[test]
    fn images_without_the_data_folder_are_pending() {
        let Ok(Figure::Pending(awaited)) = view("flowers", &facts(Vec::new())) else {
            panic!("expected a pending figure");
        };
        assert_eq!(awaited.to_markdown(None), "1 set of images: `flowers`");
        assert!(
            view("birds", &facts(Vec::new()))
                .unwrap_err()
                .starts_with("no samples are named `birds`")
        );
    }

    #[test]
    fn images_are_published_under_numbers_and_described_by_their_names() {
        let image = SampleImage {
            class: "051".into(),
            file: "../<b>.jpg".into(),
            extension: "jpg",
            content: vec![1, 2],
        };
        let Ok(Figure::Images { images }) = view("flowers", &facts(vec![image])) else {
            panic!("expected images");
        };
        let expected = ("samples/flowers/1.jpg", "Class 051, ../<b>.jpg");
        assert_eq!((images[0].0.as_str(), images[0].1.as_str()), expected);
    }
}
