// What a page costs a reader: the files of a first visit, and the work of the browser until the page is there.

const OPENINGS = 5;

/** Opens the page with an empty cache: the sum of all files in kilobytes, and each with its size. */
export async function weightOf(browser, origin, page) {
  const context = await browser.newContext();
  try {
    const tab = await context.newPage();
    const bodies = [];
    tab.on('response', (response) => bodies.push(response.body().then((body) => [body.length, response.url()])));
    await tab.goto(`${origin}/${page}`, { waitUntil: 'networkidle' });
    await tab.evaluate(() => document.fonts.ready);
    const files = (await Promise.all(bodies)).sort(([a], [b]) => b - a);
    const bytes = files.reduce((sum, [size]) => sum + size, 0);
    return { kilobytes: Math.round(bytes / 1000), files: files.map(([size, url]) => `${size} ${url.replace(origin, '')}`) };
  } finally {
    await context.close();
  }
}

/**
 * Milliseconds that the page's own thread works until the page is loaded, the least of a few openings: unlike the time
 * on the clock it does not depend on what else the machine does.
 */
export async function workOf(browser, origin, page) {
  const times = [];
  for (let opening = 0; opening < OPENINGS; opening += 1) {
    const context = await browser.newContext();
    const tab = await context.newPage();
    const session = await context.newCDPSession(tab);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    await tab.goto(`${origin}/${page}`, { waitUntil: 'load' });
    const { metrics } = await session.send('Performance.getMetrics');
    times.push(metrics.find(({ name }) => name === 'TaskDuration').value * 1000);
    await context.close();
  }
  return Math.min(...times);
}
