//! All tests: the native half, then the browser half.
//!
//! Each half is compiled with one choice of features: where cargo is asked for a few targets it is
//! given the same packages as for all, since it would compile what they share again otherwise.

use std::env;

use anyhow::Result;
use cargo_metadata::Metadata;
use clap::Args;

use crate::command::Cmd;
use crate::steps::Steps;
use crate::wasm::{BrowserTests, Place};
use crate::{web_servers, workspace};

#[derive(Args)]
pub(crate) struct Options {
    /// Runs the native half alone
    #[arg(long, conflicts_with = "browser_only")]
    native_only: bool,
    /// Runs the browser half alone
    #[arg(long)]
    browser_only: bool,
}

/// Tests against real servers.
const WITH_SERVERS: &[&str] = &["webdav_servers", "fire"];

/// Tests that run in a browser's window and then in a dedicated worker: all targets of these names in the
/// portable packages.
const IN_WINDOW_AND_WORKER: &[&str] = &[
    "portable",
    // core-async
    "bad_use",
    "contracts",
    "differential",
    "place",
    "public_names",
    "send_sync",
    // core-metadata
    "it",
    // core-library
    "music",
    // core-providers
    "webdav",
    // core-sync
    "beside",
    "counted",
    "discs",
    "disk",
    "duplicates",
    "enrichment",
    "feed",
    "flow",
    "found",
    "identity",
    "touched",
    "unseen",
    "vanished",
];

/// Tests of what there is in one kind of place, which they choose themselves.
const IN_ONE_PLACE: &[&str] = &["opfs", "shared_worker"];

/// The package of native tests that drive pages in a browser.
const OF_PAGES: &str = "music-core-page-tests";

pub(crate) fn run(options: &Options) -> Result<()> {
    let mut steps = Steps::default();
    if !options.browser_only {
        run_natively(&mut steps)?;
    }
    if !options.native_only {
        run_in_browser(&mut steps)?;
    }
    Ok(())
}

fn run_natively(steps: &mut Steps) -> Result<()> {
    steps.run("compiling the native tests", || {
        workspace_tests().arg("--no-run").run()
    })?;
    steps.run("native tests", || workspace_tests().run())?;
    let programs = steps.run("getting WebDAV servers", || Ok(web_servers::prepare()))?;
    match programs {
        Ok(programs) => steps.run("tests against WebDAV servers", || {
            workspace_tests()
                .args(["--features", "music-core-tests/web-servers"])
                .args(tests_named(WITH_SERVERS))
                .env(web_servers::PROGRAMS, programs)
                .run()
        }),
        Err(error) => {
            eprintln!("SKIPPED: the tests against real WebDAV servers: {error:#}");
            Ok(())
        }
    }
}

fn run_in_browser(steps: &mut Steps) -> Result<()> {
    let tests = steps.run("getting a compiler and a browser", BrowserTests::prepare)?;
    let everywhere = || tests.cargo_test().args(tests_named(IN_WINDOW_AND_WORKER));
    let all = || everywhere().args(tests_named(IN_ONE_PLACE));
    steps.run("compiling the browser tests", || {
        all().arg("--no-run").run()
    })?;
    steps.run("browser tests, in windows", || {
        is_in(&tests, Place::Window)?;
        all().env(Place::Window.variable(), "1").run()
    })?;
    steps.run("browser tests, in dedicated workers", || {
        is_in(&tests, Place::Worker)?;
        everywhere().env(Place::Worker.variable(), "1").run()
    })?;
    steps.run("browser tests of JSPI", || {
        tests
            .cargo_test()
            .args(["--features", "core-async/jspi", "--test", "jspi"])
            .run()
    })?;
    let metadata = workspace::metadata()?;
    let of_pages = tests_of(&metadata, OF_PAGES);
    let programs = steps.run("getting WebDAV servers", || Ok(web_servers::prepare()))?;
    if let Err(error) = &programs {
        eprintln!("SKIPPED: a page that reads real WebDAV servers: {error:#}");
    }
    let programs = programs.ok().map(|it| (web_servers::PROGRAMS, it));
    steps.run("tests that drive pages", || {
        workspace_tests()
            .envs(programs)
            .args(["--features", &format!("{OF_PAGES}/browser")])
            .args(tests_named(&of_pages))
            .envs(tests.page_vars()?)
            .env("XTASK", env::current_exe()?)
            .run()
    })
}

/// Looks whether the runner puts tests where it is told to.
fn is_in(tests: &BrowserTests, place: Place) -> Result<()> {
    tests
        .cargo_test()
        .args(["--test", "place", "--", "--include-ignored", place.test()])
        .env(place.variable(), "1")
        .run()
}

fn workspace_tests() -> Cmd {
    Cmd::cargo()
        .args(["test", "--workspace"])
        .current_dir(&workspace::root())
}

/// Names the test targets of a package.
fn tests_of<'a>(metadata: &'a Metadata, package: &str) -> Vec<&'a str> {
    let packages = metadata.packages.iter().filter(|it| it.name == package);
    let tests = packages.flat_map(|it| it.targets.iter().filter(|it| it.is_test()));
    tests.map(|it| it.name.as_str()).collect()
}

fn tests_named<'a>(names: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    names.iter().flat_map(|name| ["--test", name])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;
    use crate::wasm;

    #[test]
    fn a_name_chooses_the_tests_of_one_package_alone() {
        let metadata = workspace::metadata().unwrap();
        let of_pages = tests_of(&metadata, OF_PAGES);
        assert!(!of_pages.is_empty());
        for name in of_pages.iter().chain(WITH_SERVERS) {
            let packages = metadata.workspace_packages();
            let owners = packages
                .iter()
                .filter(|it| tests_of(&metadata, &it.name).contains(name));
            let owners: Vec<_> = owners.map(|it| it.name.as_str()).collect();
            assert_eq!(owners.len(), 1, "{name} is a test of {owners:?}");
        }
    }

    #[test]
    fn every_test_of_a_portable_package_runs_in_a_browser_or_says_that_it_does_not() {
        let metadata = workspace::metadata().unwrap();
        let packages = metadata.workspace_packages();
        let portable: Vec<_> = wasm::portable_packages().collect();
        let tests = packages
            .iter()
            .filter(|it| portable.contains(&it.name.as_str()))
            .flat_map(|it| it.targets.iter().filter(|it| it.is_test()));
        let (mut everywhere, mut in_one_place) = (vec![], vec![]);
        for test in tests {
            let source = fs::read_to_string(&test.src_path).unwrap();
            let has = |line: &str| source.lines().any(|it| it == line);
            if has(r#"#![cfg(not(target_arch = "wasm32"))]"#) || has("#![cfg(unix)]") {
                continue;
            }
            let chooses = source.contains("wasm_bindgen_test_configure!");
            let list = if chooses {
                &mut in_one_place
            } else {
                &mut everywhere
            };
            list.push(test.name.as_str());
        }
        // It needs a feature, and runs by itself.
        in_one_place.retain(|it| *it != "jspi");
        for (found, named) in [
            (everywhere, IN_WINDOW_AND_WORKER),
            (in_one_place, IN_ONE_PLACE),
        ] {
            let (found, named) = (BTreeSet::from_iter(found), named.iter().copied().collect());
            assert_eq!(found, named);
        }
    }
}
