//! `examples/benchmark`: a report of one's own measurements, without a topic.

use mdbook_measured::chapters::contract::Renderer;
use mdbook_measured::chapters::{Chapter, Filled, fill_book};
use mdbook_measured::project::Project;
use mdbook_preprocessor::config::Config;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/benchmark")
}

fn fill(renderer: Renderer) -> Filled {
    let config = Config::from_disk(root().join("book.toml")).expect("its book.toml is sound");
    let known = Project::of(root(), &config)
        .expect("its settings are sound")
        .read();
    let known = known.unwrap_or_else(|faults| panic!("{faults:?}"));
    let chapters = ["sorting.md", "evidence.md", "references.md"].map(|path| Chapter {
        path: path.to_owned(),
        file: format!("book/{path}"),
        source: fs::read_to_string(root().join("book").join(path)).expect("the chapter is there"),
    });
    fill_book(&chapters, known.facts, &known.bibliography, renderer)
}

/// Nor has it a shortcoming: strict mode builds it.
#[test]
fn it_builds_without_a_fault() {
    for renderer in [Renderer::Html, Renderer::Pdf] {
        let filled = fill(renderer);
        let faults: Vec<_> = [&filled.faults, &filled.shortcomings, &filled.absences]
            .into_iter()
            .flatten()
            .map(ToString::to_string)
            .collect();
        assert_eq!(faults, [""; 0]);
        let text = &filled.chapters["sorting.md"];
        for id in ["fig-growth", "fig-types", "tbl-times", "eq-comparisons"] {
            assert!(text.contains(&format!("id=\"{id}\"")), "no `{id}`");
        }
        let evidence = &filled.chapters["evidence.md"];
        assert!(evidence.contains("data/times.csv"), "no source");
    }
}
