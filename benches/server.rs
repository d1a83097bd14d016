//! Against a real server, 1 000 models: `cargo bench --bench server`.
//!
//! An apply of new models by `sync`, by `import`, by `rows`, and by a loop of single calls (Python, httpx, keep-alive, the
//! same number at once); an apply of 50 changes among them by each way; then plans of the unchanged models next to the bare
//! requests that such a plan needs; and imports of all models next to the bare requests and to a script with the client
//! library `owui-client` that reads them in the fewest calls. All in one run, in turn, as medians and ratios: the machine may be noisy.
//!
//! `cargo bench --bench server -- plans 10000` measures the plans alone, of so many models; `applies`, `changes` and `imports` name
//! the other parts.

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

const ROUNDS: usize = 3;
const PLANS: usize = 9;

/// How many models are updated, created and deleted by an apply of changes.
const UPDATED: usize = 30;
const CREATED: usize = 10;
const DELETED: usize = 10;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let models = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(1000);
    let parts = ["applies", "changes", "plans", "imports"];
    let named = |part: &str| arguments.iter().any(|argument| argument == part);
    let wanted = |part: &str| named(part) || !parts.into_iter().any(named);

    let server = Server::start(Version::newest());
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench { server: &server, folder: folder.path(), models };
    bench.workspace();
    if wanted("applies") {
        bench.applies();
    }
    bench.apply("sync");
    if wanted("changes") {
        bench.changes();
    }
    if wanted("plans") {
        bench.plans();
    }
    if wanted("imports") {
        bench.imports();
    }
}

/// A server, a workspace for it, and its size.
struct Bench<'a> {
    server: &'a Server,
    folder: &'a Path,
    models: usize,
}

