/// <reference types="@cloudflare/vitest-pool-workers/types" />

declare namespace Cloudflare {
	/** What only the tests bind, see vitest.config.ts. */
	interface Env {
		MIGRATIONS: import("cloudflare:test").D1Migration[];
		SEARCH_MIGRATIONS: import("cloudflare:test").D1Migration[];
	}
}
