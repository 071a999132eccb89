//! The CSV of a training log, and the report of `fit` on it: no number of it is NaN or infinite.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mdbook_measured::topics::optimus::command_line::{FitArguments, LogColumns, fit_log};

fuzz_target!(|log: &[u8]| {
    let arguments = |drops: &[f64]| FitArguments {
        columns: LogColumns {
            log: "log.csv".into(),
            step: "step".to_owned(),
            loss: "loss".to_owned(),
            drops: drops.to_vec(),
            replace_outliers: drops.is_empty(),
            separator: None,
            decimal: None,
        },
        refits: 20,
        json: false,
    };
    for drops in [&[][..], &[5.0]] {
        let arguments = arguments(drops);
        let mut report = Vec::new();
        if let Ok(read) = arguments.columns.read_from(log)
            && fit_log(&read, &arguments, &mut report).is_ok()
        {
            let report = String::from_utf8_lossy(&report);
            assert!(
                !report.contains("NaN") && !report.contains("inf"),
                "{report}"
            );
        }
    }
});
