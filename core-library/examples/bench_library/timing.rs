//! Samples and what is said of them.

use std::io::Write;
use std::time::{Duration, Instant};

/// When something began: by the clock, and on Linux by what this process had of the processors, which a
/// busy machine disturbs less.
#[derive(Clone, Copy)]
pub(crate) struct Began {
    at: Instant,
    processor: Option<Duration>,
}

impl Began {
    pub(crate) fn now() -> Self {
        Self {
            processor: processor_time(),
            at: Instant::now(),
        }
    }
}

/// What was measured of one thing, in ms.
pub(crate) struct Figure {
    name: String,
    ours: Vec<(f64, String)>,
    peer: Vec<f64>,
    ours_processor: Vec<f64>,
    peer_processor: Vec<f64>,
}

impl Figure {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ours: Vec::new(),
            peer: Vec::new(),
            ours_processor: Vec::new(),
            peer_processor: Vec::new(),
        }
    }

    /// Notes a sample of ours, and what was asked for.
    pub(crate) fn ours(&mut self, began: Began, what: &str) {
        self.ours.push((ms(began.at), what.to_owned()));
        self.ours_processor.extend(processor_ms(began));
    }

    /// Notes a sample of the peer.
    pub(crate) fn peer(&mut self, began: Began) {
        self.peer.push(ms(began.at));
        self.peer_processor.extend(processor_ms(began));
    }

    pub(crate) fn print(&self, tracks: usize) -> crate::Result<()> {
        let mut ours = self.ours.clone();
        ours.sort_by(|left, right| left.0.total_cmp(&right.0));
        let times: Vec<f64> = ours.iter().map(|it| it.0).collect();
        let slowest = ours.last().map_or("", |it| it.1.as_str());
        let (p50, p95, max) = (at(&times, 50), at(&times, 95), at(&times, 100));
        let mut more = String::new();
        for (name, samples) in [
            ("peer", &self.peer),
            ("processor", &self.ours_processor),
            ("peer_processor", &self.peer_processor),
        ] {
            let mut samples = samples.clone();
            samples.sort_by(f64::total_cmp);
            if !samples.is_empty() {
                let (p50, p95) = (at(&samples, 50), at(&samples, 95));
                more.push_str(&format!(
                    r#","{name}_p50_ms":{p50:.2},"{name}_p95_ms":{p95:.2}"#
                ));
            }
        }
        writeln!(
            std::io::stdout(),
            r#"{{"bench":"library_{}","tracks":{tracks},"samples":{},"p50_ms":{p50:.2},"p95_ms":{p95:.2},"max_ms":{max:.2},"slowest":"{slowest}"{more}}}"#,
            self.name,
            times.len(),
        )?;
        Ok(())
    }
}

/// Prints a figure of one value.
pub(crate) fn print_value(name: &str, tracks: usize, value: f64, unit: &str) -> crate::Result<()> {
    writeln!(
        std::io::stdout(),
        r#"{{"bench":"library_{name}","tracks":{tracks},"{unit}":{value:.2}}}"#
    )?;
    Ok(())
}

/// Tells how long the threads of this process ran since.
fn processor_ms(began: Began) -> Option<f64> {
    let ran = processor_time()?.checked_sub(began.processor?)?;
    Some(ran.as_secs_f64() * 1e3)
}

fn processor_time() -> Option<Duration> {
    let mut ran = Duration::ZERO;
    for thread in std::fs::read_dir("/proc/self/task").ok()? {
        let spent = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        ran += Duration::from_nanos(spent.split(' ').next()?.parse().ok()?);
    }
    Some(ran)
}

fn ms(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

/// Gives the sample that this share of sorted samples does not exceed.
fn at(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(f64::NAN)
}
