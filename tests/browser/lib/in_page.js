// Runs inside the page: measures what a reader would see and returns plain data.
// Every check returns a list of findings, each a sentence that names the element.
'use strict';
(() => {
  const MAIN = () => document.querySelector('main') ?? document.body;

  /** A short CSS-like path, from the nearest ancestor with an id. */
  function nameOf(element) {
    const parts = [];
    for (let at = element; at && at !== document.body; at = at.parentElement) {
      const classes = typeof at.className === 'string' ? at.className.trim().split(/\s+/).filter(Boolean) : [];
      parts.unshift(at.localName + (at.id ? `#${at.id}` : '') + classes.map((c) => `.${c}`).join(''));
      if (at.id || at.localName === 'main') break;
    }
    const text = element.textContent.trim().replace(/\s+/g, ' ').slice(0, 40);
    return parts.slice(-4).join(' > ') + (text ? ` “${text}”` : '');
  }

  function isShown(element) {
    return element.checkVisibility({ visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: true });
  }

  function all(selector, root = MAIN()) {
    return [...root.querySelectorAll(selector)];
  }

  // Visible, with a size.

  function faintOrEmpty(element) {
    const box = element.getBoundingClientRect();
    if (!isShown(element)) return `${nameOf(element)}: is not visible`;
    if (box.width < 1 || box.height < 1) return `${nameOf(element)}: is ${box.width} × ${box.height} px`;
    return null;
  }

  function plots() {
    return all('figure.plot').flatMap((figure) => {
      const drawings = all('svg, img', figure);
      if (drawings.length === 0) return [`${nameOf(figure)}: holds no drawing`];
      const shown = drawings.filter((drawing) => faintOrEmpty(drawing) === null);
      return shown.length > 0 ? shown.flatMap(emptyDrawing) : [faintOrEmpty(drawings[0])];
    });
  }

  function emptyDrawing(drawing) {
    if (drawing.localName !== 'svg') return [];
    const marks = all('path, line, polyline, polygon, rect, circle, text, use', drawing).filter((mark) => {
      const box = mark.getBoundingClientRect();
      return box.width + box.height > 0;
    });
    return marks.length > 0 ? [] : [`${nameOf(drawing)}: draws nothing`];
  }

  function formulas() {
    const hidden = all('math').map(faintOrEmpty).filter(Boolean);
    const failed = all('math merror, .math-error').map((element) => `${nameOf(element)}: formula did not parse`);
    return [...hidden, ...failed, ...mathsFont()];
  }

  /** Without a font that has a MATH table, brackets, roots and sums are drawn badly. */
  function mathsFont() {
    const formula = document.querySelector('main math');
    if (!formula) return [];
    const family = getComputedStyle(formula).fontFamily.split(',')[0].trim().replace(/^["']|["']$/g, '');
    const loaded = [...document.fonts].some((font) =>
      font.family.replace(/^["']|["']$/g, '') === family && font.status === 'loaded');
    return loaded ? [] : [`${nameOf(formula)}: maths font \`${family}\` is not shipped or did not load`];
  }

  function images() {
    return all('img').filter((image) => !image.complete || image.naturalWidth === 0)
      .map((image) => `${nameOf(image)}: image \`${image.getAttribute('src')}\` did not load`);
  }

  // Inside the page.

  function overflow() {
    const limit = pageBox();
    const found = [];
    for (const element of all('*')) {
      if (element.closest('svg') && element.localName !== 'svg') continue;
      if (found.some((outer) => outer.element.contains(element))) continue;
      const excess = excessOf(element, limit);
      if (excess > 1 && !scrollsInside(element)) found.push({ element, excess });
    }
    const sentences = found.map(({ element, excess }) =>
      `${nameOf(element)}: reaches ${Math.round(excess)} px out of the page at ${innerWidth} px`);
    return sentences.length > 0 ? sentences : sideways();
  }

  function pageBox() {
    const content = document.querySelector('.content') ?? document.documentElement;
    const box = content.getBoundingClientRect();
    return { left: Math.max(0, box.left), right: Math.min(document.documentElement.clientWidth, box.right) };
  }

  function excessOf(element, limit) {
    const box = element.getBoundingClientRect();
    if (box.width < 1 || box.height < 1 || !isShown(element)) return 0;
    return Math.max(box.right - limit.right, limit.left - box.left);
  }

  function scrollsInside(element) {
    for (let at = element.parentElement; at && at !== MAIN(); at = at.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(at).overflowX)) return true;
    }
    return false;
  }

  function sideways() {
    return [document.documentElement, document.querySelector('.content')]
      .filter((box) => box && box.scrollWidth > box.clientWidth + 1)
      .map((box) => `${box.localName}: scrolls sideways by ${box.scrollWidth - box.clientWidth} px at ${innerWidth} px`);
  }

  /** Text that a drawing's own edge cuts off. */
  function clippedLabels() {
    return all('figure.plot svg').filter(isShown).flatMap((svg) => {
      const frame = svg.getBoundingClientRect();
      return all('text', svg).filter((text) => {
        const box = text.getBoundingClientRect();
        const excess = Math.max(frame.left - box.left, box.right - frame.right, frame.top - box.top, box.bottom - frame.bottom);
        return box.width > 0 && excess > 2;
      }).map((text) => `${nameOf(text)}: is cut off by the edge of its plot`);
    });
  }

  // Colour.

  function faintLabels() {
    return all('figure.plot svg text').filter(isShown).flatMap((text) => {
      const ink = colour(getComputedStyle(text).fill);
      if (!ink || !text.textContent.trim()) return [];
      const ratio = contrast(ink, backgroundOf(text));
      return ratio >= 3 ? [] : [`${nameOf(text)}: contrast ${ratio.toFixed(1)}, expected at least 3`];
    });
  }

  function backgroundOf(text) {
    return paintUnder(text) ?? pageColour(text);
  }

  /** The last opaque rectangle that is drawn before the text and under its middle. */
  function paintUnder(text) {
    const box = text.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const under = all('rect', text.closest('svg')).filter((rect) => {
      const r = rect.getBoundingClientRect();
      const before = rect.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING;
      return before && r.left <= x && x <= r.right && r.top <= y && y <= r.bottom && isOpaque(rect);
    });
    return under.length > 0 ? colour(getComputedStyle(under.at(-1)).fill) : null;
  }

  function isOpaque(rect) {
    const style = getComputedStyle(rect);
    return colour(style.fill) !== null && Number(style.fillOpacity) * Number(style.opacity) > 0.5 && isShown(rect);
  }

  function pageColour(element) {
    for (let at = element; at; at = at.parentElement) {
      const background = colour(getComputedStyle(at).backgroundColor);
      if (background) return background;
    }
    return [255, 255, 255];
  }

  function colour(value) {
    const parts = value.match(/^rgba?\(([^)]+)\)/)?.[1].split(/[,\s/]+/).map(Number);
    return !parts || parts[3] < 0.5 ? null : parts.slice(0, 3);
  }

  /** Contrast ratio of WCAG 2.2, from relative luminance. */
  function contrast(a, b) {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  }

  function luminance(rgb) {
    const [r, g, b] = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  // Structure: figures, ids, evidence, leftovers.

  function captions() {
    return all('figure.plot, figure.table').flatMap((figure) => {
      const word = figure.classList.contains('plot') ? 'Figure' : 'Table';
      const caption = figure.querySelector('figcaption, caption')?.textContent.trim() ?? '';
      return [
        figure.id ? null : `${nameOf(figure)}: has no id to link to`,
        new RegExp(`^${word}\\s+[0-9A-Z.]*[0-9]\\.?\\s+\\S`).test(caption) ? null : `${nameOf(figure)}: caption does not begin with “${word} N.” and a text`,
        figure.querySelector('a[href$=".csv"]') ? null : `${nameOf(figure)}: has no link to its data as CSV`,
      ].filter(Boolean);
    });
  }

  const TALLEST_PLACEHOLDER = 120; // px

  function placeholders() {
    return all('figure.pending').filter(isShown).flatMap((figure) => {
      const { height } = figure.getBoundingClientRect();
      const captions = all('figcaption p', figure).map((caption) => caption.textContent.trim());
      const isNumbered = (caption) => /^(Figure|Table)\s+[0-9]+\.\s+\S/.test(caption);
      return [
        height <= TALLEST_PLACEHOLDER ? null : `${nameOf(figure)}: is ${Math.round(height)} px tall, expected at most ${TALLEST_PLACEHOLDER}`,
        figure.id && all('figcaption p + p', figure).every((other) => other.querySelector('[id]')) ? null : `${nameOf(figure)}: has no id to link to`,
        captions.length > 0 && captions.every(isNumbered) ? null : `${nameOf(figure)}: a caption does not begin with its number and a text`,
      ].filter(Boolean);
    });
  }

  function plotNames() {
    return all('figure.plot svg').filter(isShown).filter((svg) => {
      const named = svg.getAttribute('aria-label') || svg.getAttribute('aria-labelledby') || svg.querySelector(':scope > title');
      return svg.getAttribute('role') !== 'img' || !named;
    }).map((svg) => `${nameOf(svg)}: needs role="img" and a title for screen readers`);
  }

  function ids() {
    const seen = new Set();
    return [...document.querySelectorAll('[id]')].filter((element) => {
      const repeated = seen.has(element.id);
      seen.add(element.id);
      return repeated;
    }).map((element) => `${nameOf(element)}: id \`${element.id}\` is used twice`);
  }

  function evidence() {
    return all('a.quantity').flatMap((link) => [
      ['measured', 'derived', 'quoted'].some((kind) => link.classList.contains(kind)) ? null : `${nameOf(link)}: is neither measured nor derived nor quoted`,
      /ev-./.test(link.hash) ? null : `${nameOf(link)}: does not link to its evidence`,
      link.textContent.trim() ? null : `${nameOf(link)}: prints nothing`,
    ].filter(Boolean));
  }

  const LEFTOVERS = [
    [/<<|>>|<%|%>/, 'template delimiters'],
    [/\{#[\w-]+\}/, 'an anchor that was not read'],
    [/\{\{#?\w/, 'an mdBook directive'],
    [/\$\$|\\(?:frac|sum|sqrt|cdot|times|text|beta|mathrm)\b/, 'LaTeX'],
    [/\[@[a-z]|(?:^|\s)@(?:fig|tbl|eq)-/, 'a reference that was not resolved'],
    [/(?:^|\s)(?:NaN|undefined|null)(?:\s|$)/, 'an empty value'],
  ];

  function leftovers() {
    const walker = document.createTreeWalker(MAIN(), NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement;
      if (parent.closest('code, pre, math, script, style, textarea')) continue;
      for (const [pattern, what] of LEFTOVERS) {
        if (pattern.test(walker.currentNode.data)) found.push(`${nameOf(parent)}: shows ${what}`);
      }
    }
    return found;
  }

  // For the checks that look at the whole book.

  function linkFacts() {
    return {
      ids: [...document.querySelectorAll('[id]')].map((element) => element.id)
        .concat([...document.querySelectorAll('a[name]')].map((anchor) => anchor.name)),
      links: [...document.querySelectorAll('a[href], area[href]')].map((link) => ({
        href: link.getAttribute('href') ?? link.getAttribute('xlink:href') ?? '',
        url: new URL(link.getAttribute('href') ?? '', document.baseURI).href,
        name: nameOf(link),
      })),
      hints: [...document.querySelectorAll('link[href], script[src], iframe[src], source[src], embed[src], object[data]')]
        .map((element) => new URL(element.getAttribute('href') ?? element.getAttribute('src') ?? element.getAttribute('data'), document.baseURI).href),
    };
  }

  /** Texts drawn in plots and formulas, and the prose around them. */
  function textFacts() {
    const prose = MAIN().cloneNode(true);
    all('svg, math, script, style', prose).forEach((element) => element.remove());
    return {
      drawn: all('svg text, svg title, svg desc').map((text) => text.textContent.trim()).filter(Boolean),
      formulas: all('math').map((formula) => formula.textContent.trim()).filter(Boolean),
      prose: prose.textContent,
    };
  }

  function openEverything() {
    all('details').forEach((details) => { details.open = true; });
    const whole = document.createElement('style');
    whole.textContent = 'main * { content-visibility: visible !important; }';
    document.head.append(whole);
    all('img[loading=lazy]').forEach((image) => { image.loading = 'eager'; });
  }

  const checks = {
    plots, formulas, images, overflow, clippedLabels, faintLabels, captions, placeholders, plotNames, ids, evidence, leftovers,
  };
  window.measuredTest = {
    check: (names) => Object.fromEntries(names.map((name) => [name, checks[name]()])),
    linkFacts, textFacts, openEverything, sideways, nameOf, isShown,
  };
})();
