import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vite";

const web = join(import.meta.dirname, "src/web");

/** The pages: each folder of `src/web` that has an `index.html`. */
export const pages: string[] = readdirSync(web).filter((name) => existsSync(join(web, name, "index.html")));

/**
 * Builds the page that is the mode; `scripts/build-web.ts` does it for each and puts the files where they are served. Nobody goes from one to
 * another, so what they have in common is in each: a file more takes a browser 5 ms to ask for (2026-11-23). What JSX means is in
 * `src/web/tsconfig.json`.
 */
export default defineConfig(({ mode: page }) => ({
	root: web,
	publicDir: false,
	logLevel: "warn",
	build: {
		write: false,
		target: "es2024",
		// Nothing inline: the policy of pages forbids it.
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		reportCompressedSize: false,
		rolldownOptions: {
			input: { [page]: join(web, page, "index.html") },
			output: {
				hashCharacters: "base36",
				// What the sections of the console share comes in one file, and not in one for each set of sharers.
				codeSplitting: { groups: [{ name: "core", test: /src\/web\/console\/core\//, minShareCount: 2 }] },
			},
		},
	},
}));
