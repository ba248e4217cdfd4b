import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { Server } from "../node/server.ts";
import { openBrowser } from "./browser.ts";
import { ForeignSite } from "./foreign-page.ts";
import { Proxy } from "./proxy.ts";

/** A Foyer, a line to it that can be cut, somebody else's site with the widget on it, and a browser. */
export class Stage {
	readonly browser: Browser;
	/** All pages go through it, so that a server that is started again is where they left it. */
	readonly line: Proxy;
	readonly site: ForeignSite;
	readonly #stateDir: string;
	server: Server;

	private constructor(parts: Pick<Stage, "browser" | "line" | "site" | "server">, stateDir: string) {
		this.browser = parts.browser;
		this.line = parts.line;
		this.site = parts.site;
		this.server = parts.server;
		this.#stateDir = stateDir;
	}

	static async open(): Promise<Stage> {
		const stateDir = await mkdtemp(join(tmpdir(), "foyer-stage-"));
		const [server, browser] = await Promise.all([Server.start(stateDir), openBrowser()]);
		const line = await Proxy.to(server.url);
		return new Stage({ browser, line, site: await ForeignSite.open(line.url), server }, stateDir);
	}

	/** After the server was killed: another one, with what the first has kept. */
	async restart(): Promise<void> {
		this.server = await Server.start(this.#stateDir);
		this.line.target = this.server.url;
	}

	async close(): Promise<void> {
		await this.browser.close();
		this.site.close();
		this.line.close();
		await this.server.stop();
		await rm(this.#stateDir, { recursive: true, force: true });
	}
}
