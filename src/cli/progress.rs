//! How far an apply is: on a terminal a line per remote that is drawn over, elsewhere now and then a line of its own.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, MultiProgress, ProgressBar, ProgressStyle};

use crate::remote;
use crate::report::printable;

/// Where nothing is drawn over, a remote tells this often how far it is. What takes less time tells nothing: the outcome
/// follows at once.
const INTERVAL: Duration = Duration::from_secs(5);

/// The progress of several remotes, side by side.
pub(super) struct Progress {
    tracks: Vec<Track>,
}

/// One remote.
enum Track {
    /// On a terminal.
    Drawn(ProgressBar),
    /// In a log: the remote's name, and when the last line was written.
    Told(String, Mutex<Instant>),
}

impl Progress {
    /// For remotes of these names.
    pub(super) fn new(names: &[&str], on_terminal: bool) -> Self {
        let side_by_side = MultiProgress::new();
        let widest = names.iter().map(|name| printable(name).chars().count()).max().unwrap_or_default();
        let track = |name: &&str| {
            let name = printable(name).replace('\n', " ");
            if !on_terminal {
                return Track::Told(name, Mutex::new(Instant::now()));
            }
            let bar = side_by_side.add(ProgressBar::new(0));
            // A template that cannot be read would be a mistake of ours; the default of the bar shows as much.
            if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:24} {pos}/{len} {wide_msg}") {
                bar.set_style(style.progress_chars("━╸╌"));
            }
            bar.set_prefix(format!("{name:widest$}"));
            Track::Drawn(bar)
        };
        Self { tracks: names.iter().map(track).collect() }
    }

    /// A step of one of the remotes is through. Gives the line for a log, when one is due.
    fn line(&self, remote: usize, through: usize, total: usize, title: &str) -> Option<String> {
        match self.tracks.get(remote)? {
            Track::Drawn(bar) => {
                bar.set_length(total as u64);
                bar.set_message(printable(title).replace('\n', " "));
                bar.set_position(through as u64);
                if through == total {
                    bar.finish_and_clear();
                }
                None
            }
            Track::Told(name, last) => {
                let mut last = last.lock().ok()?;
                let now = Instant::now();
                if through == total || now.duration_since(*last) < INTERVAL {
                    return None;
                }
                *last = now;
                Some(format!("{name}: {through} of {total} steps are through"))
            }
        }
    }

    /// How far a step of one of the remotes is. Gives the line for a log, when one is due.
    fn part_line(&self, remote: usize, title: &str, progress: &remote::Progress) -> Option<String> {
        let how_far = match (progress.completed, progress.total) {
            (Some(completed), Some(total)) => format!(", {} of {}", HumanBytes(completed), HumanBytes(total)),
            _ => String::new(),
        };
        let text = printable(&format!("{title}: {}{how_far}", progress.status)).replace('\n', " ");
        match self.tracks.get(remote)? {
            Track::Drawn(bar) => {
                bar.set_message(text);
                None
            }
            Track::Told(name, last) => {
                let mut last = last.lock().ok()?;
                let now = Instant::now();
                if now.duration_since(*last) < INTERVAL {
                    return None;
                }
                *last = now;
                Some(format!("{name}: {text}"))
            }
        }
    }

    /// Shows how far a step of one of the remotes is.
    pub(super) fn part(&self, remote: usize, title: &str, progress: &remote::Progress) {
        if let Some(line) = self.part_line(remote, title, progress) {
            // Nobody is left to tell if this fails.
            let _ = std::io::Write::write_all(&mut std::io::stderr().lock(), format!("{line}\n").as_bytes());
        }
    }

    /// Shows that a step of one of the remotes is through.
    pub(super) fn step(&self, remote: usize, through: usize, total: usize, title: &str) {
        if let Some(line) = self.line(remote, through, total, title) {
            // Nobody is left to tell if this fails.
            let _ = std::io::Write::write_all(&mut std::io::stderr().lock(), format!("{line}\n").as_bytes());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        for track in &self.tracks {
            if let Track::Drawn(bar) = track {
                bar.finish_and_clear();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_told_now_and_then() {
        let progress = Progress::new(&["staging", "produc\u{1b}tion"], false);
        assert_eq!(progress.line(1, 1, 10, "create a"), None, "it has only begun");
        let Some(Track::Told(_, last)) = progress.tracks.get(1) else { panic!("no terminal") };
        let earlier = Instant::now().checked_sub(INTERVAL).expect("the machine has run for five seconds");
        *last.lock().unwrap() = earlier;
        let line = progress.line(1, 2, 10, "create b");
        assert_eq!(line.as_deref(), Some("produc\\u{1b}tion: 2 of 10 steps are through"));
        assert_eq!(progress.line(1, 3, 10, "create c"), None, "it was told just now");
        *last.lock().unwrap() = earlier;
        assert_eq!(progress.line(1, 10, 10, "create d"), None, "the outcome follows");
        assert_eq!(progress.line(2, 1, 1, "nobody"), None);
    }
}
