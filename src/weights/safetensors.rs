//! Safetensors: how long a whole file is.

use std::io::{self, Read};

use serde_json::Value;

/// Those who made the form allow no longer header.
const MAX_HEADER: u64 = 100_000_000;

/// How many bytes a file has, as its header says.
pub(super) fn length(mut file: impl Read) -> io::Result<u64> {
    let mut number = [0; 8];
    file.read_exact(&mut number)?;
    let header = u64::from_le_bytes(number);
    let invalid = |message: &'static str| io::Error::new(io::ErrorKind::InvalidData, message);
    if header > MAX_HEADER {
        return Err(invalid("it does not begin with the length of a header"));
    }
    let mut text = Vec::new();
    file.take(header).read_to_end(&mut text)?;
    if (text.len() as u64) < header {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let Ok(Value::Object(tensors)) = serde_json::from_slice(&text) else {
        return Err(invalid("its header is not JSON"));
    };
    let end = |tensor: &Value| tensor.get("data_offsets")?.get(1)?.as_u64();
    let data = tensors.values().filter_map(end).max().unwrap_or_default();
    Ok(8 + header + data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_says_how_long_a_file_is() {
        let header = br#"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
        let mut file = (header.len() as u64).to_le_bytes().to_vec();
        file.extend(header);
        file.extend([0; 8]);
        assert_eq!(length(file.as_slice()).unwrap(), file.len() as u64);
        assert!(length(&file[..40]).is_err());
        assert!(length(&b"version https://git-lfs.github.com/spec/v1"[..]).is_err());
        assert!(length(&b"\x02\0\0\0\0\0\0\0no"[..]).is_err());
    }
}
