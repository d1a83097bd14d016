//! A real browser without a window, driven through the `DevTools` protocol over two pipes: no port, no further crate.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::programs::Program;

/// How long the browser may take for one answer. Only a browser that hangs takes so long.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where Chromium is.
fn chromium() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| {
        let chromium = Program {
            names: &["chromium", "chromium-browser", "google-chrome", "chrome"],
            variable: "CHROMIUM",
            package: "chromium",
            reason: "the HTML report is tested in a real Chromium",
        };
        chromium.path()
    })
}

/// A browser with one page.
pub(crate) struct Browser {
    process: Child,
    pipe: Option<ChildStdin>,
    messages: Receiver<Value>,
    last: u64,
    session: Option<String>,
    /// What the browser told without being asked: errors, requests.
    events: Vec<Value>,
    _profile: TempDir,
}

impl Browser {
    /// Opens a page from a file.
    pub(crate) fn open(page: &Path) -> Self {
        let mut browser = Self::start();
        browser.go(page);
        browser
    }

    /// A browser with an empty page.
    pub(crate) fn start() -> Self {
        let profile = tempfile::Builder::new().prefix("maquette-browser-").tempdir().unwrap();
        // The protocol is spoken on the descriptors 3 and 4, each message ended by a NUL.
        let mut process = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null 2>&1"])
            .arg(chromium())
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(["--disable-dev-shm-usage", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (sender, messages) = channel();
        let answers = BufReader::new(process.stdout.take().unwrap());
        std::thread::spawn(move || {
            for message in answers.split(0).map_while(Result::ok) {
                let Ok(message) = serde_json::from_slice(&message) else { break };
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let pipe = process.stdin.take();
        let mut browser =
            Self { process, pipe, messages, last: 0, session: None, events: Vec::new(), _profile: profile };
        let target = browser.call("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = browser.call("Target.attachToTarget", &attach);
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        browser
    }

    /// Opens a page and waits until it is there.
    pub(crate) fn go(&mut self, page: &Path) {
        self.events.clear();
        self.call("Page.navigate", &json!({ "url": format!("file://{}", page.display()) }));
        self.wait("Page.loadEventFired");
    }

    /// Asks the browser for something and gives its answer.
    #[track_caller]
    pub(crate) fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let pipe = self.pipe.as_mut().unwrap();
        pipe.write_all(format!("{message}\0").as_bytes()).unwrap();
        pipe.flush().unwrap();
        loop {
            let mut message = self.messages.recv_timeout(PATIENCE).expect("the browser answers");
            if message["id"] == json!(self.last) {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].take();
            }
            self.events.push(message);
        }
    }

    /// Waits until the browser tells of something.
    fn wait(&mut self, method: &str) {
        while !self.events.iter().any(|event| event["method"] == method) {
            let message = self.messages.recv_timeout(PATIENCE).expect("the browser goes on");
            self.events.push(message);
        }
    }

    /// The value of an expression in the page.
    #[track_caller]
    pub(crate) fn evaluate(&mut self, expression: &str) -> Value {
        let ask = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut answer = self.call("Runtime.evaluate", &ask);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].take()
    }

    /// Clicks in the middle of the first element that the selector finds.
    #[track_caller]
    pub(crate) fn click(&mut self, selector: &str) {
        let place = self.evaluate(&format!(
            "(() => {{ const it = document.querySelector({selector:?}); it.scrollIntoView({{ block: 'center' }}); \
             const box = it.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; }})()"
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let (x, y) = (&place[0], &place[1]);
            self.call(
                "Input.dispatchMouseEvent",
                &json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 }),
            );
        }
        self.settle();
    }

    /// Presses a key.
    pub(crate) fn press(&mut self, key: &str) {
        let text = match key {
            "Enter" => "\r",
            key if key.chars().count() == 1 => key,
            _ => "",
        };
        let down = json!({ "type": if text.is_empty() { "rawKeyDown" } else { "keyDown" }, "key": key, "text": text });
        self.call("Input.dispatchKeyEvent", &down);
        self.call("Input.dispatchKeyEvent", &json!({ "type": "keyUp", "key": key }));
        self.settle();
    }

    /// Types a text where the cursor is.
    pub(crate) fn type_text(&mut self, text: &str) {
        self.call("Input.insertText", &json!({ "text": text }));
        self.settle();
    }

    /// Waits until the page has done what an input made it do.
    fn settle(&mut self) {
        self.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))");
    }

    /// The size of the window.
    pub(crate) fn resize(&mut self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.call("Emulation.setDeviceMetricsOverride", &size);
        self.settle();
    }

    /// What the page is shown on (`screen` or `print`), and whether the system is dark.
    pub(crate) fn media(&mut self, media: &str, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", &json!({ "media": media, "features": features }));
        self.settle();
    }

    /// Errors of the page's scripts, what it wrote to the console, and what its policy forbade.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        self.told(&["Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"])
    }

    /// The addresses that it asked for, besides pages that were opened here.
    pub(crate) fn requests(&mut self) -> Vec<String> {
        let requests = self.told(&["Network.requestWillBeSent"]);
        requests.into_iter().filter(|request| !request.contains("\"type\":\"Document\",\"url\":\"file://")).collect()
    }

    fn told(&mut self, methods: &[&str]) -> Vec<String> {
        self.settle();
        let told = self.events.iter().filter(|event| methods.iter().any(|method| event["method"] == *method));
        told.map(|event| match &event["params"]["request"]["url"] {
            Value::String(url) => json!({ "type": event["params"]["type"], "url": url }).to_string(),
            _ => event.to_string(),
        })
        .collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It ends when nobody speaks to it any more; what is left is ended by its id.
        self.pipe = None;
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
