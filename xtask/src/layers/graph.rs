//! The dependency graph, and what is wrong with it.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fs;
use std::path::Path;

use cargo_metadata::{DependencyKind, Metadata};

use super::Violation;
use super::rules::{GATES, LAYERS, Layer};

/// Who depends on whom, by name.
#[derive(Debug, Default)]
pub(super) struct Graph {
    packages: BTreeMap<String, Package>,
}

#[derive(Debug, Default)]
struct Package {
    is_member: bool,
    /// Build dependencies too: what they name, the package needs.
    normal: BTreeSet<String>,
    dev: BTreeSet<String>,
}

impl Graph {
    pub(super) fn from_metadata(metadata: &Metadata) -> Self {
        let names: HashMap<_, _> = metadata
            .packages
            .iter()
            .map(|it| (&it.id, it.name.to_string()))
            .collect();
        let mut graph = Self::default();
        for name in names.values() {
            graph.package(name);
        }
        for member in metadata.workspace_packages() {
            graph.package(&member.name).is_member = true;
        }
        let nodes = metadata.resolve.iter().flat_map(|it| &it.nodes);
        for node in nodes {
            for dependency in &node.deps {
                let to = names[&dependency.pkg].clone();
                let from = graph.package(&names[&node.id]);
                for kind in &dependency.dep_kinds {
                    match kind.kind {
                        DependencyKind::Development => from.dev.insert(to.clone()),
                        _ => from.normal.insert(to.clone()),
                    };
                }
            }
        }
        graph
    }

    pub(super) fn members(&self) -> impl Iterator<Item = &str> {
        let members = self.packages.iter().filter(|(_, it)| it.is_member);
        members.map(|(name, _)| &**name)
    }

    fn package(&mut self, name: &str) -> &mut Package {
        self.packages.entry(name.to_owned()).or_default()
    }
}

/// Checks every package of the workspace. `locate` finds the file and line where a package names a
/// dependency.
pub(super) fn check(
    graph: &Graph,
    locate: impl Fn(&str, &str) -> (String, usize),
) -> Vec<Violation> {
    let mut violations = Vec::new();
    for member in graph.members() {
        let mut report = |dependency: &str, message: String| {
            let (file, line) = locate(member, dependency);
            violations.push(Violation {
                file,
                line,
                message,
            });
        };
        let Some(layer) = LAYERS.iter().find(|it| it.package == member) else {
            report(
                "",
                format!("{member} has no layer: add it to xtask/src/layers/rules.rs"),
            );
            continue;
        };
        check_direction(graph, layer, &mut report);
        check_gates(graph, member, &mut report);
    }
    violations
}

fn check_direction(graph: &Graph, layer: &Layer, report: &mut impl FnMut(&str, String)) {
    let package = &graph.packages[layer.package];
    let is_ours = |name: &&String| graph.packages[&***name].is_member;
    for name in package.normal.iter().filter(is_ours) {
        if !layer.may_use.contains(&&**name) {
            report(name, format!("{} may not depend on {name}", layer.package));
        }
    }
    let of_others = package.dev.iter().filter(|it| **it != layer.package);
    for name in of_others.filter(is_ours) {
        if !layer.may_use.contains(&&**name) && !layer.tests_may_use.contains(&&**name) {
            report(
                name,
                format!("{}'s tests may not depend on {name}", layer.package),
            );
        }
    }
}

fn check_gates(graph: &Graph, member: &str, report: &mut impl FnMut(&str, String)) {
    if member == "xtask" {
        return;
    }
    for gate in GATES.iter().filter(|it| !it.keepers.contains(&member)) {
        let package = &graph.packages[member];
        for name in package
            .dev
            .iter()
            .filter(|it| gate.packages.contains(&&***it))
        {
            report(
                name,
                format!("{member}'s tests may not name {name}: {}", gate.reason),
            );
        }
        for path in paths_to(graph, member, gate.packages, gate.keepers) {
            let is_named = path.len() == 2;
            if is_named || gate.is_transitive {
                let chain = path.join(" → ");
                report(&path[1], format!("{chain}: {}", gate.reason));
            }
        }
    }
}

/// Finds a shortest chain of normal dependencies from `from` to each of `goals`, not through
/// `keepers`.
fn paths_to(graph: &Graph, from: &str, goals: &[&str], keepers: &[&str]) -> Vec<Vec<String>> {
    let mut came_from = BTreeMap::from([(from, from)]);
    let mut queue = VecDeque::from([from]);
    let mut paths = Vec::new();
    while let Some(name) = queue.pop_front() {
        if goals.contains(&name) {
            let mut path = vec![name.to_owned()];
            let mut at = name;
            while at != from {
                at = came_from[at];
                path.push(at.to_owned());
            }
            path.reverse();
            paths.push(path);
            continue;
        }
        for next in &graph.packages[name].normal {
            if !keepers.contains(&&**next) && !came_from.contains_key(&**next) {
                came_from.insert(next, name);
                queue.push_back(next);
            }
        }
    }
    paths
}

