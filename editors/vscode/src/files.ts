// Which files the server looks after. The manifest of the extension has the same patterns; a test compares them.

/** The language of a model's file. */
export const LANGUAGE = 'modelfile';

/** What the server is told about: models in any folder, and the manifest. */
export const SELECTOR = [
  { scheme: 'file', language: LANGUAGE },
  { scheme: 'untitled', language: LANGUAGE },
  { scheme: 'file', pattern: '**/maquette.toml' },
];
