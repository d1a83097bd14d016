'use strict';
(() => {
  const root = document.documentElement;
  const at = (id) => document.getElementById(id);
  const all = (query) => Array.from(document.querySelectorAll(query));
  const changes = all('.change');
  const folds = changes.filter((change) => change.tagName === 'DETAILS');
  const chips = all('.chips button');
  const texts = new Map();
  root.classList.add('js');

  // Filter: every word has to be found; the chips of a kind add up, and those of two kinds narrow down.
  const textOf = (change) => {
    if (!texts.has(change)) texts.set(change, change.textContent.toLowerCase());
    return texts.get(change);
  };
  const matches = (change, words, wanted) =>
    Object.entries(wanted).every(([kind, values]) =>
      values.length === 0 || values.some((value) => change.dataset[kind].split(' ').includes(value))) &&
    words.every((word) => {
      const [kind, value] = word.split(/:(.*)/s);
      if (kind === 'id' && value) return change.dataset.id.toLowerCase().includes(value);
      if (kind === 'action' && value) return change.dataset.action === value;
      if (kind === 'class' && value) return change.dataset.marks.split(' ').includes(value);
      return textOf(change).includes(word);
    });
  const filter = () => {
    const words = at('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = { action: [], marks: [] };
    for (const chip of chips) {
      if (chip.getAttribute('aria-pressed') === 'true') wanted[chip.dataset.kind].push(chip.dataset.value);
    }
    let shown = 0;
    for (const change of changes) {
      change.hidden = !matches(change, words, wanted);
      shown += change.hidden ? 0 : 1;
    }
    at('shown').value = shown === changes.length ? `${shown} in all` : `${shown} of ${changes.length}`;
    at('none').hidden = shown > 0 || changes.length === 0;
  };
  const clear = () => {
    at('filter').value = '';
    for (const chip of chips) chip.setAttribute('aria-pressed', 'false');
    filter();
  };
  at('filter').addEventListener('input', filter);
  at('clear').addEventListener('click', clear);
  for (const chip of chips) {
    chip.addEventListener('click', () => {
      chip.setAttribute('aria-pressed', String(chip.getAttribute('aria-pressed') !== 'true'));
      filter();
    });
  }

  // Fold: one button, which does what is left to do.
  const nameFold = () => {
    at('fold').textContent = folds.some((fold) => !fold.open) || folds.length === 0 ? 'Unfold all' : 'Fold all';
  };
  at('fold').addEventListener('click', () => {
    const open = folds.some((fold) => !fold.open);
    for (const fold of folds) fold.open = open;
    nameFold();
  });
  for (const fold of folds) fold.addEventListener('toggle', nameFold);

  const view = () => {
    const split = root.dataset.view !== 'split';
    root.dataset.view = split ? 'split' : 'unified';
    at('view').setAttribute('aria-pressed', String(split));
  };
  at('view').addEventListener('click', view);

  // Theme: what the system says until somebody chooses.
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (root.dataset.theme || (dark.matches ? 'dark' : 'light')) === 'dark';
  const nameTheme = () => { at('theme').textContent = isDark() ? 'Light' : 'Dark'; };
  at('theme').addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    nameTheme();
  });
  dark.addEventListener('change', nameTheme);

  // Paper cannot be unfolded.
  let closed = [];
  addEventListener('beforeprint', () => {
    closed = all('details:not([open])');
    for (const fold of closed) fold.open = true;
  });
  addEventListener('afterprint', () => {
    for (const fold of closed) fold.open = false;
  });

  const step = (by) => {
    const titles = folds.filter((fold) => !fold.hidden).map((fold) => fold.querySelector('summary'));
    const now = titles.indexOf(document.activeElement);
    const next = titles[now < 0 ? (by > 0 ? 0 : titles.length - 1) : now + by];
    if (next) {
      next.focus();
      next.scrollIntoView({ block: 'nearest' });
    }
  };
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') return clear();
    if (event.target.tagName === 'INPUT') return;
    const does = { '/': () => at('filter').focus(), j: () => step(1), k: () => step(-1), s: view }[event.key];
    if (does) {
      event.preventDefault();
      does();
    }
  });

  filter();
  nameFold();
  nameTheme();
})();
