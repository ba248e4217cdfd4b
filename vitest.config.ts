import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";
import { gatherAssets } from "./scripts/assets.ts";

gatherAssets();

/** Overrides of wrangler.toml's vars: the tests run as `npm start` does, with a secret of their own. */
const vars = {
	ENVIRONMENT: "development",
	PRODUCTION: "",
	REQUEST_LOG: "off",
	DEV_SECRET: "a secret of the tests, as long as one must be",
	LINK_SECRET: "another secret of the tests, for customer links",
	PORTAL_BASE_URL: "http://foyer.test",
};

export default defineConfig({
	test: {
		// The line that every request logs; what goes wrong is still shown.
		onConsoleLog: (text) => !text.startsWith('{"level":"info"'),
		projects: [
			{
				plugins: [
					cloudflareTest(async () => ({
						wrangler: { configPath: "./wrangler.toml" },
						miniflare: {
							bindings: {
								...vars,
								MIGRATIONS: await readD1Migrations("migrations"),
								SEARCH_MIGRATIONS: await readD1Migrations("migrations/search"),
							},
						},
					})),
				],
				test: {
					name: "workers",
					include: ["test/**/*.test.ts"],
					exclude: ["test/node/**", "test/browser/**"],
					setupFiles: ["test/setup.ts"],
					globalSetup: ["test/node/http-double.ts"],
					testTimeout: 20_000,
				},
			},
			{
				test: {
					// Plain Node, for what needs the real server: starting it, killing it, restarting it.
					name: "node",
					include: ["test/node/**/*.test.ts"],
					testTimeout: 120_000,
					hookTimeout: 60_000,
				},
			},
			{
				test: {
					// A real Chromium and the real server.
					name: "browser",
					include: ["test/browser/**/*.test.ts"],
					testTimeout: 120_000,
					hookTimeout: 60_000,
					// A server, a runtime and a browser each.
					maxWorkers: 1,
				},
			},
		],
	},
});
