//! Weights on their way to an Ollama server: `cargo bench --bench ollama`.
//!
//! An apply that sends a file of 2 GiB, next to `sha256sum` of the same file and `cat` of it into a socket, in turn and in one
//! run; how much memory it took at most; what is sent again after an apply was killed when half was through; and an apply of
//! 100 models that are as their files say. The server is the small one of the tests, which throws away what it is sent.
//!
//! `cargo bench --bench ollama -- 256` takes a file of so many MiB.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement that goes wrong stops by panicking, and prints what it measured"
)]

#[allow(dead_code, reason = "the tests use more of the server than a measurement does")]
#[path = "../tests/it/ollama/fake.rs"]
mod fake;
#[allow(dead_code, reason = "the tests use more of the weights than a measurement does")]
#[path = "../tests/it/ollama/gguf.rs"]
mod gguf;

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use fake::{Fake, State};

const ROUNDS: usize = 3;
const MODELS: usize = 100;

fn main() {
    let mib: u64 = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(2048);
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench { folder: folder.path(), bytes: mib << 20 };
    bench.weights();
    bench.upload();
    bench.killed();
    bench.unchanged();
}

struct Bench<'a> {
    folder: &'a Path,
    bytes: u64,
}

impl Bench<'_> {
    /// A file that begins as weights do and is as long as they are; not a sparse one, which no disk would have to read.
    fn weights(&self) {
        let mut file = std::fs::File::create(self.folder.join("base.gguf")).unwrap();
        file.write_all(&gguf::model()).unwrap();
        let mut number: u32 = 1;
        let mut chunk = vec![0_u8; 1 << 20];
        let mut left = self.bytes;
        while left > 0 {
            for byte in &mut chunk {
                number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *byte = number.to_le_bytes()[3];
            }
            file.write_all(&chunk).unwrap();
            left = left.saturating_sub(chunk.len() as u64);
        }
        file.sync_all().unwrap();
        // What was just written is not remembered.
        std::thread::sleep(Duration::from_secs(3));
    }

    /// A workspace for a server that throws away what it is sent.
    fn begun(&self, files: &[(&str, &str)]) -> Fake {
        let server = Fake::start();
        server.state.lock().unwrap().is_trusting = true;
        for entry in std::fs::read_dir(self.folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "Modelfile") {
                std::fs::remove_file(path).unwrap();
            }
        }
        let manifest = format!(
            "[workspace]\nname = \"bench\"\nid = \"0123456789abcdef\"\n[remotes.gpu]\nkind = \"ollama\"\nurl = \":{}\"\n",
            server.port
        );
        std::fs::write(self.folder.join("maquette.toml"), manifest).unwrap();
        for (name, text) in files {
            std::fs::write(self.folder.join(name), text).unwrap();
        }
        server
    }

    fn maquette(&self) -> Child {
        Command::new(env!("CARGO_BIN_EXE_maquette"))
            .args(["apply", "--auto-approve"])
            .current_dir(self.folder)
            .env("XDG_CACHE_HOME", self.folder.join("cache"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// A shell's line, in the folder.
    fn shell(&self, line: &str) -> Duration {
        timed(|| {
            let status = Command::new("bash").args(["-c", line]).current_dir(self.folder).status().unwrap();
            assert!(status.success(), "{line}");
        })
    }

    fn forget(&self) {
        let _ = std::fs::remove_dir_all(self.folder.join("cache"));
    }

    fn upload(&self) {
        let mut times: [Vec<Duration>; 4] = Default::default();
        let mut peak = 0;
        for _ in 0..ROUNDS {
            self.forget();
            for (kind, times) in times.iter_mut().enumerate() {
                times.push(match kind {
                    0 => self.shell("sha256sum base.gguf > /dev/null"),
                    1 => {
                        let port = sink();
                        self.shell(&format!("cat base.gguf > /dev/tcp/127.0.0.1/{port}"))
                    }
                    // The first one digests the file, the second one remembers its digest.
                    _ => {
                        let server = self.begun(&[("support.Modelfile", "FROM ./base.gguf\n")]);
                        let time = timed(|| peak = peak.max(peak_memory(&mut self.maquette())));
                        assert!(server.state.lock().unwrap().received >= self.bytes);
                        time
                    }
                });
            }
        }
        let [sha256sum, cat, first, again] = times.map(median);
        println!("{} MiB of weights, median of {ROUNDS}", self.bytes >> 20);
        for (name, time) in [
            ("sha256sum", sha256sum),
            ("cat to a socket", cat),
            ("both", sha256sum + cat),
            ("maquette apply", first),
            ("  digest known", again),
        ] {
            let rate = f64::from(u32::try_from(self.bytes >> 20).unwrap()) / time.as_secs_f64();
            println!("  {name:<16} {:>7.2} s   {rate:>6.0} MiB/s", time.as_secs_f64());
        }
        println!("  peak memory of maquette: {} MiB", peak >> 10);
    }

    fn killed(&self) {
        let files = [("support.Modelfile", "FROM ./base.gguf\nADAPTER ./lora.gguf\n")];
        std::fs::write(self.folder.join("lora.gguf"), gguf::adapter()).unwrap();
        let server = self.begun(&files);
        let received = |state: &Mutex<State>| state.lock().unwrap().received;
        let mut child = self.maquette();
        while received(&server.state) < self.bytes / 2 {
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        std::thread::sleep(Duration::from_millis(100));
        let before = received(&server.state);
        assert!(self.maquette().wait().unwrap().success());
        let after = received(&server.state);
        println!("killed when {} MiB were through; the next apply sent {} MiB", before >> 20, (after - before) >> 20);
        let before = received(&server.state);
        std::fs::write(self.folder.join("support.Modelfile"), format!("{}SYSTEM Be short.\n", files[0].1)).unwrap();
        assert!(self.maquette().wait().unwrap().success());
        println!("an apply of another system prompt sent {} bytes in all", received(&server.state) - before);
    }

    fn unchanged(&self) {
        let server = self.begun(&[("base.Modelfile", "FROM ./base.gguf\n")]);
        for number in 0..MODELS {
            let text = format!("FROM base\nSYSTEM You are number {number}.\n");
            std::fs::write(self.folder.join(format!("m{number}.Modelfile")), text).unwrap();
        }
        assert!(self.maquette().wait().unwrap().success());
        let mut times = Vec::new();
        server.state.lock().unwrap().heard.clear();
        for _ in 0..ROUNDS {
            times.push(timed(|| assert!(self.maquette().wait().unwrap().success())));
        }
        let requests = server.state.lock().unwrap().heard.len() / ROUNDS;
        let seconds = median(times).as_secs_f64();
        println!("apply of {MODELS} unchanged models: {requests} requests, {seconds:.2} s");
    }
}

/// A socket that takes whatever it is sent, once.
fn sink() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut chunk = vec![0; 1 << 18];
        while connection.read(&mut chunk).unwrap() > 0 {}
    });
    port
}

/// Waits for a process; the most memory that it had, in KiB.
fn peak_memory(child: &mut Child) -> u64 {
    let mut peak = 0;
    loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = peak.max(line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default());
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success());
            return peak;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn timed(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
