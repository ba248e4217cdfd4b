import { Hono } from "hono";
import { requires } from "../auth/authenticate.ts";
import { Failure, respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { valid } from "../http/validate.ts";
import { exportCustomers } from "./export.ts";
import { importCustomers, type LineReport } from "./import.ts";
import { customers as described } from "./operations.ts";
import { visitOf } from "./routes.ts";
import * as schema from "./schema.ts";

/** What files are sent as. */
const FORMATS: Record<string, "csv" | "jsonl"> = {
	"text/csv": "csv",
	"application/csv": "csv",
	"text/jsonl": "jsonl",
	"application/jsonl": "jsonl",
	"application/x-ndjson": "jsonl",
};

/** The directory in and out as files, of any length: neither the file nor the answer is ever held. */
export const customerStreams = new Hono<FoyerEnv>()
	.post("/customers/import", described.import, requires("customers:write"), async (c) => {
		const format = formatOf(c.req.raw.headers);
		const own = await visitOf(c);
		const body = c.req.raw.body ?? new ReadableStream({ start: (controller) => controller.close() });
		return answer(reportOf(importCustomers(own, body, format)), "application/json");
	})
	.get(
		"/customers.csv",
		described.export,
		requires("customers:read"),
		valid("query", schema.exportQuery),
		async (c) => {
			const query = c.req.valid("query");
			const own = await visitOf(c);
			const file = answer(exportCustomers(own, query), "text/csv; charset=utf-8");
			file.headers.set("Content-Disposition", "attachment;filename=customers.csv");
			return file;
		},
	);

customerStreams.onError(respondWithStatus);

/** What a file is read as. One that would be read wrongly is refused: nothing of it would be an error, and every name another. */
function formatOf(headers: Headers): "csv" | "jsonl" {
	const type = headers.get("Content-Type") ?? "";
	const format = FORMATS[type.split(";", 1)[0]?.trim().toLowerCase() ?? ""];
	if (!format) throw new Failure("UnsupportedMediaType", "Send text/csv or text/jsonl.");
	const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(type)?.[1] ?? "utf-8";
	if (!/^(utf-?8|us-ascii)$/i.test(charset)) throw new Failure("UnsupportedMediaType", "Send the file in UTF-8.");
	const coding = headers.get("Content-Encoding")?.trim() || "identity";
	if (coding.toLowerCase() !== "identity")
		throw new Failure("UnsupportedMediaType", "Send the file as it is, without a Content-Encoding.", {
			headers: { "Accept-Encoding": "identity" },
		});
	return format;
}

/** One JSON object, written as its lines become known. */
async function* reportOf(batches: AsyncGenerator<LineReport[]>): AsyncGenerator<string> {
	let [imported, failed] = [0, 0];
	yield '{"lines":[';
	for await (const batch of batches) {
		if (batch.length === 0) continue;
		yield `${imported + failed > 0 ? ",\n" : "\n"}${batch.map((line) => JSON.stringify(line)).join(",\n")}`;
		for (const line of batch) {
			if ("id" in line) imported += 1;
			else failed += 1;
		}
	}
	yield `\n],"imported":${imported},"failed":${failed}}`;
}

function answer(pieces: AsyncGenerator<string>, type: string): Response {
	const encoder = new TextEncoder();
	const stream = new ReadableStream<Uint8Array>({
		async pull(controller) {
			const { value, done } = await pieces.next();
			if (done) controller.close();
			else controller.enqueue(encoder.encode(value));
		},
		async cancel() {
			await pieces.return(undefined);
		},
	});
	return new Response(stream, { headers: { "Content-Type": type } });
}
