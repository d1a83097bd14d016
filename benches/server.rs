//! Against a real server, 1 000 models: `cargo bench --bench server`.
//!
//! An apply of new models by `sync`, by `rows`, and by a loop of single calls (Python, httpx, keep-alive, the same number
//! at once); then plans of the unchanged models next to the bare requests that such a plan needs. All in one run, in turn,
//! as medians and ratios: the machine may be noisy.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement that goes wrong stops by panicking, and prints what it measured"
)]

#[allow(dead_code, unused_imports, reason = "the tests use more of the server than a measurement does")]
#[path = "../tests/it/server/mod.rs"]
mod server;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use server::{Server, Version};

const MODELS: usize = 1000;
const ROUNDS: usize = 3;
const PLANS: usize = 9;

fn main() {
    let server = Server::start(Version::newest());
    let folder = tempfile::tempdir().unwrap();
    workspace(folder.path(), &server.url);
    // `cargo bench --bench server plans` leaves the applies out.
    if !std::env::args().any(|argument| argument == "plans") {
        applies(&server, folder.path());
    }
    drop(maquette(&server, folder.path(), &["apply", "--auto-approve", "--via", "sync"], false));
    plans(&server, folder.path());
}

/// Applies of new models, three ways.
fn applies(server: &Server, folder: &Path) {
    let seeded = server.all_models();
    let rows = maquette(server, folder, &["compile", "--target", "open-webui"], true);
    let rows_file = folder.join("rows.json");
    std::fs::write(&rows_file, rows).unwrap();

    python();
    let mut times: [Vec<Duration>; 3] = Default::default();
    for _ in 0..ROUNDS {
        times[0].push(timed(|| drop(maquette(server, folder, &["apply", "--auto-approve", "--via", "sync"], false))));
        reset(server, &seeded);
        times[1].push(timed(|| drop(maquette(server, folder, &["apply", "--auto-approve", "--via", "rows"], false))));
        reset(server, &seeded);
        times[2].push(timed(|| single_calls(server, &rows_file)));
        reset(server, &seeded);
    }
    let [sync, by_row, single] = times.map(median);
    println!("apply of {MODELS} new models, median of {ROUNDS}");
    println!("  sync          {:>8.2} s   {:.2} of the loop", sync.as_secs_f64(), ratio(sync, single));
    println!("  rows          {:>8.2} s   {:.2} of the loop", by_row.as_secs_f64(), ratio(by_row, single));
    println!("  python loop   {:>8.2} s", single.as_secs_f64());
}

/// Plans of unchanged models, next to the bare requests.
fn plans(server: &Server, folder: &Path) {
    let before = requests(server);
    drop(maquette(server, folder, &["plan"], false));
    let asked = requests(server).split_off(before.len());

    let (mut plan, mut cpu, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..PLANS {
        let (wall, used) = measured_plan(server, folder);
        plan.push(wall);
        cpu.push(used);
        bare.push(timed(|| bare_requests(server, &asked)));
    }
    let (plan, cpu, bare) = (median(plan), median(cpu), median(bare));
    println!("plan of {MODELS} unchanged models, median of {PLANS}");
    println!("  requests      {:>8}     {}", asked.len(), asked.join(", "));
    println!("  whole         {:>8.1} ms", plan.as_secs_f64() * 1e3);
    println!("  our CPU       {:>8.1} ms", cpu.as_secs_f64() * 1e3);
    println!("  bare requests {:>8.1} ms", bare.as_secs_f64() * 1e3);
    println!("  on top        {:>8.1} %", (ratio(plan, bare) - 1.0) * 100.0);
}

/// A workspace of models of usual size.
fn workspace(folder: &Path, url: &str) {
    let manifest = format!(
        "[workspace]\nname = \"bench\"\nid = \"0123456789abcdef0123456789abcdef\"\n\
         [remotes.server]\nkind = \"open-webui\"\nurl = \"{url}\"\n"
    );
    std::fs::write(folder.join("maquette.toml"), manifest).unwrap();
    std::fs::create_dir(folder.join("models")).unwrap();
    for number in 0..MODELS {
        let prompt =
            "You answer questions about our products, briefly and kindly; say so when you do not know.\n".repeat(6);
        let text = format!(
            "FROM echo.small\nNAME Model {number}\nDESCRIPTION Number {number} of many\nTAGS bench, team {}\n\
             PARAMETER temperature 0.3\nPARAMETER top_p 0.9\nSYSTEM \"\"\"{prompt}\"\"\"\n",
            number % 7
        );
        std::fs::write(folder.join(format!("models/model-{number}.Modelfile")), text).unwrap();
    }
}

/// Runs the program to its end and gives what it prints.
fn maquette(server: &Server, folder: &Path, arguments: &[&str], all_files: bool) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_maquette"));
    command.args(arguments).current_dir(folder).env(variable(server), &server.admin.token);
    if all_files {
        command.args((0..MODELS).map(|number| format!("models/model-{number}.Modelfile")));
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// One plan: its time, and the processor's.
fn measured_plan(server: &Server, folder: &Path) -> (Duration, Duration) {
    // The shell's own `time` is the one portable way to a child's processor time without another library.
    let output = Command::new("bash")
        .args(["-c", "TIMEFORMAT='%R %U %S'; time \"$0\" plan >/dev/null 2>&1", env!("CARGO_BIN_EXE_maquette")])
        .current_dir(folder)
        .env(variable(server), &server.admin.token)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    let numbers: Vec<f64> = text.split_whitespace().map(|number| number.parse().unwrap()).collect();
    (Duration::from_secs_f64(numbers[0]), Duration::from_secs_f64(numbers[1] + numbers[2]))
}

fn variable(server: &Server) -> String {
    format!("MAQUETTE_TOKEN_127_0_0_1_{}", server.url.rsplit(':').next().unwrap())
}

/// The requests of a plan, the first alone and the others side by side, their answers read and thrown away.
fn bare_requests(server: &Server, asked: &[String]) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    // The same provider as the program's; a second time it is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    runtime.block_on(async {
        let client = reqwest::Client::new();
        let get = |path: String| {
            let request = client.get(format!("{}{path}", server.url)).bearer_auth(&server.admin.token);
            async move { request.send().await.unwrap().bytes().await.unwrap().len() }
        };
        get(asked[0].clone()).await;
        futures_util::future::join_all(asked[1..].iter().cloned().map(get)).await;
    });
}

/// The paths that were asked of the server so far, from its own log.
fn requests(server: &Server) -> Vec<String> {
    let log = server.log();
    let lines = log.lines().filter_map(|line| line.split("\"GET ").nth(1).or_else(|| line.split(" - GET ").nth(1)));
    lines.map(|rest| rest.split_whitespace().next().unwrap().to_owned()).collect()
}

/// Every model of the list by single calls.
fn single_calls(server: &Server, rows: &Path) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/loop.py");
    run(Command::new(python()).arg(script).arg(&server.url).arg(&server.admin.token).arg(rows));
}

/// A Python with the client library of the loop, made at the first call.
fn python() -> PathBuf {
    let environment = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("loop");
    let python = environment.join("bin/python");
    if !environment.join("complete").exists() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment));
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "httpx==0.28.1"]));
        std::fs::write(environment.join("complete"), "").unwrap();
    }
    python
}

fn run(command: &mut Command) {
    assert!(command.status().unwrap().success(), "{command:?}");
}

/// Only the seeded rows, as at the start.
fn reset(server: &Server, seeded: &[Value]) {
    server.post(&server.admin, "/api/v1/models/sync", json!({ "models": seeded })).unwrap();
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}
