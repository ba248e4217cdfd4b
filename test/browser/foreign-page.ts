import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export type Page = {
	/** What the widget's script tag says: `org` is `data-org`. */
	data: Record<string, string>;
	/** The policy of the page. */
	policy?: string;
	/** More of its markup. */
	body?: string;
	/** Attributes of the root. */
	html?: string;
};

/** Somebody else's site, of another origin than Foyer's, with the widget on its pages. */
export class ForeignSite {
	readonly #server: Server;
	readonly #pages = new Map<string, Page>();
	/** Where its script tags find Foyer. */
	foyer: string;

	private constructor(foyer: string, server: Server) {
		this.foyer = foyer;
		this.#server = server.on("request", ({ url = "/" }, response) => {
			const page = this.#pages.get(url);
			response.statusCode = page ? 200 : 204;
			response.setHeader("Content-Type", "text/html; charset=utf-8");
			if (page?.policy !== undefined) response.setHeader("Content-Security-Policy", page.policy);
			response.end(page && this.#markup(page));
		});
	}

	static async open(foyer: string): Promise<ForeignSite> {
		const server = createServer().listen(0, "127.0.0.1");
		await once(server, "listening");
		return new ForeignSite(foyer, server);
	}

	/** Puts a page up, and tells its address. */
	page(path: string, page: Page): string {
		this.#pages.set(path, page);
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
	}

	close(): void {
		this.#server.closeAllConnections();
		this.#server.close();
	}

	#markup({ data, body = "", html = 'lang="en"' }: Page): string {
		const attributes = Object.entries(data).map(([name, value]) => ` data-${name}="${escaped(value)}"`);
		return `<!doctype html><html ${html}><head><meta charset="utf-8"><title>Kettles</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body>${body}
<script src="${this.foyer}/widget.js"${attributes.join("")} async></script></body></html>`;
	}
}

function escaped(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
