//! The simulator as a program; `cargo xtask sim` runs it.

use std::io::Write;
use std::process::ExitCode;
use std::thread;

use clap::Parser;
use core_sync::mutants::{self, Mutant};
use music_core_sim::{Report, Tally, hunt, replay, run};
use serde_json::json;

/// Simulates syncs that go wrong in every way, and checks that nothing is lost.
#[derive(Parser)]
#[command(name = "sim")]
struct Options {
    /// How many seeds are tried, each twice
    #[arg(long, default_value_t = 2_000)]
    seeds: u64,
    /// The first of the seeds; alone, this one is told step by step
    #[arg(long)]
    seed: Option<u64>,
    /// Seeds known defects into the engine, and tells how soon each is noticed
    #[arg(long)]
    mutants: bool,
    /// With --mutants: only this one; may be given several times. With --seed alone: the story is told
    /// with this defect in the engine
    #[arg(long)]
    only: Vec<String>,
    /// Writes one JSON line a result
    #[arg(long)]
    json: bool,
    /// How many threads share the seeds; as many as there are processors by default
    #[arg(long)]
    threads: Option<u64>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let seeds_given = std::env::args().any(|it| it.starts_with("--seeds"));
    let good = match (options.mutants, options.seed) {
        (true, _) => hunt_all(&options),
        (false, Some(seed)) if !seeds_given => tell(seed, &options),
        (false, _) => try_all(&options),
    };
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn say(line: impl std::fmt::Display) {
    // Whoever closed the pipe does not want to know.
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn tell(seed: u64, options: &Options) -> bool {
    let mutant = chosen(options).next().filter(|_| !options.only.is_empty());
    let story = || run(seed, true);
    let Report {
        trace,
        lines,
        violations,
        ..
    } = match mutant {
        Some(mutant) => mutants::with(mutant, story),
        None => story(),
    };
    if options.json {
        say(
            json!({"seed": seed, "trace": format!("{trace:x}"), "violations": violations, "story": lines}),
        );
    } else {
        lines.iter().for_each(say);
        say(format!(
            "seed {seed}: trace {trace:x}, {} violations",
            violations.len()
        ));
    }
    violations.is_empty()
}

fn threads(options: &Options) -> u64 {
    options
        .threads
        .unwrap_or_else(|| thread::available_parallelism().map_or(1, |it| it.get() as u64))
        .max(1)
}

fn try_all(options: &Options) -> bool {
    let first = options.seed.unwrap_or(1);
    let count = threads(options);
    let parts: Vec<_> = (0..count)
        .map(|part| {
            let seeds = (first..first + options.seeds)
                .skip(part as usize)
                .step_by(count as usize);
            thread::spawn(move || replay(seeds))
        })
        .collect();
    let mut tally = Tally::default();
    for part in parts {
        tally.merge(part.join().expect("a simulation does not panic"));
    }
    tally.violations.sort_by_key(|it| it.seed);
    let good = tally.violations.is_empty() && tally.unequal.is_empty();
    let never: Vec<String> = tally.never_happened().iter().map(|it| it.name()).collect();
    let faults: serde_json::Map<_, _> = tally
        .faults
        .iter()
        .map(|(fault, count)| (fault.name(), json!(count)))
        .collect();
    if options.json {
        let violations: Vec<_> = tally
            .violations
            .iter()
            .map(|it| json!({"seed": it.seed, "violation": it.text, "replay": format!("cargo xtask sim --seed {}", it.seed)}))
            .collect();
        say(json!({
            "seeds": tally.seeds, "first_seed": first, "runs": tally.seeds * 2,
            "requests": tally.requests, "virtual_ms": tally.virtual_ms, "jobs": tally.jobs,
            "faults": faults, "faults_that_never_happened": never,
            "violations": violations, "unequal_traces": tally.unequal,
        }));
        return good;
    }
    say(format!(
        "{} seeds from {first}, each twice: {} requests, {} h of virtual time, jobs {:?}",
        tally.seeds,
        tally.requests,
        tally.virtual_ms / 3_600_000,
        tally.jobs
    ));
    for (fault, count) in &faults {
        say(format!("  {fault:<20} {count:>8}"));
    }
    if !never.is_empty() {
        say(format!("never happened: {}", never.join(", ")));
    }
    for violation in &tally.violations {
        say(format!(
            "seed {}: {}\n  replay: cargo xtask sim --seed {}",
            violation.seed, violation.text, violation.seed
        ));
    }
    for seed in &tally.unequal {
        say(format!("seed {seed} did not go the same way again"));
    }
    say(format!(
        "{} violations, {} unequal traces",
        tally.violations.len(),
        tally.unequal.len()
    ));
    good
}

/// The defects that were asked for.
fn chosen(options: &Options) -> impl Iterator<Item = Mutant> {
    let all = mutants::ALL.iter().copied();
    all.filter(|it| options.only.is_empty() || options.only.contains(&format!("{it:?}")))
}

fn hunt_all(options: &Options) -> bool {
    let first = options.seed.unwrap_or(1);
    let mut good = true;
    for mutant in chosen(options) {
        let found = hunt(mutant, first, options.seeds);
        good &= found.is_some();
        let line = match (&found, options.json) {
            (Some((seed, how)), true) => json!({
                "mutant": format!("{mutant:?}"), "caught": true,
                "seed": seed, "seeds": seed - first + 1, "how": how,
            })
            .to_string(),
            (None, true) => json!({
                "mutant": format!("{mutant:?}"), "caught": false, "seeds": options.seeds,
            })
            .to_string(),
            (Some((seed, how)), false) => {
                format!(
                    "{mutant:?}: noticed by seed {seed}, the {}th that was tried: {how}",
                    seed - first + 1
                )
            }
            (None, false) => format!("{mutant:?}: NOT NOTICED in {} seeds", options.seeds),
        };
        say(line);
    }
    good
}
