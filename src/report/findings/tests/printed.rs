//! What each format prints.

use insta::assert_snapshot;
use serde_json::Value;

use super::super::{checkstyle, github, gitlab, rdjson, sarif};
use super::{lines, tests, workspace};

#[test]
fn a_line_each() {
    assert_snapshot!(workspace().print(lines), @r#"
    error[MF602] unreadable-file: `x`: the link leads nowhere
    modèles/a b%.Modelfile:2:23: warning[MF507] duplicate-item: `twice` is listed twice
    modèles/a b%.Modelfile:3:11: error[MF301] unknown-parameter: there is no parameter `tempratur`
    modèles/a b%.Modelfile:4:8: warning[MF420] repeated-instruction: \u{1b}[31m`%0A`\u{d}\n::error::x, y\n]]></failure></script>&amp;"' [a](https://b) \u{202e}￾\u{0}
    /elsewhere/c:,d.txt:1:1: info[MF616] unchecked-reference: one more
    "#);
}

#[test]
fn annotations() {
    assert_snapshot!(workspace().print(github), @r#"
    ::error title=MF602 unreadable-file::`x`: the link leads nowhere
    ::warning title=MF507 duplicate-item,file=sub folder/modèles/a b%25.Modelfile,line=2,col=23,endLine=2,endColumn=28::`twice` is listed twice%0Ahere: again%0A/elsewhere/c:,d.txt:1:3: the first time here%0Ahelp: remove one of them
    ::error title=MF301 unknown-parameter,file=sub folder/modèles/a b%25.Modelfile,line=3,col=11,endLine=3,endColumn=20::there is no parameter `tempratur`%0Ahelp: did you mean `temperature`?
    ::warning title=MF420 repeated-instruction,file=sub folder/modèles/a b%25.Modelfile,line=4,endLine=5::\u{1b}[31m`%250A`\u{d}\n::error::x, y\n]]></failure></script>&amp;"' [a](https://b) \u{202e}￾\u{0}%0Asub folder/modèles/a b%25.Modelfile:4:8: \u{1b}[31m`%250A`\u{d}\n::error::x, y\n]]></failure></script>&amp;"' [a](https://b) \u{202e}￾\u{0}%0Ahelp: \u{1b}[31m`%250A`\u{d}\n::error::x, y\n]]></failure></script>&amp;"' [a](https://b) \u{202e}￾\u{0}
    ::notice title=MF616 unchecked-reference,file=/elsewhere/c%3A%2Cd.txt,line=1,col=1,endLine=1,endColumn=2::one more
    "#);
}

#[test]
fn code_quality() {
    assert_snapshot!(workspace().print(gitlab), @r#"
    [
      {
        "description": "`x`: the link leads nowhere",
        "check_name": "unreadable-file",
        "fingerprint": "fc3df89c7a2570b477a64d725933386a",
        "severity": "major",
        "location": {
          "path": "sub folder/maquette.toml",
          "lines": {
            "begin": 1,
            "end": 1
          }
        }
      },
      {
        "description": "`twice` is listed twice; remove one of them",
        "check_name": "duplicate-item",
        "fingerprint": "6dc9f17a5d530a3ab2b640c7743495a2",
        "severity": "minor",
        "location": {
          "path": "sub folder/modèles/a b%.Modelfile",
          "lines": {
            "begin": 2,
            "end": 2
          }
        }
      },
      {
        "description": "there is no parameter `tempratur`; did you mean `temperature`?",
        "check_name": "unknown-parameter",
        "fingerprint": "665f67f57807da202eb2243e5a77795a",
        "severity": "major",
        "location": {
          "path": "sub folder/modèles/a b%.Modelfile",
          "lines": {
            "begin": 3,
            "end": 3
          }
        }
      },
      {
        "description": "\\u{1b}[31m`%0A`\\u{d}\\n::error::x, y\\n]]></failure></script>&amp;\"' [a](https://b) \\u{202e}￾\\u{0}; \\u{1b}[31m`%0A`\\u{d}\\n::error::x, y\\n]]></failure></script>&amp;\"' [a](https://b) \\u{202e}￾\\u{0}",
        "check_name": "repeated-instruction",
        "fingerprint": "ed7eededda657409fedd720923c0fcff",
        "severity": "minor",
        "location": {
          "path": "sub folder/modèles/a b%.Modelfile",
          "lines": {
            "begin": 4,
            "end": 5
          }
        }
      },
      {
        "description": "one more",
        "check_name": "unchecked-reference",
        "fingerprint": "d442b7c3c80d4d29e4068ebaba549464",
        "severity": "info",
        "location": {
          "path": "/elsewhere/c:,d.txt",
          "lines": {
            "begin": 1,
            "end": 1
          }
        }
      }
    ]
    "#);
}

#[test]
fn failed_tests() {
    assert_snapshot!(workspace().print(tests), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="maquette" tests="6" failures="2" errors="0">
      <testsuite name="sub folder/maquette.toml" tests="1" failures="1" errors="0" skipped="0">
        <testcase name="MF602 unreadable-file" classname="sub folder/maquette.toml" file="sub folder/maquette.toml">
          <failure type="error" message="`x`: the link leads nowhere">`x`: the link leads nowhere</failure>
        </testcase>
      </testsuite>
      <testsuite name="sub folder/modèles/a b%.Modelfile" tests="3" failures="1" errors="0" skipped="0">
        <testcase name="MF507 duplicate-item (2:23)" classname="sub folder/modèles/a b%.Modelfile" file="sub folder/modèles/a b%.Modelfile" line="2">
          <system-out>warning: `twice` is listed twice
    here: again
    /elsewhere/c:,d.txt:1:3: the first time here
    help: remove one of them</system-out>
        </testcase>
        <testcase name="MF301 unknown-parameter (3:11)" classname="sub folder/modèles/a b%.Modelfile" file="sub folder/modèles/a b%.Modelfile" line="3">
          <failure type="error" message="there is no parameter `tempratur`">there is no parameter `tempratur`
    help: did you mean `temperature`?</failure>
        </testcase>
        <testcase name="MF420 repeated-instruction (4:8)" classname="sub folder/modèles/a b%.Modelfile" file="sub folder/modèles/a b%.Modelfile" line="4">
          <system-out>warning: \u{1b}[31m`%0A`\u{d}\n::error::x, y\n]]&gt;&lt;/failure&gt;&lt;/script&gt;&amp;amp;"' [a](https://b) \u{202e}\u{fffe}\u{0}
    sub folder/modèles/a b%.Modelfile:4:8: \u{1b}[31m`%0A`\u{d}\n::error::x, y\n]]&gt;&lt;/failure&gt;&lt;/script&gt;&amp;amp;"' [a](https://b) \u{202e}\u{fffe}\u{0}
    help: \u{1b}[31m`%0A`\u{d}\n::error::x, y\n]]&gt;&lt;/failure&gt;&lt;/script&gt;&amp;amp;"' [a](https://b) \u{202e}\u{fffe}\u{0}</system-out>
        </testcase>
      </testsuite>
      <testsuite name="sub folder/fine.Modelfile" tests="1" failures="0" errors="0" skipped="0">
        <testcase name="check" classname="sub folder/fine.Modelfile" file="sub folder/fine.Modelfile"/>
      </testsuite>
      <testsuite name="/elsewhere/c:,d.txt" tests="1" failures="0" errors="0" skipped="0">
        <testcase name="MF616 unchecked-reference (1:1)" classname="/elsewhere/c:,d.txt" file="/elsewhere/c:,d.txt" line="1">
          <system-out>info: one more</system-out>
        </testcase>
      </testsuite>
    </testsuites>
    "#);
}

