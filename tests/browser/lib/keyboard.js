// Keyboard: an evidence link is reached with Tab, shows that it has the focus, and shows where its number comes from.

const NOTE_MS = 500; // until a note that is loaded is shown

/** Tries one link of each kind that the page has. */
export async function keyboardFaults(tab) {
  const faults = [];
  for (const kind of ['measured', 'derived', 'quoted']) {
    const link = tab.locator(`main a.quantity.${kind}:not(table [tabindex="-1"])`).first(); // of a table one is reached with Tab
    if (await link.count() === 0) continue;
    faults.push(...await tryLink(tab, link));
  }
  return faults;
}

async function tryLink(tab, link) {
  const before = await link.evaluate(appearance);
  await link.evaluate(startBefore);
  await tab.keyboard.press('Tab');
  await link.evaluate(untilShown, NOTE_MS);
  const after = await link.evaluate(appearance);
  const faults = [];
  if (!after.focused) faults.push(`${after.name}: Tab does not reach it`);
  if (after.focused && !after.outline) faults.push(`${after.name}: shows no outline on focus`);
  if (after.focused && after.note === before.note) faults.push(`${after.name}: shows no evidence on focus`);
  if (after.sideways.length > before.sideways.length) faults.push(`${after.name}: its evidence reaches out of the page`);
  await link.evaluate((element) => element.previousElementSibling.remove());
  return faults;
}

/** Puts the focus on an empty mark right before the link, so that one Tab must reach the link. */
function startBefore(element) {
  const mark = document.createElement('span');
  mark.tabIndex = -1;
  element.before(mark);
  mark.focus();
  mark.scrollIntoView({ block: 'center' });
}

/** Waits for a tooltip, or so long. */
async function untilShown(element, milliseconds) {
  const isShown = () => [...document.querySelectorAll('[role=tooltip]')].some(window.measuredTest.isShown);
  for (const end = performance.now() + milliseconds; !isShown() && performance.now() < end;) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}

/** What a reader sees of the link: focus ring, and the note that a pseudo-element or a tooltip shows. */
function appearance(element) {
  const style = getComputedStyle(element);
  const pseudo = ['::before', '::after'].map((part) => getComputedStyle(element, part))
    .filter((part) => part.content !== 'none' && part.display !== 'none' && part.visibility === 'visible' && part.opacity !== '0')
    .map((part) => part.content);
  const tooltips = [...document.querySelectorAll('[role=tooltip]')].filter(window.measuredTest.isShown)
    .map((tooltip) => tooltip.textContent);
  return {
    name: window.measuredTest.nameOf(element),
    focused: document.activeElement === element,
    outline: (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none',
    note: [...pseudo, ...tooltips].join('\n'),
    sideways: window.measuredTest.sideways(),
  };
}
