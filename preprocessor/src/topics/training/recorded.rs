//! What the record of a training run holds.

use crate::catalogue::RunFacts;
use results::{EpochRow, Trained, TrainingConfiguration};

/// What was chosen before the run, as it was recorded; as it is planned where there is no record. Nothing where it does
/// not train.
pub(crate) fn configuration(run: &RunFacts) -> Option<&TrainingConfiguration> {
    let recorded = run.record.as_ref().map(|(_, record)| &record.configuration);
    recorded.unwrap_or(&run.planned.configuration).as_training()
}

/// What the run measured; nothing without a record, or where it does not train.
pub(crate) fn trained(run: &RunFacts) -> Option<&Trained> {
    let (_, record) = run.record.as_ref()?;
    record.measured.as_trained()
}

/// The epochs that it finished.
pub(crate) fn epochs(run: &RunFacts) -> &[EpochRow] {
    trained(run).map_or(&[], |trained| &trained.epochs)
}
