//! Texts arrive as they are written, down to the model.

use serde_json::json;

use super::each_way;

#[test]
fn stop_sequences_reach_the_model_as_written() {
    each_way(|desk| {
        let stops = ["END", r"\n", "\n", r#"a "quoted" b"#, r"C:\new\x", "é日本🦄", "a,b", "line\nbreak", "</s>"];
        let lines: Vec<String> = stops
            .iter()
            .map(|stop| {
                if stop.contains('\n') {
                    format!("PARAMETER stop \"{stop}\"")
                } else {
                    format!("PARAMETER stop {stop}")
                }
            })
            .collect();
        desk.model("a", &lines.join("\n")).applies(&[]);
        assert_eq!(desk.row("a")["params"]["stop"], json!(stops));
        assert_eq!(desk.server.heard("a")["params"]["stop"], json!(stops));
    });
}

#[test]
fn a_long_prompt_reaches_the_model_whole() {
    each_way(|desk| {
        let paragraph = "Say \"hello\" to größe 日本 🦄, and keep C:\\new as it is.\n\n\t- \u{301}a\n";
        let prompt = paragraph.repeat(200_000 / paragraph.len() + 1);
        assert!(prompt.len() >= 200_000);
        desk.model("a", &format!("SYSTEM \"\"\"{prompt}\"\"\"")).applies(&[]);
        assert_eq!(desk.row("a")["params"]["system"], prompt);
        assert_eq!(desk.server.heard("a")["system"], json!([prompt]));

        let longer = format!("{prompt}One line more.");
        desk.model("a", &format!("SYSTEM \"\"\"{longer}\"\"\"")).applies(&[]);
        assert_eq!(desk.server.heard("a")["system"], json!([longer]));
    });
}

#[test]
fn numbers_reach_the_model_as_numbers() {
    each_way(|desk| {
        desk.model(
            "a",
            "PARAMETER temperature 0.7\nPARAMETER top_p 1.0\nPARAMETER seed 9007199254740993\nPARAMETER top_k 40",
        )
        .applies(&[]);
        let heard = desk.server.heard("a")["params"].clone();
        assert_eq!(heard, json!({"temperature": 0.7, "top_p": 1, "seed": 9_007_199_254_740_993_i64, "top_k": 40}));
    });
}
