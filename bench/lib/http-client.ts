import { connect, type Socket } from "node:net";

const CHUNKED_END = Buffer.from("0\r\n\r\n");

/** One keep-alive connection that asks for one thing again and again: cheap enough not to be what is measured. */
export class HttpClient {
	readonly #socket: Socket;
	readonly #request: string;
	#parts: Buffer[] = [];
	#answered: ((body: Buffer) => void) | undefined;
	#failed: ((error: Error) => void) | undefined;

	/** A GET of `url` with these headers. */
	constructor(url: URL, headers: Record<string, string> = {}) {
		const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
		this.#request = `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\n${lines.join("")}\r\n`;
		this.#socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
		this.#socket.on("data", (bytes) => this.#read(bytes));
		this.#socket.on("error", (error) => this.#failed?.(error));
		this.#socket.on("close", () => this.#failed?.(new Error("the server closed the connection")));
	}

	/** Asks once; resolves with the body. Fails on any status but 200. */
	ask(): Promise<Buffer> {
		return new Promise((resolve, reject) => {
			this.#answered = resolve;
			this.#failed = reject;
			this.#socket.write(this.#request);
		});
	}

	close(): void {
		this.#failed = undefined;
		this.#socket.destroy();
	}

	#read(bytes: Buffer): void {
		this.#parts.push(bytes);
		const all = this.#parts.length === 1 ? bytes : Buffer.concat(this.#parts);
		const end = all.indexOf("\r\n\r\n");
		if (end < 0) return;
		const head = all.toString("latin1", 0, end);
		const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
		const isWhole =
			length === undefined ? all.subarray(-5).equals(CHUNKED_END) : all.length >= end + 4 + Number(length);
		if (!isWhole) return;
		this.#parts = [];
		if (head.startsWith("HTTP/1.1 200")) this.#answered?.(all.subarray(end + 4));
		else this.#failed?.(new Error(`${head.split("\r\n", 1)[0]}: ${all.toString("utf8", end + 4, end + 304)}`));
	}
}
