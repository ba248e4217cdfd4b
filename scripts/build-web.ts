/** Builds `src/web` with Vite into the folder given: pages to `pages/<name>.html`, what they load to `assets`. Run by `scripts/assets.ts`. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isolatedDeclarationSync } from "rolldown/experimental";
import { build, type InlineConfig, type Rolldown } from "vite";
import { pages } from "../vite.config.ts";

const root = join(import.meta.dirname, "..");

type Standalone = { name: string; entry: string; format: "es" | "iife"; define?: Record<string, string> };

/** Files that stay under one name, because foreign pages name them. Each is whole in itself. */
const standalone: Standalone[] = [{ name: "client", entry: "src/web/socket/client.ts", format: "es" }];
/** The files of the client whose declarations are `client.d.ts`, what is used before who uses it. */
const declared = ["wire", "connection", "outbox", "refused-error", "room-client", "addresses"];

/** What the console's page runs before it is there itself. */
const FIRST = "console-first";

/** Keeps what servers of an hour ago may still be asked for by the pages they handed out. */
const KEPT_MS = 60 * 60 * 1000;

/** How files are built that belong to no page. */
const alone = {
	configFile: false,
	publicDir: false,
	logLevel: "warn",
	build: {
		write: false,
		target: "es2022",
		// The first to know `light-dark`, which would otherwise be taken apart into variables.
		cssTarget: ["chrome123", "firefox120", "safari17.5"],
		reportCompressedSize: false,
	},
} satisfies InlineConfig;

const [folder = ""] = process.argv.slice(2);
const built = await Promise.all(pages.map((mode) => outputs({ configFile: join(root, "vite.config.ts"), mode })));
const first = await hashed(FIRST, "src/web/console/first.ts");
const singles = await Promise.all([...standalone.map(single), widget()]);
const files = new Map(
	[...built.flat(), ...first, ...singles.flat()].map((one) => [placeOf(one.fileName), contentOf(one)]),
);
files.set("assets/client.d.ts", declarations());
// Pages last: they name the others.
for (const [name, content] of Array.from(files).sort(
	([a], [b]) => Number(a.endsWith(".html")) - Number(b.endsWith(".html")),
))
	put(join(folder, name), content);
for (const name of readdirSync(join(folder, "assets"))) {
	const file = join(folder, "assets", name);
	if (!files.has(`assets/${name}`) && Date.now() - statSync(file).mtimeMs > KEPT_MS) rmSync(file);
}

type Output = Rolldown.OutputChunk | Rolldown.OutputAsset;

async function outputs(config: InlineConfig): Promise<Output[]> {
	const built = await build(config);
	if ("on" in built) throw new Error("Vite watches instead of building");
	return [built].flat().flatMap(({ output }) => output);
}

function single({ name, entry, format, define = {} }: Standalone): Promise<Output[]> {
	return outputs({
		...alone,
		define,
		build: {
			...alone.build,
			lib: {
				entry: join(root, entry),
				name,
				formats: [format],
				fileName: () => `assets/${name}.js`,
			},
		},
	});
}

/** The script that pages load, which knows its panel by the hash of it: the two are never of different versions. */
async function widget(): Promise<Output[]> {
	const panel = await hashed("widget-panel", "src/web/widget/panel.tsx");
	const define = { PANEL_FILE: JSON.stringify(panel[0]?.fileName) };
	return [...panel, ...(await single({ name: "widget", entry: "src/web/widget/loader.ts", format: "iife", define }))];
}

/** A file that is whole in itself, under a name with a hash. Not built as a library, which would keep its blanks. */
function hashed(name: string, entry: string): Promise<Output[]> {
	return outputs({
		...alone,
		root: join(root, "src/web"),
		build: {
			...alone.build,
			modulePreload: false,
			rolldownOptions: {
				input: join(root, entry),
				preserveEntrySignatures: "strict",
				output: { entryFileNames: `assets/${name}-[hash].js`, hashCharacters: "base36" },
			},
		},
	});
}

/** One file of types for `client.js`: each file's own, without what it imports from the others. */
function declarations(): string {
	const folder = join(root, "src/web/socket");
	const parts = declared.map((name) => {
		const file = join(folder, `${name}.ts`);
		const { code, errors } = isolatedDeclarationSync(file, readFileSync(file, "utf8"));
		if (errors.length > 0) throw new Error(`${file}: ${errors.map(({ message }) => message).join("; ")}`);
		return code
			.replaceAll(/^import .*;\n/gm, "")
			.replaceAll(/^export \{\};?\n/gm, "")
			.trim();
	});
	return `${parts.join("\n\n")}\n`;
}

/** `console/index.html` is the page `pages/console.html`. */
function placeOf(fileName: string): string {
	return basename(fileName) === "index.html" ? `pages/${dirname(fileName)}.html` : fileName;
}

function contentOf(output: Output): string | Uint8Array {
	const content = output.type === "chunk" ? output.code : output.source;
	// Vite leaves it alone in the markup, where it is a script of its own.
	return typeof content === "string" ? content.replace(`assets/${FIRST}.js`, first[0]?.fileName ?? "") : content;
}

/** Whole or not at all: a server may be reading. */
function put(file: string, content: string | Uint8Array): void {
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(`${file}.new`, content);
	renameSync(`${file}.new`, file);
}