impl Bench<'_> {
    /// Applies of new models, each way.
    fn applies(&self) {
        let Self { server, folder, models } = *self;
        let seeded = server.all_models();
        let rows_file = folder.join("rows.json");
        std::fs::write(&rows_file, self.compiled()).unwrap();
        python();
        let mut times: [Vec<Duration>; 4] = Default::default();
        for _ in 0..ROUNDS {
            for (via, times) in ["sync", "import", "rows"].into_iter().zip(&mut times) {
                times.push(timed(|| self.apply(via)));
                reset(server, &seeded);
            }
            times[3].push(timed(|| single_calls(server, &rows_file)));
            reset(server, &seeded);
        }
        let [sync, import, rows, single] = times.map(median);
        println!("apply of {models} new models, median of {ROUNDS}");
        for (name, time) in [("sync", sync), ("import", import), ("rows", rows)] {
            println!("  {name:<13} {:>8.2} s   {:.2} of the loop", time.as_secs_f64(), ratio(time, single));
        }
        println!("  python loop   {:>8.2} s", single.as_secs_f64());
    }

    /// Applies of a few changes among many models, each way; back and forth, so that each finds as much to do.
    fn changes(&self) {
        let mut times: [Vec<Duration>; 3] = Default::default();
        let mut forth = true;
        for _ in 0..ROUNDS {
            for (via, times) in ["rows", "import", "sync"].into_iter().zip(&mut times) {
                self.edit(forth);
                times.push(timed(|| self.apply(via)));
                forth = !forth;
            }
        }
        self.edit(false);
        self.apply("sync");
        let [rows, import, sync] = times.map(median);
        let count = UPDATED + CREATED + DELETED;
        println!("apply of {count} changes among {} models, median of {ROUNDS}", self.models);
        println!("  ({UPDATED} updated, {CREATED} created, {DELETED} deleted)");
        for (name, time) in [("rows", rows), ("import", import), ("sync", sync)] {
            println!("  {name:<13} {:>8.2} s   {:.2} of rows", time.as_secs_f64(), ratio(time, rows));
        }
    }

    /// Plans of unchanged models, next to the bare requests.
    fn plans(&self) {
        let before = requests(self.server);
        self.maquette(&["plan"]);
        let asked = requests(self.server).split_off(before.len());

        let (mut plan, mut cpu, mut bare, mut peak) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for _ in 0..PLANS {
            let (wall, used, memory) = self.measured("plan", self.folder);
            plan.push(wall);
            cpu.push(used);
            peak = peak.max(memory);
            bare.push(timed(|| bare_requests(self.server, &asked)));
        }
        let (plan, cpu, bare) = (median(plan), median(cpu), median(bare));
        println!("plan of {} unchanged models, median of {PLANS}", self.models);
        println!("  requests      {:>8}     {}", asked.len(), asked.join(", "));
        println!("  whole         {:>8.1} ms", plan.as_secs_f64() * 1e3);
        println!("  our CPU       {:>8.1} ms", cpu.as_secs_f64() * 1e3);
        println!("  bare requests {:>8.1} ms", bare.as_secs_f64() * 1e3);
        println!(
            "  on top        {:>8.1} ms, {:.1} %",
            (plan.as_secs_f64() - bare.as_secs_f64()) * 1e3,
            (ratio(plan, bare) - 1.0) * 100.0
        );
        println!("  peak memory   {:>8.1} MiB", f64::from(peak) / 1024.0);
    }

    /// Imports of all models into an empty workspace, next to the bare requests and to a script.
    fn imports(&self) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/read.py");
        let python = python_with("reader", &["owui-client==11.0.0"]);
        let into = tempfile::tempdir().unwrap();
        let workspace = |name: &str| {
            let folder = into.path().join(name);
            std::fs::create_dir(&folder).unwrap();
            std::fs::copy(self.folder.join("maquette.toml"), folder.join("maquette.toml")).unwrap();
            folder
        };
        let before = requests(self.server).len();
        let (first, ..) = self.measured("import", &workspace("first"));
        let asked = requests(self.server).split_off(before);
        let (mut import, mut cpu, mut bare, mut read, mut peak) = (vec![first], Vec::new(), Vec::new(), Vec::new(), 0);
        for round in 0..ROUNDS {
            let (wall, used, memory) = self.measured("import", &workspace(&round.to_string()));
            import.push(wall);
            cpu.push(used);
            peak = peak.max(memory);
            bare.push(timed(|| bare_requests(self.server, &asked)));
            let folder = into.path().join(format!("read-{round}"));
            std::fs::create_dir(&folder).unwrap();
            let Server { url, admin, .. } = self.server;
            read.push(timed(|| run(Command::new(&python).arg(&script).arg(url).arg(&admin.token).arg(&folder))));
        }
        let (import, cpu, bare, read) = (median(import), median(cpu), median(bare), median(read));
        println!("import of {} models, median of {ROUNDS}", self.models);
        println!("  requests      {:>8}     {}", asked.len(), asked.join(", "));
        println!("  whole         {:>8.1} ms", import.as_secs_f64() * 1e3);
        println!("  our CPU       {:>8.1} ms", cpu.as_secs_f64() * 1e3);
        println!("  bare requests {:>8.1} ms", bare.as_secs_f64() * 1e3);
        println!("  on top        {:>8.1} ms", (import.as_secs_f64() - bare.as_secs_f64()) * 1e3);
        println!("  peak memory   {:>8.1} MiB", f64::from(peak) / 1024.0);
        println!("  owui-client   {:>8.1} ms   import is {:.2} of it", read.as_secs_f64() * 1e3, ratio(import, read));
    }

    /// A workspace of models of usual size.
    fn workspace(&self) {
        let manifest = format!(
            "[workspace]\nname = \"bench\"\nid = \"0123456789abcdef0123456789abcdef\"\n\
             [remotes.server]\nkind = \"open-webui\"\nurl = \"{}\"\ntimeout = 600\n",
            self.server.url
        );
        std::fs::write(self.folder.join("maquette.toml"), manifest).unwrap();
        std::fs::create_dir(self.folder.join("models")).unwrap();
        for number in 0..self.models {
            self.model(number, "briefly");
        }
    }

    /// Writes the file of one model.
    fn model(&self, number: usize, how: &str) {
        let prompt =
            format!("You answer questions about our products, {how} and kindly; say so when you do not know.\n");
        let text = format!(
            "FROM echo.small\nNAME Model {number}\nDESCRIPTION Number {number} of many\nTAGS bench, team {}\n\
             PARAMETER temperature 0.3\nPARAMETER top_p 0.9\nSYSTEM \"\"\"{}\"\"\"\n",
            number % 7,
            prompt.repeat(6)
        );
        std::fs::write(self.file(number), text).unwrap();
    }

    fn file(&self, number: usize) -> PathBuf {
        self.folder.join(format!("models/model-{number}.Modelfile"))
    }

    /// Edits the files: some models say something else, some are new, some are gone; or all is as it was.
    fn edit(&self, forth: bool) {
        for number in 0..UPDATED {
            self.model(number, if forth { "at length" } else { "briefly" });
        }
        let (new, gone) = (self.models..self.models + CREATED, UPDATED..UPDATED + DELETED);
        let (made, removed) = if forth { (new, gone) } else { (gone, new) };
        for number in made {
            self.model(number, "briefly");
        }
        for number in removed {
            // There is nothing to remove the first time.
            let _ = std::fs::remove_file(self.file(number));
        }
    }

    /// Brings the server to what the files say.
    fn apply(&self, via: &str) {
        self.maquette(&["apply", "--auto-approve", "--via", via]);
    }

    /// The rows that the files make, as JSON.
    fn compiled(&self) -> Vec<u8> {
        let files: Vec<String> = (0..self.models).map(|number| format!("models/model-{number}.Modelfile")).collect();
        let arguments = ["compile", "--target", "open-webui"].into_iter().chain(files.iter().map(String::as_str));
        self.maquette(&arguments.collect::<Vec<_>>())
    }

    /// Runs the program to its end and gives what it prints.
    fn maquette(&self, arguments: &[&str]) -> Vec<u8> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_maquette"));
        command.args(arguments).current_dir(self.folder).env(variable(self.server), &self.server.admin.token);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// One run of a command: its time, the processor's, and its peak memory in KiB.
    fn measured(&self, command: &str, folder: &Path) -> (Duration, Duration, u32) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/measure.py");
        let output = Command::new("python3")
            .arg(script)
            .args([env!("CARGO_BIN_EXE_maquette"), command])
            .current_dir(folder)
            .env(variable(self.server), &self.server.admin.token)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let numbers: Vec<&str> = text.split_whitespace().collect();
        let seconds = |text: &str| Duration::from_secs_f64(text.parse().unwrap());
        (seconds(numbers[0]), seconds(numbers[1]), numbers[2].parse().unwrap())
    }
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
    python_with("loop", &["httpx==0.28.1"])
}

/// A Python with these packages, made at the first call.
fn python_with(name: &str, packages: &[&str]) -> PathBuf {
    let environment = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name(name);
    let python = environment.join("bin/python");
    if !environment.join("complete").exists() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment));
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(packages));
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
