// Filters kept in the address, links that open what they point at, copying, keys: arrows in the matrix, n and p.
// Without this script the page shows everything.
(() => {
  const form = document.querySelector('.filters');
  const requirements = [...document.querySelectorAll('.requirement')];
  const cells = [...document.querySelectorAll('.matrix a.cell')];
  const folds = [...document.querySelectorAll('.rows')];
  for (const fold of folds) fold.dataset.open = fold.open;
  const output = document.querySelector('[data-count]');
  const reset = form.querySelector('[type="reset"]');
  const texts = new Map();

  const textOf = (requirement) => {
    if (!texts.has(requirement)) texts.set(requirement, requirement.textContent.toLowerCase());
    return texts.get(requirement);
  };

  const chosen = () => {
    const entries = [...new FormData(form)].filter(([, value]) => value !== '');
    return new URLSearchParams(entries);
  };

  const matches = (requirement, parameters) =>
    ['outcome', 'level', 'operation'].every((name) => {
      const wanted = parameters.getAll(name);
      return wanted.length === 0 || wanted.includes(requirement.dataset[name]);
    }) && textOf(requirement).includes((parameters.get('text') ?? '').trim().toLowerCase());

  const apply = () => {
    const parameters = chosen();
    const filtered = parameters.size > 0;
    const kept = new Set();
    for (const requirement of requirements) {
      requirement.hidden = filtered && !matches(requirement, parameters);
      if (!requirement.hidden) kept.add(requirement.dataset.id);
    }
    for (const group of document.querySelectorAll('.group, .cause')) {
      const members = [...group.querySelectorAll('.requirement')];
      group.hidden = filtered && !members.some(({ hidden }) => !hidden);
    }
    // What is looked for is not behind a fold.
    for (const fold of folds) {
      const members = [...fold.querySelectorAll('.requirement')];
      const found = members.filter(({ hidden }) => !hidden).length;
      if (members.length > 0) fold.hidden = filtered && found === 0;
      if (filtered && found > 0) fold.open = true;
      else if (!filtered) fold.open = fold.dataset.open === 'true';
    }
    for (const cell of cells) cell.classList.toggle('dim', !kept.has(cell.dataset.for));
    for (const row of document.querySelectorAll('.matrix tbody tr')) {
      row.hidden = !row.querySelector('.cell:not(.dim)');
    }
    const all = new Set(requirements.map(({ dataset }) => dataset.id)).size;
    output.textContent = filtered ? `${kept.size} of ${all} requirements` : `${all} requirements`;
    document.querySelector('.nothing').hidden = kept.size > 0;
    reset.hidden = !filtered;
    settleFocusableCell();
  };

  const remember = () => {
    const query = chosen().toString();
    const address = `${location.pathname}${query && '?'}${query}${location.hash}`;
    history.replaceState(null, '', address);
  };

  const restore = () => {
    const parameters = new URLSearchParams(location.search);
    for (const box of form.querySelectorAll('[type="checkbox"]')) {
      box.checked = parameters.getAll(box.name).includes(box.value);
    }
    form.elements.text.value = parameters.get('text') ?? '';
  };

  const clear = () => {
    for (const box of form.querySelectorAll('[type="checkbox"]')) box.checked = false;
    form.elements.text.value = '';
    apply();
    remember();
  };

  const target = () => {
    try {
      return document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return null;
    }
  };

  // A link leads to its requirement even when it is filtered out, or stands in a fold.
  const arrive = () => {
    const place = location.hash.length > 1 && target();
    if (!place) return;
    if (place.closest('[hidden]')) clear();
    for (let fold = place.closest('details'); fold; fold = fold.parentElement.closest('details')) {
      fold.open = true;
    }
    const focusable = place.matches('details') ? place.querySelector('summary') : place;
    if (focusable === place && !place.hasAttribute('tabindex')) place.tabIndex = -1;
    place.scrollIntoView();
    focusable.focus({ preventScroll: true });
  };

  form.addEventListener('input', () => {
    apply();
    remember();
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', (event) => {
    event.preventDefault();
    clear();
    form.elements.text.focus();
  });
  addEventListener('hashchange', arrive);
  // The address may hold the fragment already, and then nothing changes when its link is followed again.
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) arrive();
  });

  // Code points that cannot be shown stand in the code by name; a copy has the characters themselves.
  const exactText = (code) => {
    const copy = code.cloneNode(true);
    for (const named of copy.querySelectorAll('[data-code]')) {
      const point = Number(named.dataset.code);
      named.replaceWith(point > 0xffff ? String.fromCodePoint(point) : String.fromCharCode(point));
    }
    return copy.textContent;
  };

  const copy = async (button) => {
    const code = button.parentElement.querySelector('code');
    try {
      await navigator.clipboard.writeText(exactText(code));
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = 'Selected';
    }
    announcer.textContent = button.textContent;
    setTimeout(() => {
      button.textContent = 'Copy';
      announcer.textContent = '';
    }, 2000);
  };

  const announcer = document.createElement('p');
  announcer.className = 'unseen';
  announcer.setAttribute('role', 'status');
  document.querySelector('main').append(announcer);
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-copy]');
    if (button) copy(button);
  });

  // The matrix is one stop for the tab key; arrows move inside it.
  const settleFocusableCell = (wanted) => {
    const open = cells.filter((cell) => !cell.closest('[hidden]'));
    const one = wanted ?? open.find((cell) => cell.tabIndex === 0) ?? open[0];
    for (const cell of cells) cell.tabIndex = cell === one ? 0 : -1;
  };

  const middle = (cell) => {
    const { left, right } = cell.getBoundingClientRect();
    return (left + right) / 2;
  };

  const neighbour = (cell, key) => {
    const rows = [...document.querySelectorAll('.matrix tbody tr:not([hidden])')].map((row) => [
      ...row.querySelectorAll('a.cell'),
    ]);
    const at = rows.findIndex((row) => row.includes(cell));
    const row = rows[at];
    const column = row.indexOf(cell);
    const nearest = (others = []) =>
      others.toSorted((a, b) => Math.abs(middle(a) - middle(cell)) - Math.abs(middle(b) - middle(cell)))[0];
    const steps = {
      ArrowLeft: () => row[column - 1],
      ArrowRight: () => row[column + 1],
      ArrowUp: () => nearest(rows[at - 1]),
      ArrowDown: () => nearest(rows[at + 1]),
      Home: () => rows[0][0],
      End: () => rows.at(-1).at(-1),
    };
    return steps[key]?.();
  };

  document.querySelector('.matrix').addEventListener('keydown', (event) => {
    const cell = event.target.closest('a.cell');
    if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = neighbour(cell, event.key);
    if (!next) return;
    event.preventDefault();
    settleFocusableCell(next);
    next.focus();
  });

  // n and p lead to the next and the previous cause, or where there is none to the next requirement.
  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest('input, textarea');
    if (typing || event.altKey || event.ctrlKey || event.metaKey || !/^[np]$/.test(event.key)) return;
    const stops = [...document.querySelectorAll('.cause, .group > .card')].filter(
      (stop) => !stop.closest('[hidden]'),
    );
    const here = stops.findIndex((stop) => stop.contains(document.activeElement));
    const below = stops.findIndex((stop) => stop.getBoundingClientRect().top > 0);
    const at = here >= 0 ? here : below >= 0 ? below - 0.5 : stops.length;
    const next = stops[event.key === 'n' ? Math.floor(at + 1) : Math.ceil(at - 1)];
    if (!next) return;
    for (let fold = next.closest('details'); fold; fold = fold.parentElement.closest('details'))
      fold.open = true;
    next.tabIndex = -1;
    next.scrollIntoView();
    next.focus({ preventScroll: true });
  });

  // Browsers that cannot style the inside of a closed fold get all folds opened for print.
  if (!CSS.supports('selector(::details-content)')) {
    addEventListener('beforeprint', () => {
      for (const fold of document.querySelectorAll('details')) fold.open = true;
    });
  }

  restore();
  apply();
  // On load the browser itself goes to the fragment, which takes the focus away: so after that.
  addEventListener('load', () => requestAnimationFrame(arrive));
})();
