// Search: phrases are found through the page's own search box, and the index holds prose only.

/** Types the phrase as a reader would; returns the texts of the results. */
export async function search(browser, origin, phrase) {
  const tab = await browser.newPage();
  try {
    await tab.goto(`${origin}/index.html`, { waitUntil: 'load' });
    await tab.keyboard.press('s');
    await tab.locator('#mdbook-searchbar').pressSequentially(phrase);
    await tab.locator('#mdbook-searchresults-header').filter({ hasText: phrase }).waitFor({ timeout: 10_000 });
    return await tab.locator('#mdbook-searchresults > li').allTextContents();
  } finally {
    await tab.close();
  }
}

/** The documents of the search index: `{ url, text }`. */
export async function indexedDocuments(browser, origin) {
  const tab = await browser.newPage();
  try {
    await tab.goto(`${origin}/index.html`, { waitUntil: 'load' });
    await tab.keyboard.press('s');
    await tab.waitForFunction(() => window.search?.doc_urls);
    return await tab.evaluate(() => window.search.doc_urls.map((url, at) => {
      const { title, body } = window.search.index.documentStore.docs[at];
      return { url, text: `${title} ${body}` };
    }));
  } finally {
    await tab.close();
  }
}

/**
 * Texts of plots and formulas that a page's index holds more often than its prose does.
 * `texts` maps each page to what `textFacts` saw in it. Returns a map from page to sentences.
 */
export function debris(documents, texts) {
  const found = new Map();
  for (const [page, { drawn, formulas, prose }] of texts) {
    const indexed = packed(documents.filter(({ url }) => url.split('#')[0] === page).map(({ text }) => text).join(' '));
    const words = packed(prose);
    const extra = (text) => count(indexed, packed(text)) > count(words, packed(text));
    const tokens = [...new Set([...drawn.filter(isWordy), ...formulas.filter((text) => packed(text).length >= 5)])];
    found.set(page, tokens.filter(extra).map((text) => `search index holds “${text}”, which is drawn, not written`));
  }
  return found;
}

/** Tick labels are too short to tell from prose; four letters in a row are not. */
function isWordy(text) {
  return /\p{L}{4}/u.test(text);
}

function packed(text) {
  return text.replace(/[\s\u2061-\u2064]+/gu, '');
}

function count(text, part) {
  return text.split(part).length - 1;
}
