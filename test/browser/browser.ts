import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** A Chromium without a window. Whoever has none is told how to get one. */
export async function openBrowser(): Promise<Browser> {
	if (!existsSync(executablePath))
		throw new Error(
			`The tests of the pages need Chromium, and there is none at ${executablePath}. On Debian: apt-get install chromium. ` +
				"Elsewhere set CHROMIUM to the path of a Chromium or Chrome.",
		);
	return chromium.launch({
		executablePath,
		args: [
			"--headless",
			"--no-sandbox",
			"--disable-gpu",
			"--disable-quic",
			"--no-first-run",
			"--disable-background-networking",
			"--disable-component-update",
			"--disable-sync",
		],
	});
}
