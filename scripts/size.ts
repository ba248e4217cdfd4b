/** Fails when the bundle outgrows its budget, or when `npm start` would serve another bundle than `wrangler deploy` uploads. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from "wrangler";
import { bundleWorker } from "./bundle.ts";
import { root } from "./local.ts";
import { wrangler } from "./wrangler.ts";

/**
 * A tenth above the bundle of 2026-11-22 (1,490 KiB, gzip 358; Cloudflare takes 3 MiB of gzip). Numbering plans of telephones are 180 of it.
 * `import { z } from "zod"` alone would add 400, any `z.core.…` used as a value as much.
 */
const budgetKiB = { raw: 1640, gzip: 395 };

const folder = mkdtempSync(join(tmpdir(), "foyer-size-"));
try {
	wrangler("deploy", "--dry-run", "--outdir", folder);
	const deployed = readFileSync(join(folder, "index.js"), "utf8");
	const size = { raw: Buffer.byteLength(deployed) / 1024, gzip: gzipSync(deployed).length / 1024 };
	console.log(
		`Bundle: ${size.raw.toFixed(1)} KiB of ${budgetKiB.raw}, gzip ${size.gzip.toFixed(1)} KiB of ${budgetKiB.gzip}`,
	);
	if (size.raw > budgetKiB.raw || size.gzip > budgetKiB.gzip) throw new Error("The bundle is over its budget.");

	const config = unstable_readConfig({ config: join(root, "wrangler.toml") });
	const local = await bundleWorker(config, unstable_getMiniflareWorkerOptions(config).define);
	if (withoutMap(deployed) !== withoutMap(local))
		throw new Error("scripts/bundle.ts no longer builds what wrangler builds.");
} finally {
	rmSync(folder, { recursive: true });
}

function withoutMap(source: string): string {
	return source.replace(/\/\/# sourceMappingURL=.*/, "").trim();
}
