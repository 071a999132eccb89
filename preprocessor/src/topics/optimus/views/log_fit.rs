//! A training log with the model that is fitted to it.

use super::loss_fit::{MEASURED, places, steps_axis, whole_run};
use crate::catalogue::Facts;
use crate::topics::optimus::analysis::learning_rate_stages::StagedLossModel;
use crate::topics::optimus::analysis::steps::Step;
use crate::topics::optimus::quantities::logs::Logs;
use crate::topics::training::views::curve_axes::training_loss_axis;
use crate::views::Figure;
use crate::views::plot::{Key, Line, Plot, Points};
use crate::views::shown::{Shown, fixed, not_as_planned, pending};
use schemars::JsonSchema;
use serde::Deserialize;

/// The arguments of [`figure`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// As in `log_model.LOG`.
    log: String,
}

/// The logged points and the line of the model.
pub(crate) fn figure(arguments: &Arguments, facts: &Facts) -> Result<Shown<Figure>, String> {
    let logs: &Logs = facts.of_topic();
    let log = logs.log(&arguments.log)?;
    let prefix = format!("log_model.{}.beta", log.id);
    let inputs: Vec<_> = facts.catalogue.quantities(&prefix).cloned().collect();
    let Ok(fit) = &log.fit else {
        return Ok(Shown::new(pending(&inputs[0]), inputs));
    };
    let rmse = fit.model.goodness_of_fit(&fit.curve).rmse_nats;
    let points: Vec<_> = log.rows.iter().map(|row| (row.step, row.loss)).collect();
    let mut plot = Plot::new(
        &format!("Loss model of {}", log.title()),
        &format!(
            "Logged training loss of {} and its model, which misses the points by {} nats, root \
             mean square.",
            log.title(),
            fixed(rmse, 3)?
        ),
        steps_axis(fit.curve.last_step()),
        training_loss_axis(),
    )
    .with(Points::plain("logged", &points, MEASURED));
    let style = plot.style_of(whole_run());
    let first = fit.curve.points().next().map(|(step, _)| step);
    let model = StagedLossModel::whole_run(fit.model);
    for places in places(&model, first.unwrap_or(Step(0.0)), fit.curve.last_step()) {
        let line = places.iter().map(|step| (step.0, model.loss_at(*step)));
        let line = Line::new("model", line.collect::<Vec<_>>(), style);
        plot = plot.with(line.keyed(Key::Legend));
    }
    let note = not_as_planned(&inputs);
    Ok(Shown::new(Figure::plot(plot), inputs).noted(note))
}