#[test]
fn a_style_report() {
    assert_snapshot!(workspace().print(checkstyle), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <checkstyle version="8.0">
      <file name="sub folder/maquette.toml">
        <error severity="error" message="`x`: the link leads nowhere" source="maquette.MF602.unreadable-file"/>
      </file>
      <file name="sub folder/modèles/a b%.Modelfile">
        <error line="2" column="23" severity="warning" message="`twice` is listed twice; remove one of them" source="maquette.MF507.duplicate-item"/>
        <error line="3" column="11" severity="error" message="there is no parameter `tempratur`; did you mean `temperature`?" source="maquette.MF301.unknown-parameter"/>
        <error line="4" column="8" severity="warning" message="\u{1b}[31m`%0A`\u{d}\n::error::x, y\n]]&gt;&lt;/failure&gt;&lt;/script&gt;&amp;amp;&quot;' [a](https://b) \u{202e}\u{fffe}\u{0}; \u{1b}[31m`%0A`\u{d}\n::error::x, y\n]]&gt;&lt;/failure&gt;&lt;/script&gt;&amp;amp;&quot;' [a](https://b) \u{202e}\u{fffe}\u{0}" source="maquette.MF420.repeated-instruction"/>
      </file>
      <file name="/elsewhere/c:,d.txt">
        <error line="1" column="1" severity="info" message="one more" source="maquette.MF616.unchecked-reference"/>
      </file>
    </checkstyle>
    "#);
}

/// Each value of a list on a line of its own.
fn each(list: &Value) -> String {
    list.as_array().unwrap().iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn review_comments() {
    let mut report: Value = serde_json::from_str(&workspace().print(rdjson)).unwrap();
    let diagnostics = report["diagnostics"].take();
    assert_snapshot!(report, @r#"
    {"source":{"name":"maquette"},"diagnostics":null}
    "#);
    assert_snapshot!(each(&diagnostics), @r#"
    {"message":"`x`: the link leads nowhere","location":{"path":"sub folder/maquette.toml"},"severity":"ERROR","code":{"value":"MF602 unreadable-file"}}
    {"message":"`twice` is listed twice\nhere: again\n/elsewhere/c:,d.txt:1:3: the first time here\nhelp: remove one of them","location":{"path":"sub folder/modèles/a b%.Modelfile","range":{"start":{"line":2,"column":39},"end":{"line":2,"column":44}}},"severity":"WARNING","code":{"value":"MF507 duplicate-item"},"suggestions":[{"range":{"start":{"line":2,"column":37},"end":{"line":2,"column":44}},"text":"👩‍👩‍👧\n"}]}
    {"message":"there is no parameter `tempratur`\nhelp: did you mean `temperature`?","location":{"path":"sub folder/modèles/a b%.Modelfile","range":{"start":{"line":3,"column":11},"end":{"line":3,"column":20}}},"severity":"ERROR","code":{"value":"MF301 unknown-parameter"}}
    {"message":"\\u{1b}[31m`%0A`\\u{d}\\n::error::x, y\\n]]></failure></script>&amp;\"' [a](https://b) \\u{202e}￾\\u{0}\nsub folder/modèles/a b%.Modelfile:4:8: \\u{1b}[31m`%0A`\\u{d}\\n::error::x, y\\n]]></failure></script>&amp;\"' [a](https://b) \\u{202e}￾\\u{0}\nhelp: \\u{1b}[31m`%0A`\\u{d}\\n::error::x, y\\n]]></failure></script>&amp;\"' [a](https://b) \\u{202e}￾\\u{0}","location":{"path":"sub folder/modèles/a b%.Modelfile","range":{"start":{"line":4,"column":8},"end":{"line":5,"column":5}}},"severity":"WARNING","code":{"value":"MF420 repeated-instruction"}}
    {"message":"one more","location":{"path":"/elsewhere/c:,d.txt","range":{"start":{"line":1,"column":1},"end":{"line":1,"column":3}}},"severity":"INFO","code":{"value":"MF616 unchecked-reference"}}
    "#);
}

#[test]
fn a_static_analysis_log() {
    let mut log: Value = serde_json::from_str(&workspace().print(sarif)).unwrap();
    let results = log["runs"][0]["results"].take();
    // Pages of rules have tests of their own.
    let driver = &mut log["runs"][0]["tool"]["driver"];
    for rule in driver["rules"].as_array_mut().unwrap() {
        assert_eq!(rule["help"]["text"], rule["help"]["markdown"]);
        rule.as_object_mut().unwrap().retain(|key, _| key == "id" || key == "name");
    }
    driver["semanticVersion"] = "…".into();
    assert_snapshot!(log, @r#"
    {"$schema":"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json","version":"2.1.0","runs":[{"tool":{"driver":{"name":"maquette","semanticVersion":"…","rules":[{"id":"MF301","name":"unknown-parameter"},{"id":"MF420","name":"repeated-instruction"},{"id":"MF507","name":"duplicate-item"},{"id":"MF602","name":"unreadable-file"},{"id":"MF616","name":"unchecked-reference"}]}},"originalUriBaseIds":{"%SRCROOT%":{"description":{"text":"the root of the repository"}}},"columnKind":"utf16CodeUnits","newlineSequences":["\r\n","\n","\r"],"results":null}]}
    "#);
    assert_snapshot!(each(&results), @r#"
    {"ruleId":"MF602","ruleIndex":3,"level":"error","message":{"text":"`x`: the link leads nowhere"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"sub%20folder/maquette.toml","uriBaseId":"%SRCROOT%"},"region":{"startLine":1}}}],"partialFingerprints":{"maquetteLine/v1":"fc3df89c7a2570b477a64d725933386a"}}
    {"ruleId":"MF507","ruleIndex":2,"level":"warning","message":{"text":"`twice` is listed twice\nhelp: remove one of them"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"sub%20folder/mod%C3%A8les/a%20b%25.Modelfile","uriBaseId":"%SRCROOT%"},"region":{"startLine":2,"startColumn":26,"endLine":2,"endColumn":31}},"message":{"text":"again"}}],"relatedLocations":[{"id":1,"physicalLocation":{"artifactLocation":{"uri":"file:///elsewhere/c%3A%2Cd.txt"},"region":{"startLine":1,"startColumn":3,"endLine":1,"endColumn":8}},"message":{"text":"the first time here"}}],"partialFingerprints":{"maquetteLine/v1":"6dc9f17a5d530a3ab2b640c7743495a2"},"fixes":[{"description":{"text":"remove it"},"artifactChanges":[{"artifactLocation":{"uri":"sub%20folder/mod%C3%A8les/a%20b%25.Modelfile","uriBaseId":"%SRCROOT%"},"replacements":[{"deletedRegion":{"startLine":2,"startColumn":24,"endLine":2,"endColumn":26}},{"deletedRegion":{"startLine":2,"startColumn":26,"endLine":2,"endColumn":31},"insertedContent":{"text":"👩‍👩‍👧\n"}}]}]}]}
    {"ruleId":"MF301","ruleIndex":0,"level":"error","message":{"text":"there is no parameter `tempratur`\nhelp: did you mean `temperature`?"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"sub%20folder/mod%C3%A8les/a%20b%25.Modelfile","uriBaseId":"%SRCROOT%"},"region":{"startLine":3,"startColumn":11,"endLine":3,"endColumn":20}}}],"partialFingerprints":{"maquetteLine/v1":"665f67f57807da202eb2243e5a77795a"}}
    {"ruleId":"MF420","ruleIndex":1,"level":"warning","message":{"text":"\\u{1b}\\[31m`%0A`\\u{d}\n::error::x, y\n\\]\\]></failure></script>&amp;\"' \\[a\\](https://b) \\u{202e}￾\\u{0}\nhelp: \\u{1b}\\[31m`%0A`\\u{d}\n::error::x, y\n\\]\\]></failure></script>&amp;\"' \\[a\\](https://b) \\u{202e}￾\\u{0}"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"sub%20folder/mod%C3%A8les/a%20b%25.Modelfile","uriBaseId":"%SRCROOT%"},"region":{"startLine":4,"startColumn":8,"endLine":5,"endColumn":5}}}],"relatedLocations":[{"id":1,"physicalLocation":{"artifactLocation":{"uri":"sub%20folder/mod%C3%A8les/a%20b%25.Modelfile","uriBaseId":"%SRCROOT%"},"region":{"startLine":4,"startColumn":8,"endLine":5,"endColumn":5}},"message":{"text":"\\u{1b}\\[31m`%0A`\\u{d}\n::error::x, y\n\\]\\]></failure></script>&amp;\"' \\[a\\](https://b) \\u{202e}￾\\u{0}"}}],"partialFingerprints":{"maquetteLine/v1":"ed7eededda657409fedd720923c0fcff"}}
    {"ruleId":"MF616","ruleIndex":4,"level":"note","message":{"text":"one more"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"file:///elsewhere/c%3A%2Cd.txt"},"region":{"startLine":1,"startColumn":1,"endLine":1,"endColumn":2}}}],"partialFingerprints":{"maquetteLine/v1":"d442b7c3c80d4d29e4068ebaba549464"}}
    "#);
}
