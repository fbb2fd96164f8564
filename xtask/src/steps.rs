//! The steps of a long task, and how long each took.

use std::time::{Duration, Instant};

use anyhow::Result;

/// Notes how long steps take, and says it at the end.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<(&'static str, Duration)>,
}

impl Steps {
    /// Runs one step.
    pub(crate) fn run<T>(
        &mut self,
        name: &'static str,
        step: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let started = Instant::now();
        let result = step();
        self.done.push((name, started.elapsed()));
        result
    }

    fn report(&self) -> String {
        let total = self.done.iter().map(|(_, took)| *took).sum();
        let rows = self.done.iter().copied().chain([("together", total)]);
        rows.map(|(name, took)| format!("{:>7}  {name}\n", minutes(took)))
            .collect()
    }
}

/// Says it also when a step has failed.
impl Drop for Steps {
    fn drop(&mut self) {
        if !self.done.is_empty() {
            eprint!("\nhow long it took, in minutes:\n{}", self.report());
        }
    }
}

fn minutes(time: Duration) -> String {
    let seconds = time.as_secs_f64().round() as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_a_row_and_so_has_the_sum() {
        let mut steps = Steps::default();
        for (name, seconds) in [("compile", 59.6), ("test", 3_601.0)] {
            steps.done.push((name, Duration::from_secs_f64(seconds)));
        }
        assert_eq!(
            steps.report(),
            "   1:00  compile\n  60:01  test\n  61:01  together\n"
        );
    }

    #[test]
    fn a_failed_step_is_counted_and_its_error_kept() {
        let mut steps = Steps::default();
        let result: Result<()> = steps.run("fails", || anyhow::bail!("as planned"));
        assert_eq!(result.unwrap_err().to_string(), "as planned");
        assert_eq!(steps.done.len(), 1);
        assert_eq!(steps.run("works", || Ok(3)).unwrap(), 3);
    }
}
