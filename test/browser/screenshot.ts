import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { root } from "../../scripts/local.ts";

/** Keeps what a page looks like under docs/screenshots, when `SCREENSHOTS` is set. */
export async function keep(page: Page, name: string): Promise<void> {
	if (process.env["SCREENSHOTS"] === undefined) return;
	const folder = join(root, "docs/screenshots");
	await mkdir(folder, { recursive: true });
	await page.screenshot({ path: join(folder, `${name}.png`) });
}
