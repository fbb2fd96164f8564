//! Samples and what is said of them.

use std::io::Write;
use std::time::Instant;

/// What was measured of one thing, in ms.
pub(crate) struct Figure {
    name: String,
    ours: Vec<(f64, String)>,
    peer: Vec<f64>,
}

impl Figure {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ours: Vec::new(),
            peer: Vec::new(),
        }
    }

    /// Notes a sample of ours, and what was asked for.
    pub(crate) fn ours(&mut self, began: Instant, what: &str) {
        self.ours.push((ms(began), what.to_owned()));
    }

    /// Notes a sample of the peer.
    pub(crate) fn peer(&mut self, began: Instant) {
        self.peer.push(ms(began));
    }

    pub(crate) fn print(&self, tracks: usize) -> crate::Result<()> {
        let mut ours = self.ours.clone();
        ours.sort_by(|left, right| left.0.total_cmp(&right.0));
        let times: Vec<f64> = ours.iter().map(|it| it.0).collect();
        let mut peer = self.peer.clone();
        peer.sort_by(f64::total_cmp);
        let slowest = ours.last().map_or("", |it| it.1.as_str());
        let (p50, p95, max) = (at(&times, 50), at(&times, 95), at(&times, 100));
        let peers = match peer.is_empty() {
            true => String::new(),
            false => format!(
                r#","peer_p50_ms":{:.2},"peer_p95_ms":{:.2}"#,
                at(&peer, 50),
                at(&peer, 95)
            ),
        };
        writeln!(
            std::io::stdout(),
            r#"{{"bench":"library_{}","tracks":{tracks},"samples":{},"p50_ms":{p50:.2},"p95_ms":{p95:.2},"max_ms":{max:.2},"slowest":"{slowest}"{peers}}}"#,
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

fn ms(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

/// Gives the sample that this share of sorted samples does not exceed.
fn at(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(f64::NAN)
}
