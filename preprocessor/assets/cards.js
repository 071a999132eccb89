// Cards: what a number is and where it comes from, beside it. Their texts are in a script for each chapter, which is
// loaded for the first of them; a page from the disk can load nothing else.
(() => {
  const OPENS_AFTER = 150; // ms
  const CLOSES_AFTER = 300; // ms, in which the pointer gets from the number to the card
  const GAP = 6; // px between number and card
  const SHEET = matchMedia('(max-width: 600px)');

  const numbers = new Map(); // name → what its card says
  const scripts = new Map(); // file → promise that it was read
  let shown = null; // the number whose card is open
  let wanted = null; // the number whose card is to open
  let dismissed = null; // the number whose card Escape closed while the pointer is on it
  let touched = false; // whether the last press was a finger's
  let before = null; // the number whose card was open when that began
  let timer = 0;

  window.measuredCards = ({ sentences, numbers: cards, inputs }) => {
    for (const [name, card] of Object.entries(cards)) {
      const named = (card.inputs ?? []).map((input) => [input, inputs[input]]);
      numbers.set(name, { ...card, sentence: sentences[card.sentence], inputs: named });
    }
  };

  const card = document.createElement('div');
  card.id = 'evidence-card';
  card.className = 'evidence-card';
  card.setAttribute('role', 'tooltip');
  card.hidden = true;

  const markAt = (target) => target.closest?.('main .quantity') ?? null;
  const addressOf = (mark) => mark.getAttribute('href') ?? mark.dataset.entry;
  const nameOf = (mark) => decodeURIComponent(addressOf(mark).split('#ev-')[1] ?? '');

  // Reading.

  function load(file) {
    if (!scripts.has(file)) {
      scripts.set(file, new Promise((done) => {
        const script = document.createElement('script');
        script.src = (typeof path_to_root === 'string' ? path_to_root : '') + file;
        script.onload = done;
        script.onerror = () => { scripts.delete(file); done(); };
        document.head.append(script);
      }));
    }
    return scripts.get(file);
  }

  /** The files that may have the number's card: the first mark of each chapter names its own. A footnote is moved. */
  function filesFor(mark) {
    const marks = [...document.querySelectorAll('main [data-cards]')];
    const isBefore = (other) => other === mark || other.compareDocumentPosition(mark) & Node.DOCUMENT_POSITION_FOLLOWING;
    const after = marks.findIndex((other) => !isBefore(other));
    const nearest = after < 0 ? [marks.at(-1)] : [marks[after - 1], marks[after]];
    return nearest.filter(Boolean).map((other) => other.dataset.cards);
  }

  async function lookUp(mark) {
    const name = nameOf(mark);
    for (const file of numbers.has(name) ? [] : filesFor(mark)) {
      await load(file);
      if (numbers.has(name)) break;
    }
    return numbers.get(name);
  }

  // Showing.

  function element(name, className, ...content) {
    const made = document.createElement(name);
    made.className = className;
    made.append(...content);
    return made;
  }

  function fill(mark, { kind, value, sentence, place, inputs, more, open }) {
    const lines = inputs.map(([name, value]) => element('li', '', element('code', '', name), ` = ${value}`));
    if (more) lines.push(element('li', '', `and ${more} more`));
    const printed = mark.textContent.trim();
    const parts = [
      element('p', 'evidence-card-head', element('strong', '', printed), ' ', element('span', `evidence-card-kind ${kind}`, kind)),
      value !== printed && element('p', 'evidence-card-value', value),
      element('p', '', sentence),
      place && element('p', '', element('code', '', place)),
      lines.length > 0 && element('ul', '', ...lines),
      open && element('p', 'evidence-card-open', open),
      mark.href && entryLink(mark),
    ];
    card.replaceChildren(...parts.filter(Boolean));
  }

  function entryLink(mark) {
    const link = element('a', '', 'Full entry');
    link.href = mark.href;
    link.tabIndex = -1; // the number itself leads there
    return element('p', 'evidence-card-entry', link);
  }

  /** Beside the number; a sheet stands where its style puts it, and the number above it. */
  function place() {
    if (!shown) return;
    if (SHEET.matches) {
      shown.style.scrollMarginBlockEnd = `${card.offsetHeight + GAP}px`;
      shown.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      return;
    }
    const box = shown.getBoundingClientRect();
    const [width, height] = [document.documentElement.clientWidth, innerHeight];
    const left = Math.max(GAP, Math.min(box.left, width - card.offsetWidth - GAP));
    const above = box.top - card.offsetHeight - GAP;
    const below = box.bottom + GAP;
    const fits = below + card.offsetHeight <= height || above < 0;
    card.style.setProperty('--left', `${left}px`);
    card.style.setProperty('--top', `${fits ? below : above}px`);
  }

  /** Opens the card of a number and tells whether there is one. */
  async function open(mark) {
    clearTimeout(timer);
    wanted = mark;
    const found = await lookUp(mark);
    if (!found) return false;
    if (wanted !== mark) return true;
    if (shown !== mark) {
      close();
      wanted = mark;
      shown = mark;
      fill(mark, found);
      document.body.append(card);
      card.hidden = false;
      mark.setAttribute('aria-describedby', card.id);
    }
    place();
    return true;
  }

  function close() {
    clearTimeout(timer);
    wanted = null;
    shown?.removeAttribute('aria-describedby');
    shown = null;
    card.hidden = true;
  }

  function later(milliseconds, what) {
    clearTimeout(timer);
    timer = setTimeout(what, milliseconds);
  }

  /** The number that the keyboard is on. */
  function focused() {
    const mark = markAt(document.activeElement ?? document.body);
    return mark?.matches(':focus-visible') ? mark : null;
  }

  /** What stays when the pointer has left. */
  function leave() {
    const mark = focused();
    if (mark && mark !== dismissed) open(mark);
    else close();
  }

  // Asking: pointer, finger, keyboard.

  document.addEventListener('pointerover', (event) => {
    if (event.pointerType === 'touch' || touched) return;
    const mark = markAt(event.target);
    if (mark && mark === dismissed) return;
    dismissed = null;
    if (card.contains(event.target) || (mark && mark === shown)) clearTimeout(timer);
    else if (mark) later(OPENS_AFTER, () => open(mark));
    else if (shown) later(CLOSES_AFTER, leave);
    else clearTimeout(timer);
  });

  // A page that scrolls under a mouse which lies still makes events of it, too.
  document.addEventListener('pointermove', (event) => {
    if (event.pointerType !== 'touch' && (event.movementX || event.movementY)) touched = false;
  }, { passive: true });

  document.documentElement.addEventListener('pointerleave', (event) => {
    if (event.pointerType !== 'touch' && !touched) later(CLOSES_AFTER, leave);
  });

  document.addEventListener('focusin', (event) => {
    const mark = markAt(event.target);
    if (mark?.matches(':focus-visible') && !touched) open(mark);
  });

  document.addEventListener('focusout', (event) => {
    if (event.target === dismissed) dismissed = null;
    if (event.target === shown && !shown.matches(':hover') && !card.matches(':hover')) close();
  });

  document.addEventListener('pointerdown', (event) => {
    touched = event.pointerType === 'touch';
    before = shown;
  }, true);

  document.addEventListener('click', async (event) => {
    const mark = markAt(event.target);
    if (mark && mark !== before && (touched || !mark.href)) {
      event.preventDefault();
      if (!await open(mark) && mark.href) location.assign(mark.href);
    } else if (!mark && !card.contains(event.target)) {
      close();
    }
  });

  document.addEventListener('keydown', (event) => {
    touched = false;
    before = null;
    if (event.key !== 'Escape' || !(shown || wanted)) return;
    dismissed = shown ?? wanted;
    close();
  }, true);

  addEventListener('scroll', () => { if (!SHEET.matches) place(); }, { capture: true, passive: true });
  addEventListener('resize', place);
})();
