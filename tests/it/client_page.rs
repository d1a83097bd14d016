//! The page of the client: what the comments of its methods say, and whether they say it of what the code does.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::project::Project;

/// The files of the client, each with its heading on the page.
const FILES: [(&str, &str); 3] =
    [("models", "Models"), ("lists", "What models can refer to"), ("service", "The server as a whole")];

/// One method that stands for an endpoint.
struct Endpoint {
    method: String,
    /// `GET /api/version`.
    request: String,
    /// What it does or answers.
    text: String,
    versions: String,
    used_by: String,
    /// The lines of the method.
    code: String,
}

/// The page.
pub(crate) fn page(written: &str) -> String {
    let mut page = format!(
        "# The client of Open WebUI\n\n{written} from the comments in `src/remote/open_webui/client/`.\n\n\
         `maquette::remote::open_webui::Client` has a method for each endpoint that is used or that a person could want. \
         Reads are tried again after passing faults. Writes are sent once, as they are given: the commands write through plans, \
         which look at a row right before and read it back. Two endpoints have no method: `POST /api/v1/models/sync`, which \
         deletes every row that it is not sent (`apply` alone uses it, with all of them), and `DELETE /api/v1/models/delete/all`. \
         *All* versions are those from 0.6.43 on. Names of commands stand without `maquette` before them.\n"
    );
    for (file, heading) in FILES {
        write!(
            page,
            "\n## {heading}\n\n| method | request | what comes of it | versions | used by |\n|---|---|---|---|---|\n"
        )
        .unwrap();
        for Endpoint { method, request, text, versions, used_by, .. } in endpoints(file) {
            let text = text.replace("[`Client::", "[`").replace(['[', ']'], "");
            writeln!(page, "| `{method}` | `{request}` | {text} | {versions} | {used_by} |").unwrap();
        }
    }
    page
}

/// The endpoints of a file, in its order.
fn endpoints(file: &str) -> Vec<Endpoint> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/remote/open_webui/client/{file}.rs"));
    let text = fs::read_to_string(&path).unwrap();
    let mut endpoints = Vec::new();
    let mut comment: Vec<&str> = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let trimmed = line.trim_start();
        if let Some(rest) = trimmed.strip_prefix("///") {
            comment.push(rest.strip_prefix(' ').unwrap_or(rest));
            continue;
        }
        if let Some(rest) = trimmed.strip_prefix("pub async fn ") {
            let mut code = String::new();
            for line in lines.by_ref().take_while(|line| *line != "    }") {
                code.push_str(line);
                code.push('\n');
            }
            endpoints.extend(endpoint(rest.split(['(', '<']).next().unwrap(), &comment, code));
        }
        comment.clear();
    }
    assert!(endpoints.len() > 5, "{file}: too few methods for this page to mean anything");
    endpoints
}

/// What a comment says; none if the method stands for no endpoint of its own.
fn endpoint(method: &str, comment: &[&str], code: String) -> Option<Endpoint> {
    let label = |label: &str| {
        let line = comment.iter().find_map(|line| line.strip_prefix(&format!("- {label}: ")));
        line.unwrap_or_else(|| panic!("the comment of `{method}` has no line `- {label}: …`")).to_owned()
    };
    let prose: Vec<&str> = comment.iter().copied().take_while(|line| !line.starts_with("- ")).collect();
    let prose = prose.join(" ").replace("  ", " ");
    let (request, text) = prose.strip_prefix('`')?.split_once("`: ")?;
    Some(Endpoint {
        method: method.to_owned(),
        request: request.to_owned(),
        text: text.trim().to_owned(),
        versions: label("versions"),
        used_by: label("used by"),
        code,
    })
}

/// Where the code of a method names its endpoint by a constant.
fn constants() -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/remote/open_webui/client/models.rs");
    let text = fs::read_to_string(path).unwrap();
    let constants = text.lines().filter_map(|line| line.split_once("const ")).filter_map(|(_, rest)| {
        let (name, value) = rest.split_once(": &str = \"")?;
        Some((format!("endpoint::{name}"), value.trim_end_matches("\";").to_owned()))
    });
    constants.collect()
}

#[test]
fn comments_name_the_endpoint_that_the_code_asks() {
    let constants = constants();
    assert!(constants.len() > 4);
    for (file, _) in FILES {
        for Endpoint { method, request, code, .. } in endpoints(file) {
            let code = constants.iter().fold(code, |code, (name, path)| code.replace(name, path));
            let (verb, path) = request.split_once(" /").unwrap();
            let path = path.split(['?', '{']).next().unwrap();
            assert!(code.contains(path), "`{method}` says {request}:\n{code}");
            let posts = code.contains("self.post(");
            assert_eq!(posts, verb == "POST", "`{method}` says {request}:\n{code}");
        }
    }
}

#[test]
fn comments_name_commands_that_there_are() {
    let mut named: Vec<String> = Vec::new();
    for (file, _) in FILES {
        for endpoint in endpoints(file) {
            let commands = endpoint.used_by.split('`').skip(1).step_by(2);
            named.extend(commands.filter(|word| word.starts_with("models ")).map(str::to_owned));
        }
    }
    named.sort();
    named.dedup();
    assert!(named.len() > 5);
    for command in named {
        let words: Vec<&str> = command.split(' ').take_while(|word| !word.starts_with('-')).chain(["--help"]).collect();
        Project::new().run(&words).success();
    }
}
