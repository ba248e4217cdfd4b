/**
 * A lean WebSocket client (RFC 6455) to make load with. With 100 receivers a message the generator handles far more frames than the
 * server handles messages, so its own price of a frame decides where a measurement saturates: one read buffer for all sockets, no
 * compression, and a mask of zeros (valid on the wire, nothing to compute). About 6 us a frame, 160,000 frames/s on one core.
 */
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";

const shared = Buffer.allocUnsafeSlow(512 * 1024); // libuv fills it and calls back before the next read
const CONNECT_MS = 30_000;
const [CONTINUATION, TEXT, CLOSE, PING, PONG] = [0, 1, 8, 9, 10];

type Options = { protocol?: string; headers?: Record<string, string> };

export class WsClient {
	onText: (text: string) => void = () => {};
	onClose: (code: number) => void = () => {};
	readonly #url: URL;
	readonly #options: Options;
	#socket!: Socket;
	#opened: ((error?: Error) => void) | undefined;
	#isOpen = false;
	#isClosed = false;
	#closeCode = 1006;
	#rest: Buffer | undefined;
	#fragment: Buffer | undefined;

	constructor(url: URL, options: Options = {}) {
		this.#url = url;
		this.#options = options;
	}

	/** Resolves when the upgrade is through. */
	connect(): Promise<this> {
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => this.#socket.destroy(new Error(`no upgrade in ${CONNECT_MS} ms`)), CONNECT_MS);
			this.#opened = (error) => {
				clearTimeout(timer);
				this.#opened = undefined;
				if (error) reject(error);
				else resolve(this);
			};
			this.#socket = connect({
				host: this.#url.hostname,
				port: Number(this.#url.port),
				noDelay: true,
				onread: { buffer: shared, callback: (length) => this.#read(length) },
			});
			this.#socket.on("connect", () => this.#socket.write(this.#request()));
			this.#socket.on("error", (error) => this.#opened?.(error));
			this.#socket.on("close", () => this.#closed());
		});
	}

	send(text: string): void {
		this.#write(TEXT, Buffer.from(text));
	}

	close(): void {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.#write(CLOSE, Buffer.from([3, 232]));
		this.#socket.destroySoon();
	}

	#request(): string {
		const { pathname, search, host } = this.#url;
		const { protocol, headers = {} } = this.#options;
		const lines = [
			`GET ${pathname}${search} HTTP/1.1`,
			`Host: ${host}`,
			"Upgrade: websocket",
			"Connection: Upgrade",
			`Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
			"Sec-WebSocket-Version: 13",
			...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
			...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
		];
		return `${lines.join("\r\n")}\r\n\r\n`;
	}

	#closed(): void {
		this.#opened?.(new Error("closed during the upgrade"));
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.onClose(this.#closeCode);
	}

	#read(length: number): boolean {
		const fresh = shared.subarray(0, length);
		let bytes = this.#rest ? Buffer.concat([this.#rest, fresh]) : fresh;
		this.#rest = undefined;
		if (!this.#isOpen) {
			const end = bytes.indexOf("\r\n\r\n");
			if (end >= 0) this.#upgraded(bytes.toString("latin1", 0, end));
			if (!this.#isOpen) {
				this.#rest = Buffer.from(bytes);
				return true;
			}
			bytes = bytes.subarray(end + 4);
		}
		const used = this.#frames(bytes);
		if (used < bytes.length) this.#rest = Buffer.from(bytes.subarray(used));
		return true;
	}

	#upgraded(head: string): void {
		if (head.startsWith("HTTP/1.1 101")) {
			this.#isOpen = true;
			this.#opened?.();
		} else this.#socket.destroy(new Error(`upgrade refused: ${head.split("\r\n", 1)[0]}`));
	}

	/** Handles the whole frames in `bytes`; returns how many bytes they took. */
	#frames(bytes: Buffer): number {
		let at = 0;
		while (bytes.length - at >= 2) {
			let length = bytes[at + 1]! & 127;
			let head = 2;
			if (length >= 126) {
				head = length === 126 ? 4 : 10;
				if (bytes.length - at < head) break;
				length = head === 4 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
			}
			const [start, end] = [at + head, at + head + length];
			if (bytes.length < end) break;
			this.#frame(bytes[at]!, bytes, start, end);
			at = end;
		}
		return at;
	}

	#frame(first: number, bytes: Buffer, start: number, end: number): void {
		const [isFinal, kind] = [first >= 128, first & 15];
		if (kind === TEXT && isFinal) this.onText(bytes.toString("utf8", start, end));
		else if (kind === PING) this.#write(PONG, Buffer.from(bytes.subarray(start, end)));
		else if (kind === CLOSE) {
			this.#closeCode = end - start >= 2 ? bytes.readUInt16BE(start) : 1005;
			this.#socket.destroy();
		} else if (kind === TEXT || kind === CONTINUATION) {
			this.#fragment = Buffer.concat([this.#fragment ?? Buffer.alloc(0), bytes.subarray(start, end)]);
			if (!isFinal) return;
			const text = this.#fragment.toString();
			this.#fragment = undefined;
			this.onText(text);
		}
	}

	#write(kind: number, payload: Buffer): void {
		const { length } = payload;
		const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
		const frame = Buffer.alloc(head + 4 + length);
		frame[0] = 128 | kind;
		frame[1] = 128 | (head === 2 ? length : head === 4 ? 126 : 127);
		if (head === 4) frame.writeUInt16BE(length, 2);
		if (head === 10) frame.writeBigUInt64BE(BigInt(length), 2);
		payload.copy(frame, head + 4);
		this.#socket.write(frame);
	}
}
