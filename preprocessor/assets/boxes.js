// What is wider than the page scrolls: the keyboard reaches it, and it has a name.
(() => {
  const FOCUSABLE = 'a[href]:not([tabindex="-1"]), [tabindex="0"]';

  /** What a screen reader calls the box: the caption, or the heading above. */
  function nameOf(box) {
    const caption = box.querySelector('caption') ?? box.closest('figure')?.querySelector('figcaption');
    const number = box.querySelector('.equation-number')?.textContent ?? '';
    if (caption) return caption.textContent.trim();
    if (box.matches('.equation')) return `Equation ${number}`.trim();
    if (box.localName === 'code') return 'Code';
    const headings = [...document.querySelectorAll('main :is(h1, h2, h3, h4, h5, h6)')];
    const above = headings.filter((heading) => heading.compareDocumentPosition(box) & Node.DOCUMENT_POSITION_FOLLOWING);
    return `${box.matches('.table-wrapper') ? 'Table' : 'Figure'}: ${above.at(-1)?.textContent.trim() ?? document.title}`;
  }

  function update(box, scrolls) {
    box.classList.toggle('scrolls', scrolls);
    box.removeAttribute('tabindex');
    if (!scrolls) {
      box.removeAttribute('role');
      box.removeAttribute('aria-label');
      return;
    }
    box.setAttribute('role', 'region');
    box.setAttribute('aria-label', nameOf(box));
    if (!box.querySelector(FOCUSABLE)) box.tabIndex = 0; // else what is in it is reached, and scrolled to
  }

  function updateAll() {
    for (const box of document.querySelectorAll('.table-wrapper, .plot-frame, .equation, pre > code')) {
      update(box, box.scrollWidth > box.clientWidth);
    }
    for (const box of document.querySelectorAll('figure.pending')) {
      update(box, box.scrollHeight > box.clientHeight);
    }
  }

  addEventListener('load', updateAll);
  addEventListener('resize', updateAll);
})();