/// Finds the line of a package's manifest that names a dependency; line 1 if none does.
pub(super) fn manifest_line(root: &Path, package: &str, dependency: &str) -> (String, usize) {
    let folder = match package {
        "bridge-traits-macros" => "bridge-traits/macros",
        "core-async-macros" => "core-async/macros",
        "bridge-wasm-benches" => "bridge-wasm/benches",
        "core-async-benches" => "core-async/benches",
        "core-sync-benches" => "core-sync/benches",
        "music-core-tests" => "tests",
        other => other,
    };
    let file = format!("{folder}/Cargo.toml");
    let text = fs::read_to_string(root.join(&file)).unwrap_or_default();
    let names = |line: &str| {
        let rest = line.trim_start().strip_prefix(dependency);
        rest.is_some_and(|it| it.starts_with(['.', ' ', '=']))
    };
    let line = text.lines().position(names).map_or(1, |it| it + 1);
    (file, line)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a graph from lines like `a -> b c` and `a dev-> d`; names of [`LAYERS`] are members.
    fn graph(text: &str) -> Graph {
        let mut graph = Graph::default();
        for line in text.lines().map(str::trim).filter(|it| !it.is_empty()) {
            let (left, right) = line.split_once("-> ").unwrap();
            let (from, is_dev) = match left.trim().strip_suffix(" dev") {
                Some(name) => (name, true),
                None => (left.trim(), false),
            };
            for to in right.split_whitespace() {
                graph.package(to);
                let package = graph.package(from);
                let set = if is_dev {
                    &mut package.dev
                } else {
                    &mut package.normal
                };
                set.insert(to.to_owned());
            }
        }
        for (name, package) in &mut graph.packages {
            package.is_member = LAYERS.iter().any(|it| it.package == name) || name == "stranger";
        }
        graph
    }

    #[track_caller]
    fn assert_violations(text: &str, expected: &[&str]) {
        let violations = check(&graph(text), |package, _| (package.to_owned(), 1));
        let messages: Vec<_> = violations.iter().map(|it| &*it.message).collect();
        assert_eq!(messages, expected);
    }

    #[test]
    fn the_layers_as_drawn_are_fine() {
        assert_violations(
            "core-sync -> core-library core-metadata core-runtime serde
             core-sync dev-> bridge-native
             core-library -> bridge-traits core-async
             core-async -> bridge-traits tokio
             core-service -> core-sync bridge-native bridge-wasm
             bridge-native -> tokio sqlx core-async
             bridge-wasm -> web-sys bridge-traits",
            &[],
        );
    }

    #[test]
    fn upward_and_sideways_are_refused() {
        assert_violations(
            "core-library -> core-sync",
            &["core-library may not depend on core-sync"],
        );
        assert_violations(
            "core-library -> core-metadata",
            &["core-library may not depend on core-metadata"],
        );
        assert_violations(
            "core-sync -> bridge-native",
            &["core-sync may not depend on bridge-native"],
        );
        assert_violations(
            "core-metadata dev-> core-library",
            &["core-metadata's tests may not depend on core-library"],
        );
    }

    #[test]
    fn a_package_without_a_layer_is_refused() {
        assert_violations(
            "stranger -> core-sync",
            &["stranger has no layer: add it to xtask/src/layers/rules.rs"],
        );
    }

    #[test]
    fn a_runtime_may_not_come_in_through_another_package() {
        assert_violations(
            "core-library -> handy
             handy -> handier
             handier -> tokio",
            &["core-library → handy → handier → tokio: core-async is the one async API"],
        );
        assert_violations(
            "core-library dev-> tokio",
            &["core-library's tests may not name tokio: core-async is the one async API"],
        );
    }

    #[test]
    fn a_portable_package_may_use_the_browser_but_ours_may_not() {
        assert_violations("core-library -> uuid\n uuid -> js-sys", &[]);
        assert_violations(
            "core-library -> js-sys",
            &["core-library → js-sys: the browser is behind core-async and bridge-wasm"],
        );
    }

    #[test]
    fn tests_may_name_their_own_package() {
        assert_violations("core-async dev-> core-async", &[]);
    }

    #[test]
    fn what_is_reached_through_a_keeper_is_fine() {
        assert_violations("core-library -> core-async\n core-async -> tokio", &[]);
        // A test's own dependencies may bring what they like.
        assert_violations("core-library dev-> harness\n harness -> tokio", &[]);
    }

    #[test]
    fn the_table_has_no_cycle() {
        let mut below: Vec<&str> = Vec::new();
        for layer in LAYERS {
            for used in layer.may_use {
                assert!(
                    below.contains(used),
                    "{} is used by {} above it",
                    used,
                    layer.package
                );
            }
            below.push(layer.package);
        }
    }
}
