import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type TestGraphql, TEST_TOKEN, testGraphql } from '../../support/graphql-server.ts';

const CHROMIUM = process.env['ORRERY_TEST_CHROMIUM'] ?? '/usr/bin/chromium';
const hasChromium = existsSync(CHROMIUM);
/** Says by name what it does not run for want of a browser. */
const inChromium = hasChromium ? test : test.skip;
const TIMEOUT_MS = 90_000;

interface Opened extends AsyncDisposable {
  readonly plane: TestGraphql;
  readonly page: Page;
  /** Requests that went anywhere else than to the server. */
  readonly strayRequests: readonly string[];
}

/** The playground in a browser, at `path`. */
async function open(path: string): Promise<Opened> {
  const plane = await testGraphql();
  let browser: Browser | undefined;
  try {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    const page = await browser.newPage();
    const strayRequests: string[] = [];
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(plane.url) && !/^(data|blob):/.test(url)) strayRequests.push(url);
    });
    await page.goto(`${plane.url}${path}`);
    const launched = browser;
    return {
      plane,
      page,
      strayRequests,
      async [Symbol.asyncDispose]() {
        await launched.close();
        await plane[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await browser?.close();
    await plane[Symbol.asyncDispose]();
    throw error;
  }
}

async function runTab(page: Page, title: string): Promise<void> {
  await page.getByRole('tab', { name: title }).click();
  await page.getByRole('button', { name: /Execute query/ }).click();
}

const result = (page: Page) => page.locator('.result-window .view-lines');

inChromium(
  'the playground runs queries, mutations and subscriptions with the token of its link, and asks nobody else',
  async () => {
    await using opened = await open(`/#token=${TEST_TOKEN}`);
    const { page, plane } = opened;
    await runTab(page, 'Apply');
    await page.waitForFunction(
      () => document.querySelector('.result-window')?.textContent?.includes('created'),
    );
    expect(page.url()).not.toContain(TEST_TOKEN);
    await runTab(page, 'Rollout');
    await page.waitForFunction(
      () => document.querySelector('.result-window')?.textContent?.includes('ADDED'),
    );
    await plane.client.request('mutation { scaleAppsV1Deployment(name: "nginx-deployment", replicas: 7) { kind } }');
    await page.waitForFunction(
      () => document.querySelector('.result-window')?.textContent?.includes('MODIFIED'),
    );
    expect(await result(page).count()).toBeGreaterThan(0);
    expect(opened.strayRequests).toEqual([]);
  },
  TIMEOUT_MS,
);

inChromium(
  'the playground asks for the token when it has none, and works with the one that is typed in',
  async () => {
    await using opened = await open('/');
    const { page } = opened;
    const field = page.getByLabel(/bearer token/);
    await field.fill(TEST_TOKEN);
    await page.getByRole('button', { name: 'Use it' }).click();
    await runTab(page, 'Pods');
    await page.waitForFunction(
      () => document.querySelector('.result-window')?.textContent?.includes('resourceVersion'),
    );
    expect(await field.isVisible()).toBe(false);
  },
  TIMEOUT_MS,
);
