//! Checking and formatting a large repository, beside reading it: `cargo bench --bench files`.
//!
//! 10 000 files like those that people write (the right ones of `fixtures/corpus/`, over and over), `maquette check` with all
//! rules and `maquette fmt --check`, in turn with `cat` of the same files. Then one file by itself, all rules beside the
//! parser alone: of usual size, with a prompt of 1 MiB, and hostile ones at one size and at twice that, where a cost that
//! grows with the square would show. Medians and ratios: the machine may be noisy.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement that goes wrong stops by panicking, and prints what it measured"
)]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use maquette::check::{Targets, find};
use maquette::diagnostic::{Diagnostic, Severity};
use maquette::session::Session;
use maquette::source::{MemoryFiles, decode};
use maquette::syntax;

const FILES: usize = 10_000;
const ROUNDS: usize = 7;

/// What hostile files repeat: what rules compare with what came before.
const HOSTILE: [&str; 9] = [
    "NAME a\n",
    "META a 1\n",
    "PARAMETER top_k 1\n",
    "PARAMETER stop \"a\"\n",
    "# maquette: allow missing-from\n",
    "SYSTEM \"a\" b\n",
    "MESSAGE usr a\n",
    "sk-",
    "a\n",
];

fn main() {
    let corpus = corpus();
    repository(&corpus);
    single_files(&corpus);
    hostile_files();
}

/// The files of the corpus without an error.
fn corpus() -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for group in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/corpus")).unwrap() {
        let group = group.unwrap().path();
        if group.is_dir() {
            paths.extend(std::fs::read_dir(group).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "Modelfile"));
    paths.sort();
    let texts = paths.iter().map(|path| std::fs::read(path).unwrap());
    // Without a folder around it, and judged for Ollama, as plain Modelfiles are.
    texts.filter(|bytes| decode(bytes).malformed.is_empty() && passes(bytes)).collect()
}

fn passes(bytes: &[u8]) -> bool {
    checked(bytes).iter().all(|finding| find(finding.rule).is_some_and(|rule| rule.level != Severity::Error))
}

/// A file by itself, read, compiled and checked with all rules.
fn checked(bytes: &[u8]) -> Vec<Diagnostic> {
    let mut files = MemoryFiles::default();
    files.insert("a.Modelfile", bytes);
    let session = Session::load(&files, "".into(), &["a.Modelfile".into()]);
    session.check(&|_| Targets { open_webui: false, ollama: true })
}

fn repository(corpus: &[Vec<u8>]) {
    let folder = tempfile::tempdir().unwrap();
    for (number, text) in corpus.iter().cycle().take(FILES).enumerate() {
        let group = folder.path().join(format!("group-{}", number / 100));
        std::fs::create_dir_all(&group).unwrap();
        std::fs::write(group.join(format!("model-{number}.Modelfile")), text).unwrap();
    }
    // Formatted once, so that `fmt --check` has nothing to say.
    let _ = maquette(&["fmt", "."]).current_dir(folder.path()).output().unwrap();

    let programs: [(&str, Command); 4] = [
        ("cat", shell("find . -name '*.Modelfile' -print0 | xargs -0 cat")),
        ("check", maquette(&["check", "--target", "ollama", "--format", "concise", "--fail-on", "never", "."])),
        ("check, human", maquette(&["check", "--target", "ollama", "--fail-on", "never", "."])),
        ("fmt --check", maquette(&["fmt", "--check", "."])),
    ];
    let mut measured: Vec<Vec<Measured>> = vec![Vec::new(); programs.len()];
    for _ in 0..ROUNDS {
        for ((_, program), measured) in programs.iter().zip(&mut measured) {
            measured.push(measure(program, folder.path()));
        }
    }
    let cat = median(measured[0].iter().map(|one| one.time));
    println!("{FILES} files of {} different ones, median of {ROUNDS}", corpus.len());
    for ((name, _), measured) in programs.iter().zip(&measured) {
        let (time, cpu) = (median(measured.iter().map(|one| one.time)), median(measured.iter().map(|one| one.cpu)));
        let peak = measured.iter().map(|one| one.peak).max().unwrap();
        println!(
            "  {name:<13} {:>7.0} ms  {:.2} of cat  CPU {:>6.0} ms  peak {:>6.1} MiB",
            time.as_secs_f64() * 1e3,
            ratio(time, cat),
            cpu.as_secs_f64() * 1e3,
            f64::from(peak) / 1024.0,
        );
    }
}

/// What one run took.
#[derive(Clone, Copy)]
struct Measured {
    time: Duration,
    cpu: Duration,
    /// KiB.
    peak: u32,
}

fn measure(program: &Command, folder: &Path) -> Measured {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/measure.py");
    let mut python = Command::new("python3");
    python.arg(script).arg(program.get_program()).args(program.get_args()).current_dir(folder);
    let output = python.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let numbers: Vec<&str> = text.split_whitespace().collect();
    assert_eq!(numbers.len(), 3, "{program:?}: {}", String::from_utf8_lossy(&output.stderr));
    let seconds = |text: &str| Duration::from_secs_f64(text.parse().unwrap());
    Measured { time: seconds(numbers[0]), cpu: seconds(numbers[1]), peak: numbers[2].parse().unwrap() }
}

fn maquette(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_maquette"));
    command.args(arguments);
    command
}

fn shell(line: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", line]);
    command
}

/// All rules beside the parser alone.
fn single_files(corpus: &[Vec<u8>]) {
    let prompt = [
        "FROM llama3.2:3b\nSYSTEM \"\"\"",
        &"You answer briefly, and in whole sentences.\n".repeat(24_385),
        "\"\"\"\n",
    ];
    let usual: Vec<Vec<u8>> = corpus.to_vec();
    let large = vec![prompt.concat().into_bytes()];
    for (name, texts) in [("a file of the corpus", usual), ("a prompt of 1 MiB", large)] {
        let mut times: [Vec<Duration>; 2] = Default::default();
        for _ in 0..ROUNDS {
            times[0].push(timed(|| texts.iter().map(|text| parsed(text)).sum::<usize>()));
            times[1].push(timed(|| texts.iter().map(|text| checked(text).len()).sum::<usize>()));
        }
        let [parse, check] = times.map(|times| median(times.into_iter()) / u32::try_from(texts.len()).unwrap());
        println!(
            "{name}: parse {parse:.1?}, read and checked with all rules {check:.1?}: {:.1} of it",
            ratio(check, parse)
        );
    }
}

fn parsed(bytes: &[u8]) -> usize {
    syntax::parse(Arc::from(decode(bytes).text)).items.len()
}

/// Twice the text takes twice the time.
fn hostile_files() {
    println!("hostile files of 150 and 300 kB, all rules");
    for piece in HOSTILE {
        let mut times: [Vec<Duration>; 2] = Default::default();
        for _ in 0..3 {
            for (times, length) in times.iter_mut().zip([150_000, 300_000]) {
                let text = piece.repeat(length / piece.len()).into_bytes();
                times.push(timed(|| checked(&text).len()));
            }
        }
        let [one, two] = times.map(|times| median(times.into_iter()));
        println!("  {piece:<36?} {one:>8.1?} {two:>8.1?}  {:.2} times", ratio(two, one));
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}
