import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vite";

const web = join(import.meta.dirname, "src/web");

/** The pages: each folder of `src/web` that has an `index.html`. */
const pages = readdirSync(web)
	.map((name): [string, string] => [name, join(web, name, "index.html")])
	.filter(([, file]) => existsSync(file));

/** Builds the pages; `scripts/build-web.ts` runs it and puts the files where they are served. What JSX means is in `src/web/tsconfig.json`. */
export default defineConfig({
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
			input: Object.fromEntries(pages),
			output: {
				hashCharacters: "base36",
				// What the sections of the console share comes in one file, and not in one for each set of sharers.
				codeSplitting: { groups: [{ name: "core", test: /src\/web\/console\/core\//, minShareCount: 2 }] },
			},
		},
	},
});
