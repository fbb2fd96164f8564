//! The real program, killed again and again while it syncs from a real server over a bad network.
//!
//! `cargo xtask fire --kills 500` runs this with more kills; a seed runs the same rounds again, as
//! far as the machine's timing lets them be the same.

mod burner;
mod disk;
mod music;
mod resume;

use burner::Burner;

fn number(name: &str, otherwise: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name} is no number: {text}")),
        Err(_) => otherwise,
    }
}

#[test]
fn no_kill_and_no_fault_makes_the_library_differ_from_the_server() {
    let kills = number("FIRE_KILLS", 20);
    let seed = number("FIRE_SEED", 1);
    let mut burner = Burner::new(seed);
    while burner.report().kills < kills {
        burner.round();
        if std::env::var_os("FIRE_KILLS").is_some() {
            eprintln!("{}", burner.report().progress());
        }
    }
    burner.finish();
    let report = burner.report();
    eprintln!("{}", report.json(seed));
    assert!(report.faults_injected() > 0, "the network was never bad");
}
