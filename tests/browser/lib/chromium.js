// Debian's Chromium, driven by playwright-core; no browser is downloaded.
import { chromium } from 'playwright-core';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A page that asks for another host gets an answer at once, whatever network the machine has.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** Starts the browser with an empty profile. */
export function launch() {
  return chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
}
